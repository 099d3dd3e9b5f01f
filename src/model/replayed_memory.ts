/** What a training step holds on WebGPU, where it is replayed from a record and its tensors share memory. */
import type { ModelConfig } from './config.ts';
import { paddedCount } from './masked_places.ts';
import type { TrainingLoad } from './memory.ts';

/** What objectives read of the inside of both models; numbers of layers. */
export interface Reads {
  /** Whole hidden states. */
  readonly states: number;
  /** Scores or probabilities of attention. */
  readonly scores: number;
  /** Queries and keys. */
  readonly sides: number;
  readonly values: number;
  /** Terms that correlate probabilities along every axis. */
  readonly correlations: number;
  /** Values whatever the batch. */
  readonly fixed: number;
  /** Whether a term looks at logits. */
  readonly logits: boolean;
  /** Whether a term remembers from step to step: a step of several micro-batches is one program then. */
  readonly remembers: boolean;
  /** How far the student is computed with gradients in its last layer: to queries and keys, for first tokens, or for all. */
  readonly end: 'half' | 'firstTokens' | 'whole';
}

const FLOAT = 4;
/** Share of the tokens that a masked-LM head gives logits for. */
const MASKED = 0.15;
/** Batches of a training of unknown length, and of a pass over held-out texts. */
const [MANY, FEW] = [1000, 10];
/** Memory consists of chunks, of which a dispatch writes others than it reads; gaps in them take this much of it. */
const GAPS = 0.04;
/** So many plans are kept; padded lengths of texts are multiples of 8. */
const [MOST_PLANS, LENGTH_STEP] = [48, 8];
/** Bytes of the uniforms of one dispatch, and dispatches beside the layers and in one layer, of student and teacher. */
const UNIFORMS = { bytes: 256, student: { beside: 23, layer: 16 }, teacher: { beside: 6, layer: 6 } } as const;
/** Parameters beside the layers and in one layer, each of which is a sum where micro-batches are several. */
const TENSORS = { beside: 9, layer: 16 } as const;

/**
 * Values a token that a layer keeps for its gradient: queries, keys, values, context, and before and behind each of the two
 * LayerNorms 2 vectors of d; before and behind the activation 2 of f; log Σ exp of each head, and mean and deviation of both
 * LayerNorms.
 */
const keptOfLayer = ({ hidden_size: d, intermediate_size: f, num_attention_heads: h }: ModelConfig): number => 8 * d + 2 * f + h + 4;
/** The sum of the embeddings, behind its LayerNorm, mean and deviation. */
const keptOfEmbeddings = ({ hidden_size: d }: ModelConfig): number => 2 * d + 2;

/** Values a token of the last layer at the peak, which is where its backward pass begins. */
const LAST_LAYER: Readonly<Record<Reads['end'], (config: ModelConfig) => number>> = {
  half: ({ hidden_size: d }) => 2 * d,
  /** Queries, keys and values with their gradients, and the gradient of what they were made of. */
  firstTokens: ({ hidden_size: d, num_attention_heads: h }) => 7 * d + h,
  /** All of the layer, with two gradients of d; or, where that is more, one of f when two of its vectors are done with. */
  whole: (config) => keptOfLayer(config) + Math.max(2 * config.hidden_size, config.intermediate_size - 2 * config.hidden_size),
};

/** The most words that are masked in any of some batches: each word is drawn by itself, and the largest of n sums lies about √(1.4·ln n) deviations above the mean. */
function mostMasked(tokens: number, batches: number): number {
  return Math.ceil(MASKED * tokens + Math.sqrt(1.4 * Math.log(batches) * MASKED * (1 - MASKED) * tokens));
}

/** How many padded numbers of masked words some batches have. */
function countsOfWords(tokens: number, batches: number): number {
  const most = mostMasked(tokens, batches);
  const least = Math.max(0, 2 * MASKED * tokens - most);
  return (paddedCount(most) - paddedCount(least)) / paddedCount(0) + 1;
}

/** A pre-LN layer is computed for all tokens, also where first ones alone are read of it. */
const endOf = ({ encoder_ln_mode: mode }: ModelConfig, end: Reads['end']): Reads['end'] => (mode === 'pre-ln' && end === 'firstTokens' ? 'whole' : end);

/** Values that the models hold at the peak of the step of one micro-batch, without what objectives compare. */
function modelValues({ config, heads, batch, length, teacher, micros = 1, steps = MANY, compared }: TrainingLoad, end: Reads['end']): number {
  const tokens = batch * length;
  const base = tokens * (keptOfEmbeddings(config) + (config.num_hidden_layers - 1) * keptOfLayer(config) + LAST_LAYER[endOf(config, end)](config));
  if (!heads.includes('masked-lm') || compared?.reads.logits === false) return base;
  const [masked, table] = [paddedCount(mostMasked(tokens, steps * micros)), config.vocab_size * config.hidden_size];
  const logits = masked * ((teacher ? 4 : 2) * config.vocab_size + 4 * config.hidden_size);
  // The decoder's gradient of the table waits until that of the embeddings is there too.
  return Math.max(base + Math.max(logits, table), 2 * table + 3 * tokens * config.hidden_size);
}

/** Values of what objectives compare: the teacher's, and of the student what its own gradient does not need already. */
function comparedValues({ config, teacher = config, batch, length }: TrainingLoad, { states, scores, sides, values, correlations }: Reads): number {
  const [d, wide] = [config.hidden_size, teacher.hidden_size];
  const heads = Math.max(config.num_attention_heads, teacher.num_attention_heads);
  const vectors = states * (wide + (wide === d ? 0 : wide)) + sides * (d + wide) + values * (2 * d + wide);
  const matrices = scores > 0 ? (2 * scores + 1) * heads * length : 0;
  // Four moments of each vector along the axes of [B, H, T, T].
  const moments = 4 * correlations * (length * length * (batch + heads) + 2 * batch * heads * length);
  return batch * length * (vectors + matrices) + moments;
}

/** The most values that a pass without gradients holds: of a layer's attention, or of its inner vectors. */
function passValues({ hidden_size: d, intermediate_size: f, encoder_ln_mode: mode }: ModelConfig, tokens: number): number {
  return tokens * (Math.max(5 * d, 3 * d + 1.5 * f) + (mode === 'pre-ln' ? d : 0));
}

/** Ids of words and types with their order, the mask, and where each id begins in the order. */
const inputValues = ({ vocab_size }: ModelConfig, tokens: number): number => 5 * tokens + vocab_size;

const sizeOf = ({ beside, layer }: { readonly beside: number; readonly layer: number }, { num_hidden_layers: layers }: ModelConfig): number => beside + layer * layers;

/** Uniforms of every plan, and the inputs of the longest texts. Of several micro-batches the first has other plans than those behind it, which add to its gradient. */
function planBytes({ config, teacher, teacherLeaves = false, heads, batch, length, micros = 1, steps = MANY, lengths = Math.ceil(length / LENGTH_STEP), compared }: TrainingLoad): number {
  const words = heads.includes('masked-lm') ? countsOfWords(batch * length, steps * micros) : 1;
  const [inputs, sums] = [FLOAT * inputValues(config, batch * length), sizeOf(TENSORS, config)];
  const ofMicro = sizeOf(UNIFORMS.student, config) + (teacher && !teacherLeaves ? sizeOf(UNIFORMS.teacher, teacher) : 0);
  const kept = (most: number, micros: number) => Math.min(most, steps, lengths ** micros * words);
  if (micros === 1 || compared?.reads.remembers) return kept(MOST_PLANS, micros) * UNIFORMS.bytes * (micros * ofMicro + (micros - 1) * sums) + micros * inputs;
  return kept(MOST_PLANS / 2, 1) * UNIFORMS.bytes * (2 * ofMicro + sums) + inputs;
}

/** Bytes that scoring takes beside the model and what its steps hold. */
export function scoringBytes({ config, heads, scored }: Pick<TrainingLoad, 'config' | 'heads' | 'scored'>): number {
  if (!scored) return 0;
  const tokens = scored.batch * scored.length;
  const masked = heads.includes('masked-lm') ? paddedCount(mostMasked(tokens, FEW)) : 0;
  const head = tokens * config.hidden_size + masked * (config.vocab_size + 2 * config.hidden_size);
  return FLOAT * ((1 + GAPS) * Math.max(passValues(config, tokens), head) + inputValues(config, tokens));
}

/** Texts in a batch while a teacher reads all rows before the first step. */
const READ_AT_ONCE = 64;

/** Bytes beside its weights that a teacher takes while it reads the rows: its pass, and all that is kept of it. */
export function readingBytes({ teacher, length, compared }: TrainingLoad): number {
  if (!teacher) return 0;
  const { states = 0, sides = 0, values = 0, scores = 0 } = compared?.reads ?? {};
  const [tokens, { hidden_size: d, num_attention_heads: h }] = [READ_AT_ONCE * length, teacher];
  return FLOAT * (1 + GAPS) * (passValues(teacher, tokens) + tokens * ((states + sides + values) * d + scores * h * length));
}

/** Bytes beside weights, gradients, moments and the teacher's weights. `parameters`: those that are trained. */
export function replayedBytes(load: TrainingLoad, parameters: number): { readonly activations: number; readonly objectives: number } {
  const { compared, micros = 1, teacherLeaves = false } = load;
  const reads = compared?.reads;
  const model = modelValues(load, reads?.end ?? (load.heads.includes('masked-lm') ? 'whole' : 'firstTokens'));
  const step = model + (reads ? comparedValues(load, reads) : 0);
  // The gradient of a micro-batch that is added to those before is whole beside their sum before it is added.
  const summed = micros > 1 ? parameters : 0;
  const peak = (values: number) => Math.max(values, load.teacher && !teacherLeaves ? passValues(load.teacher, load.batch * load.length) : 0, summed);
  const objectives = FLOAT * (1 + GAPS) * (peak(step) - peak(model)) + FLOAT * (reads?.fixed ?? 0);
  return { activations: FLOAT * (1 + GAPS) * peak(model) + planBytes(load), objectives };
}
