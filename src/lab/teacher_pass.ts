import type { ModelOutputs, ModelShape, TapLayers, TapReader } from '../distill/objective.ts';
import { uploadBatch, type Batch } from '../model/batch.ts';
import type { Fidelity, ModelConfig } from '../model/config.ts';
import { encode, tapsOf, type DropoutSource, type EncodeOptions } from '../model/encoder.ts';
import { classify, maskedLmLogits } from '../model/heads.ts';
import type { Parameters } from '../model/parameters.ts';
import * as tf from '../tensor/tf.ts';
import type { IdIndex } from '../tensor/kernels/lookup.ts';
import type { LabelledBatch } from '../train/batches.ts';
import { tapList, type KeptTaps, type NamedTap } from './kept_taps.ts';

/** A teacher as a stage uses it. */
export interface StageTeacher {
  readonly config: ModelConfig;
  /** On the device; undefined where nothing but kept logits is needed. */
  readonly parameters?: Parameters;
  /** Whether a term looks at logits. */
  readonly needsLogits: boolean;
  /** The logits of the training rows [n·C], where they are looked up instead of computed. */
  readonly logits?: Float32Array;
  /** What is inside of the teacher for the training rows, where it is looked up instead of computed. */
  readonly kept?: KeptTaps;
  /** The teacher runs with dropout, as the reference's does (D9): nothing of it can be looked up then. */
  readonly dropout: boolean;
  /** Computes every layer for all tokens, also where first ones alone are read: for measurements. */
  readonly wholeLayers?: boolean;
}

/** What a teacher gives for one batch: a flat list of what was computed, and how to read it. */
export interface TeacherPass {
  readonly tensors: tf.Tensor[];
  readonly read: (tensors: readonly tf.Tensor[]) => ModelOutputs;
}

/** The sizes of a model, as objectives see them. */
export function shapeOf({ num_hidden_layers: layers, num_attention_heads: heads, hidden_size }: ModelConfig): ModelShape {
  return { layers, heads, hidden_size };
}

/** What a teacher takes from main memory for one batch. */
export interface TeacherRows {
  /** Absent where nothing has to be computed. */
  readonly batch?: Batch;
  /** Logits that are looked up, [B, C]. */
  readonly logits?: tf.Tensor2D;
  /** Taps that are looked up, in the order of the list of them. */
  readonly kept?: readonly tf.Tensor[];
  /** Places of masked words, where these are predicted instead of classes. */
  readonly positions?: IdIndex;
}

/** Uploads what a teacher needs of a batch for these taps, beside what is there already; call within `tf.tidy`. */
export function uploadForTeacher(teacher: StageTeacher, rows: LabelledBatch, taps: TapLayers, { batch: uploaded, positions }: Pick<TeacherRows, 'batch' | 'positions'> = {}): TeacherRows {
  const logits = teacher.logits && lookedUp(teacher.logits, teacher.config.labels.length, rows.indices);
  const wanted = tapList(taps);
  const kept = teacher.kept && wanted.map((tap) => teacher.kept!.tensor(tap, rows));
  const batch = computes(teacher) || (wanted.length > 0 && !kept) ? (uploaded ?? uploadBatch(rows, teacher.config)) : undefined;
  return { ...(batch && { batch }), ...(logits && { logits }), ...(kept && { kept }), ...(positions && { positions }) };
}

/**
 * Runs a teacher on a batch, as far as the taps need it; call outside of a tape, which would keep every tensor of it.
 *
 * Logits and taps are computed only where they are needed and cannot be looked up.
 */
export function teacherPass(teacher: StageTeacher, rows: TeacherRows, taps: TapLayers, fidelity: Fidelity, source: DropoutSource): TeacherPass {
  const wanted = tapList(taps);
  const options = { taps, fidelity, ...(teacher.dropout ? { dropout: source } : {}) };
  const computed = rows.batch && run(teacher, rows.batch, options, rows.positions);
  const tensors = rows.kept ? [] : wanted.map(({ name, index }) => computed!.reader.at(name, index));
  const logits = (given: readonly tf.Tensor[]) => rows.logits ?? (given[tensors.length] as tf.Tensor2D | undefined);
  const kind = rows.positions ? 'maskedLm' : 'logits';
  return {
    tensors: [...tensors, ...(computed?.logits ? [computed.logits] : [])],
    read: (given) => ({ ...shapeOf(teacher.config), taps: readerOf(wanted, rows.kept ?? given), ...(logits(given) ? { [kind]: logits(given)! } : {}) }),
  };
}

const computes = ({ needsLogits, logits }: StageTeacher): boolean => needsLogits && !logits;

type RunOptions = Required<Pick<EncodeOptions, 'taps'>> & EncodeOptions;

/** The taps, and the logits where they have to be computed: all layers then. */
function run(teacher: StageTeacher, batch: Batch, options: RunOptions, positions: IdIndex | undefined): { reader: TapReader; logits?: tf.Tensor2D } {
  const { config, parameters } = teacher;
  if (!parameters) throw new RangeError('the teacher of this stage is not on the device');
  if (!computes(teacher)) return { reader: tapsOf(parameters, config, batch, options) };
  const { last, taps: reader } = encode(parameters, config, batch, { ...options, ...(!positions && !teacher.wholeLayers && { firstTokens: 'forward' as const }) });
  const logits = positions ? maskedLmLogits(parameters, config, last, positions, options.fidelity) : classify(parameters, config, last, batch, options.dropout).logits;
  return { reader, logits };
}

/** Logits of the rows of a batch, [B, C]. */
function lookedUp(logits: Float32Array, classes: number, rows: readonly number[]): tf.Tensor2D {
  const values = new Float32Array(rows.length * classes);
  rows.forEach((example, row) => values.set(logits.subarray(example * classes, (example + 1) * classes), row * classes));
  return tf.tensor2d(values, [rows.length, classes]);
}

function readerOf(wanted: readonly NamedTap[], tensors: readonly tf.Tensor[]): TapReader {
  return {
    at: (name, index) => {
      const found = tensors[wanted.findIndex((tap) => tap.name === name && tap.index === index)];
      if (found) return found;
      throw new RangeError(`the teacher's tap "${name}" of index ${index} was not asked for`);
    },
  };
}
