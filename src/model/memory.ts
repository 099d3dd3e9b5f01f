/** How much memory training a model takes, before anything is allocated. */
import type { Head, ModelConfig } from './config.ts';
import { countParameters, parameterSpecs } from './parameters.ts';
import { WORD_TABLE } from './parts.ts';
import { readingBytes, replayedBytes, scoringBytes, type Reads } from './replayed_memory.ts';

/** What is trained, and on what batches. */
export interface TrainingLoad {
  readonly config: ModelConfig;
  readonly heads: readonly Head[];
  /** Texts in a batch, and tokens of each. */
  readonly batch: number;
  readonly length: number;
  /** A frozen model that lies beside it on the device. */
  readonly teacher?: ModelConfig;
  /** Whether attention is computed without its matrix of scores, as the WebAssembly kernel does. */
  readonly fusedAttention: boolean;
  /** What objectives hold beside the two models; absent where they look at logits alone. */
  readonly compared?: Compared;
  /** Whether the teacher runs with dropout. */
  readonly teacherDrops?: boolean;
  /** Whether steps are replayed from a record, as on WebGPU. */
  readonly replayed?: boolean;
  /** Whether what the teacher gives is read before the first step, and its weights are freed then. */
  readonly teacherLeaves?: boolean;
  /** Values that the optimiser keeps, and those that pass in updates by JavaScript; two of each parameter and none, as of AdamW, when absent. */
  readonly optimizer?: { readonly kept: number; readonly passing: number };
  /** Micro-batches of an update; 1 when absent. */
  readonly micros?: number;
  /** Updates, and padded lengths that batches have, where these are known. */
  readonly steps?: number;
  readonly lengths?: number;
  /** Texts that are scored at a time while the model is trained, and tokens of each; absent where none are. */
  readonly scored?: { readonly batch: number; readonly length: number };
}

/** Tensors of objectives that compare what is inside of two models, all in numbers of float32. */
export interface Compared {
  /** Vectors of d values, for each token. */
  readonly vectors: number;
  /** Matrices [B, H, T, T] with the heads of whichever model has more. */
  readonly scores: number;
  /** Values for each text of the batch. */
  readonly byText: number;
  /** Values whatever the batch. */
  readonly fixed: number;
  readonly reads: Reads;
}

/** Bytes by use, all in float32. */
export interface MemoryPlan {
  readonly parameters: number;
  readonly weights: number;
  readonly gradients: number;
  /** What the optimiser keeps, and what waits on a GPU to be used by its next update. */
  readonly moments: number;
  readonly updates: number;
  readonly activations: number;
  /** What objectives compare of the inside of both models. */
  readonly objectives: number;
  readonly teacher: number;
  /** What the steps take. */
  readonly training: number;
  /** What scoring takes beside them, or in the place of what a step frees. */
  readonly scoring: number;
  /** The most at any time, and when that is: in the steps, while texts are scored, or while a teacher that leaves then reads its rows. */
  readonly total: number;
  readonly peak: 'steps' | 'scoring' | 'reading';
  /** The largest single tensor. */
  readonly largest: SizedTensor;
  /** The largest that must fit into one buffer of the device: word embeddings may lie in several. */
  readonly largestWhole: SizedTensor;
}

export interface SizedTensor {
  readonly name: string;
  readonly bytes: number;
}

/** What a device can hold; a bound that is absent is not known. */
export interface MemoryLimits {
  /** Bytes of one buffer. */
  readonly binding?: number;
  /** Bytes in all. */
  readonly total?: number;
}

const FLOAT = 4;
/** Share of the tokens that a masked-LM head gives logits for. */
const MASKED = 0.15;

/**
 * Tensors that live at the peak of a step, in vectors a token: by the encoder's width beside the layers, by width and by
 * inner width in each layer, and in rows of attention scores a head where these are kept. Gradients of the weights are
 * held twice, while they are summed. Fitted to the peak of a step by tfjs's own count, which it meets within 5 percent, and
 * within 25 where scores are kept.
 */
const VECTORS = { outside: 17, layer: 30, inner: 4, scores: 4 } as const;
const GRADIENTS = 2;
/** Share of the activations that a pass without gradients holds where it drops values; without, each layer is freed behind it. */
const FORWARD = 0.42;

/** An estimate of the memory that one step of training takes; exact for weights, gradients and moments. */
export function memoryPlan(load: TrainingLoad): MemoryPlan {
  const { config, heads, teacher } = load;
  const parameters = countParameters(parameterSpecs(config, heads));
  const weights = FLOAT * parameters;
  const ofTeacher = teacher ? FLOAT * countParameters(parameterSpecs(teacher, heads)) : 0;
  const leaves = load.replayed === true && load.teacherLeaves === true;
  const frozen = leaves ? 0 : ofTeacher;
  const { gradients, activations, objectives, pass } = load.replayed ? { gradients: weights, pass: 0, ...replayedBytes(load, parameters) } : tapedBytes(load, weights);
  const { kept, passing } = load.optimizer ?? { kept: 2 * parameters, passing: 0 };
  const [moments, updates] = [FLOAT * kept, load.replayed ? FLOAT * passing : 0];
  const training = weights + moments + updates + frozen + Math.max(gradients + activations + objectives, pass);
  const scoring = scoringBytes(load);
  // A replayed step keeps its memory until the next one.
  const scored = load.replayed ? training + scoring : weights + moments + frozen + scoring;
  const reading = leaves ? weights + ofTeacher + readingBytes(load) : 0;
  const total = Math.max(training, scored, reading);
  const peak = total === training ? 'steps' : total === scored ? 'scoring' : 'reading';
  const tensors = tensorsOf(load);
  const largest = maximum(tensors);
  return { parameters, weights, gradients, moments, updates, activations, objectives, teacher: frozen, training, scoring, total, peak, largest, largestWhole: maximum(tensors.filter(({ name }) => name !== WORD_TABLE)) };
}

/** What tfjs's tape holds, which frees nothing before the backward pass ends; the teacher's pass before that takes `pass`. */
function tapedBytes(load: TrainingLoad, weights: number) {
  const { config, teacher, teacherDrops = false } = load;
  const pass = teacher && teacherDrops ? FORWARD * activationsOf(load, teacher) : 0;
  return { gradients: GRADIENTS * weights, activations: activationsOf(load, config), objectives: comparedBytes(load), pass };
}

/** What a step of a model keeps for its gradients, in bytes. */
function activationsOf({ heads, batch, length, fusedAttention }: TrainingLoad, { hidden_size: d, intermediate_size: f, num_attention_heads: h, num_hidden_layers: layers, vocab_size }: ModelConfig): number {
  const tokens = batch * length;
  const logits = heads.includes('masked-lm') ? 3 * Math.ceil(MASKED * tokens) * vocab_size : 0;
  const inLayer = VECTORS.layer * d + VECTORS.inner * f + (fusedAttention ? 0 : VECTORS.scores * h * length);
  return FLOAT * (tokens * (VECTORS.outside * d + layers * inLayer) + logits);
}

function comparedBytes({ config, teacher = config, batch, length, compared }: TrainingLoad): number {
  if (!compared) return 0;
  const width = Math.max(config.hidden_size, teacher.hidden_size);
  const heads = Math.max(config.num_attention_heads, teacher.num_attention_heads);
  const { vectors, scores, byText, fixed } = compared;
  return FLOAT * (batch * (length * (vectors * width + scores * heads * length) + byText) + fixed);
}

const maximum = (tensors: readonly SizedTensor[]): SizedTensor => tensors.reduce((a, b) => (b.bytes > a.bytes ? b : a));

/** The parameters of both models, and the largest activations. */
function tensorsOf({ config, teacher, heads, batch, length, fusedAttention, compared, scored }: TrainingLoad): SizedTensor[] {
  const tokens = batch * length;
  const predicted = Math.max(tokens, scored ? scored.batch * scored.length : 0);
  const sized = [config, ...(teacher ? [teacher] : [])].flatMap((c) => parameterSpecs(c, heads)).map((spec) => ({ name: spec.name, bytes: FLOAT * countParameters([spec]) }));
  const keepsScores = !fusedAttention || (compared?.scores ?? 0) > 0;
  const activations = [
    { name: 'the inner activations of one layer', bytes: FLOAT * tokens * config.intermediate_size },
    { name: 'the attention scores of one layer', bytes: keepsScores ? FLOAT * tokens * length * Math.max(config.num_attention_heads, teacher?.num_attention_heads ?? 0) : 0 },
    { name: 'the masked-LM logits', bytes: heads.includes('masked-lm') ? FLOAT * Math.ceil(MASKED * predicted) * config.vocab_size : 0 },
  ];
  return [...sized, ...activations];
}

/** Whether a plan keeps within the limits that are known. */
export function fits({ total, largestWhole }: MemoryPlan, limits: MemoryLimits): boolean {
  return total <= (limits.total ?? Infinity) && largestWhole.bytes <= (limits.binding ?? Infinity);
}

/** The largest batch, up to 4096 texts, that keeps within the limits; 0 when not even one text does. */
export function largestBatch(load: Omit<TrainingLoad, 'batch'>, limits: MemoryLimits): number {
  const fitting = (batch: number) => fits(memoryPlan({ ...load, batch }), limits);
  let [least, most] = [0, 4096];
  while (least < most) {
    const middle = Math.ceil((least + most) / 2);
    if (fitting(middle)) least = middle;
    else most = middle - 1;
  }
  return least;
}
