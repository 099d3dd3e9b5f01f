import { contrastTensor } from '../distill/contrast.ts';
import { batchTensors, takeAlike, uploadBatch, type Batch } from '../model/batch.ts';
import { dropoutKeys } from '../model/heads.ts';
import * as tf from '../tensor/tf.ts';
import type { LabelledBatch } from '../train/batches.ts';
import type { StepInputs } from '../train/job.ts';
import { tapsNeeded, type BoundTerm } from './bound_terms.ts';
import type { ClassifierTraining } from './classifier_training.ts';
import { nameOf, tapList } from './kept_taps.ts';
import { maskedBatch } from './masked_batch.ts';
import { uploadWords, wordTensors, type MaskedWords } from './masked_words.ts';
import { uploadForTeacher, type TeacherRows } from './teacher_pass.ts';

/** A batch with everything of it that student, teacher and objectives take from main memory. */
export interface RowTensors {
  readonly rows: LabelledBatch;
  readonly student: Batch;
  readonly labels: tf.Tensor1D;
  readonly teacher: TeacherRows;
  /** Where words are predicted instead of classes. */
  readonly masked?: MaskedWords;
  /** Rows of their memory that terms look at, by the terms' prefixes. */
  readonly contrast: ReadonlyMap<string, tf.Tensor2D>;
}

/** The teacher's masks are drawn apart from the student's. */
const TEACHER_DRAWS = 0x7eac4e5;

/** Where the dropout masks of batch `number` are drawn from. */
export function drawSources({ seed }: { readonly seed: number }, number: number) {
  return { student: { seed, step: number }, teacher: { seed: (seed ^ TEACHER_DRAWS) >>> 0, step: number } };
}

/** Uploads batch `number`; call within `tf.tidy`. `words`: how many are masked in each batch of its update, where there are several. */
export function uploadRows({ config, teacher, terms, masking, options, fidelity }: ClassifierTraining, given: LabelledBatch, number: number, words?: readonly number[]): RowTensors {
  const hidden = masking && maskedBatch(given, masking, options, number, fidelity);
  const rows = hidden?.rows ?? given;
  const masked = hidden && uploadWords(hidden, words);
  const student = uploadBatch(rows, config);
  return {
    rows,
    student,
    // A model of one output predicts scores, which are real numbers; objectives know by the type. Texts have classes alone.
    labels: tf.tensor1d(rows.labels, config.labels.length === 1 && !masked ? 'float32' : 'int32'),
    teacher: teacher ? uploadForTeacher(teacher, rows, tapsNeeded(terms, 'teacher', number), { ...(masked && { positions: masked.positions }), ...(takeAlike(config, teacher.config) && { batch: student }) }) : {},
    ...(masked && { masked }),
    contrast: new Map(terms.flatMap(({ objective, setting, prefix }) => {
      const drawn = objective.contrast?.(setting, number, rows.indices);
      return drawn ? [[prefix, contrastTensor(drawn, rows.size)] as const] : [];
    })),
  };
}

/** What tells batch `number` apart from others: its tensors, its dropout keys, and the layers that a random mapping chose, unless these are looked up. */
export function stepInputs({ config, teacher, terms, dropout, options }: ClassifierTraining, { student, labels, teacher: rows, masked, contrast }: RowTensors, number: number): StepInputs {
  const sources = drawSources(options, number);
  const draws = [...(dropout.student ? dropoutKeys(config, sources.student) : []), ...(teacher?.dropout ? dropoutKeys(teacher.config, sources.teacher) : [])];
  const tensors = [...batchTensors(student), labels, ...(rows.batch && rows.batch !== student ? batchTensors(rows.batch) : []), ...(rows.logits ? [rows.logits] : []), ...(rows.kept ?? []), ...(masked ? wordTensors(masked) : []), ...contrast.values()];
  const looksUp = rows.kept !== undefined && !rows.batch;
  return { key: JSON.stringify([tapsNeeded(terms, 'student', number), looksUp ? placesKept(terms, number) : tapsNeeded(terms, 'teacher', number)]), tensors, draws };
}

/**
 * For each term the places of its taps among those that are looked up for batch `number`.
 *
 * Which layers these are changes nothing that is done with them: a mapping that draws pairs a student's layers with drawn
 * ones in order. Where several terms draw, the places say which taps they share.
 */
function placesKept(terms: readonly BoundTerm[], number: number): number[][] {
  const kept = tapList(tapsNeeded(terms, 'teacher', number)).map(nameOf);
  return terms.map((term) => tapList(tapsNeeded([term], 'teacher', number)).map((tap) => kept.indexOf(nameOf(tap))));
}
