/** How much memory training a model takes, before anything is allocated. */
import type { Head, ModelConfig } from './config.ts';
import { countParameters, parameterSpecs } from './parameters.ts';

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
}

/** Bytes by use, all in float32. */
export interface MemoryPlan {
  readonly parameters: number;
  readonly weights: number;
  readonly gradients: number;
  /** The two moments of Adam and its kin. */
  readonly moments: number;
  readonly activations: number;
  readonly teacher: number;
  readonly total: number;
  /** The largest single tensor, which must fit into one buffer of the device. */
  readonly largest: { readonly name: string; readonly bytes: number };
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

/** An estimate of the memory that one step of training takes; exact for weights, gradients and moments. */
export function memoryPlan({ config, heads, batch, length, teacher, fusedAttention }: TrainingLoad): MemoryPlan {
  const parameters = countParameters(parameterSpecs(config, heads));
  const weights = FLOAT * parameters;
  const tokens = batch * length;
  const { hidden_size: d, intermediate_size: f, num_attention_heads: h, num_hidden_layers: layers } = config;
  const logits = heads.includes('masked-lm') ? 3 * Math.ceil(MASKED * tokens) * config.vocab_size : 0;
  const inLayer = VECTORS.layer * d + VECTORS.inner * f + (fusedAttention ? 0 : VECTORS.scores * h * length);
  const activations = FLOAT * (tokens * (VECTORS.outside * d + layers * inLayer) + logits);
  const frozen = teacher ? FLOAT * countParameters(parameterSpecs(teacher, heads)) : 0;
  const [gradients, moments] = [GRADIENTS * weights, 2 * weights];
  const total = weights + gradients + moments + activations + frozen;
  return { parameters, weights, gradients, moments, activations, teacher: frozen, total, largest: largestTensor({ config, heads, batch, length, fusedAttention }, teacher) };
}

/** The largest tensor of weights or activations. */
function largestTensor({ config, heads, batch, length, fusedAttention }: TrainingLoad, teacher?: ModelConfig): MemoryPlan['largest'] {
  const tokens = batch * length;
  const sized = [config, ...(teacher ? [teacher] : [])].flatMap((c) => parameterSpecs(c, heads)).map((spec) => ({ name: spec.name, bytes: FLOAT * countParameters([spec]) }));
  const activations = [
    { name: 'the inner activations of one layer', bytes: FLOAT * tokens * config.intermediate_size },
    { name: 'the attention scores of one layer', bytes: fusedAttention ? 0 : FLOAT * tokens * length * config.num_attention_heads },
    { name: 'the masked-LM logits', bytes: heads.includes('masked-lm') ? FLOAT * Math.ceil(MASKED * tokens) * config.vocab_size : 0 },
  ];
  return [...sized, ...activations].reduce((a, b) => (b.bytes > a.bytes ? b : a));
}

/** Whether a plan keeps within the limits that are known. */
export function fits({ total, largest }: MemoryPlan, limits: MemoryLimits): boolean {
  return total <= (limits.total ?? Infinity) && largest.bytes <= (limits.binding ?? Infinity);
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
