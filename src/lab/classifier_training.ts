import type { ModelOutputs } from '../distill/objective.ts';
import type { DropoutChoice, TrainingArguments } from '../experiment/recipe.ts';
import type { Batch } from '../model/batch.ts';
import type { Fidelity, ModelConfig } from '../model/config.ts';
import { encode, type DropoutSource } from '../model/encoder.ts';
import { classify, maskedLmLogits, nextSentenceLogits } from '../model/heads.ts';
import type { Parameters } from '../model/parameters.ts';
import type { Change } from '../tensor/kernels/bank_rows.ts';
import * as tf from '../tensor/tf.ts';
import type { EncodedExample, LabelledBatch } from '../train/batches.ts';
import { TrainingLoop, type LoopState, type StepLosses, type TrainingJob } from '../train/loop.ts';
import type { MaskingIds } from '../train/masking.ts';
import type { ParameterGroup } from '../train/parameter_groups.ts';
import { BatchSequence } from './batch_sequence.ts';
import { ownTensors, tapsNeeded, termGroups, type BoundTerm } from './bound_terms.ts';
import type { DataMeter } from './data_meter.ts';
import { maskedCount } from './masked_batch.ts';
import { padsWords, type MaskedWords } from './masked_words.ts';
import { drawSources, stepInputs, uploadRows, type RowTensors } from './row_tensors.ts';
import { shapeOf, teacherPass, type StageTeacher, type TeacherPass } from './teacher_pass.ts';

/** One stage of training a classifier, or a model of masked words, with everything that its loss needs. */
export interface ClassifierTraining {
  readonly config: ModelConfig;
  /** The model's parameters. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly terms: readonly BoundTerm[];
  /** Tensors that objectives train beside the model, and those that they remember. */
  readonly trained: ReadonlyMap<string, tf.Variable>;
  readonly memory: ReadonlyMap<string, tf.Variable>;
  readonly teacher?: StageTeacher;
  readonly examples: readonly EncodedExample[];
  readonly options: TrainingArguments;
  readonly steps: number;
  /** Batches that earlier stages used up. */
  readonly first: number;
  readonly padId: number;
  /** Words are masked and predicted in the place of classes. */
  readonly masking?: MaskingIds;
  /** Hours of training so far, for schedules by time. */
  hours?(): number;
  readonly fidelity: Fidelity;
  readonly dropout: DropoutChoice;
  /** Batches by number, where they are given instead of drawn. */
  readonly batchAt?: (number: number) => LabelledBatch;
  /** Parameters that are optimised otherwise, e.g. frozen ones. */
  readonly groups?: readonly ParameterGroup[];
  /** How the gradient relates to the batch; by default fairseq's division by B where the fidelity is `released`. */
  readonly reduction?: StepLosses['reduction'];
  readonly execution?: TrainingJob['execution'];
  /** Padded lengths are multiples of this; 8 when absent. */
  readonly lengthStep?: number;
  /** Computes every layer for all tokens, also where first ones alone are read: for measurements. */
  readonly wholeLayers?: boolean;
  /** Hears of kernels that are compiled. */
  readonly compiling?: TrainingJob['compiling'];
  /** Hears of every batch. */
  readonly meter?: DataMeter;
}

/** A training loop with any objectives, of classes or of masked words; `saved` continues an earlier one. */
export function classifierLoop(training: ClassifierTraining, saved?: LoopState): TrainingLoop {
  const { options, trained, memory, steps } = training;
  const numberOf = (step: number, micro: number) => training.first + step * (options.gradient_accumulation_steps ?? 1) + micro;
  const batchAt = training.batchAt ?? drawnBatches(training, numberOf(saved?.step ?? 0, 0));
  const upload = (number: number, words?: readonly number[]) => {
    const make = () => uploadRows(training, batchAt(number), number, words);
    return training.meter ? training.meter.batch(make) : make();
  };
  const uploads: RowTensors[] = [];
  let words: readonly number[] | undefined;
  let pass: TeacherPass | undefined;
  return new TrainingLoop(
    {
      parameters: new Map([...training.parameters, ...trained]),
      memory,
      groups: [...termGroups(training.terms), ...(training.groups ?? [])],
      options,
      steps,
      ...executionOf(training),
      ...(training.compiling ? { compiling: training.compiling } : {}),
      ...(training.hours ? { hours: () => training.hours!() } : {}),
      inputs: (step, micro) => {
        if (micro === 0) words = wordsOfUpdate(training, batchAt, numberOf(step, 0));
        uploads[micro] = upload(numberOf(step, micro), words);
        return stepInputs(training, uploads[micro], numberOf(step, micro));
      },
      prepare: (step, micro) => {
        pass = teacherOf(training, uploads[micro]!, numberOf(step, micro));
        return pass?.tensors ?? [];
      },
      losses: (step, micro, prepared) => batchLosses(training, uploads[micro]!, numberOf(step, micro), pass?.read(prepared)),
    },
    saved,
  );
}

/** The batches of the rows by number; the rows of the first one's epoch are put in order now, and not in its step. */
function drawnBatches({ examples, options, padId, lengthStep }: ClassifierTraining, first: number): (number: number) => LabelledBatch {
  const sequence = new BatchSequence(examples, options, padId, lengthStep);
  if (examples.length > 0) sequence.rowsAt(first);
  return (number) => sequence.at(number);
}

/** How many words are masked in each batch of the update that begins with batch `first`; undefined where no batch has to know of the others. */
function wordsOfUpdate({ masking, options: { seed, gradient_accumulation_steps: micros = 1 } }: ClassifierTraining, batchAt: (number: number) => LabelledBatch, first: number): readonly number[] | undefined {
  if (!masking || micros === 1 || !padsWords()) return undefined;
  return Array.from({ length: micros }, (_, micro) => maskedCount(batchAt(first + micro), masking, seed, first + micro));
}

/** How steps run, where the caller or the options say so. */
function executionOf({ execution, options: { execution: chosen = 'auto' } }: ClassifierTraining): Pick<TrainingJob, 'execution'> {
  const named = execution ?? (chosen === 'auto' ? undefined : chosen);
  return named ? { execution: named } : {};
}

/** What the teacher gives for batch `number`; undefined without one. */
export function teacherOf({ teacher, terms, fidelity, options }: ClassifierTraining, { teacher: rows }: RowTensors, number: number): TeacherPass | undefined {
  return teacher && teacherPass(teacher, rows, tapsNeeded(terms, 'teacher', number), fidelity, drawSources(options, number).teacher);
}

/** The weighted terms of one batch; `evaluating` switches the student's dropout off. */
export function batchLosses(training: ClassifierTraining, uploaded: RowTensors, number: number, teacher: ModelOutputs | undefined, evaluating = false): StepLosses {
  const { config, fidelity, options, dropout } = training;
  const { rows, student: batch, labels, masked, contrast } = uploaded;
  const source = dropout.student && !evaluating ? { dropout: drawSources(options, number).student } : {};
  const student = studentOutputs(training.parameters, config, batch, { ...source, ...(!masked && !training.wholeLayers && { firstTokens: 'trained' as const }), fidelity, taps: tapsNeeded(training.terms, 'student', number) }, masked);
  const remembered: Record<string, Change> = {};
  const terms: Record<string, tf.Scalar> = {};
  for (const term of training.terms) {
    const own = { trained: ownTensors(term, training.trained), memory: ownTensors(term, training.memory), remember: (name: string, change: Change) => void (remembered[term.prefix + name] = change) };
    const drawn = contrast.get(term.prefix);
    const inputs = { ...term.setting, student, teacher, labels, mask: batch.mask, step: number, examples: rows.indices, ...(drawn && { contrast: drawn }), ...(masked && { maskedLabels: masked.words }), ...(masked?.shares && { maskedShares: masked.shares }), ...own };
    for (const [name, value] of Object.entries(term.objective.loss(inputs))) {
      const weight = term.weight * shareOf(term, training, masked);
      const weighted = partOf(weight === 1 ? value : tf.mul(value, weight), masked);
      terms[name] = (terms[name] ? tf.add(terms[name], weighted) : weighted) as tf.Scalar;
    }
  }
  return { terms, memory: remembered, ...weightOf(training, uploaded), ...(masked?.part && { size: 1 }) };
}

/** What a batch counts in an update. */
export type BatchWeight = Required<Pick<StepLosses, 'size' | 'reduction'>>;

/** Its masked words, of which the loss is a mean, or its rows. */
export function weightOf({ fidelity, reduction }: ClassifierTraining, { rows, masked }: RowTensors): BatchWeight {
  if (masked) return { size: masked.count, reduction: 'mean' };
  return { size: rows.size, reduction: reduction ?? (fidelity === 'released' ? 'sum' : 'mean') };
}

/** A term of a batch whose part in the update differs from step to step. */
const partOf = (term: tf.Tensor, masked: MaskedWords | undefined): tf.Tensor => (masked?.part ? tf.mul(term, masked.part) : term);

/**
 * What a term is multiplied by beside its weight. Released sums over masked words are divided by their number, which is
 * fairseq's sample size there, and which the shares of padded words are divided by already; the task-agnostic half, whose
 * losses are means, divides by nothing.
 */
function shareOf({ objective }: BoundTerm, { fidelity }: ClassifierTraining, masked: MaskedWords | undefined): number {
  return masked && !masked.shares && fidelity === 'released' && objective.needs.maskedLm ? 1 / masked.count : 1;
}

interface StudentOptions {
  readonly dropout?: DropoutSource;
  readonly firstTokens?: 'trained';
  readonly fidelity: Fidelity;
  readonly taps: ReturnType<typeof tapsNeeded>;
}

/** A head is computed when an objective looks at its logits: hidden layers can be compared without one. */
function studentOutputs(parameters: Parameters, config: ModelConfig, batch: Batch, options: StudentOptions, masked: MaskedWords | undefined): ModelOutputs {
  const { last, taps } = encode(parameters, config, batch, options);
  let logits: tf.Tensor2D | undefined;
  let words: tf.Tensor2D | undefined;
  let pairs: tf.Tensor2D | undefined;
  return {
    ...shapeOf(config),
    taps,
    get logits() {
      return (logits ??= classify(parameters, config, last, batch, options.dropout).logits);
    },
    get maskedLm() {
      return masked && (words ??= maskedLmLogits(parameters, config, last, masked.positions, options.fidelity));
    },
    get nextSentence() {
      return masked && (pairs ??= nextSentenceLogits(parameters, config, last, batch));
    },
  };
}
