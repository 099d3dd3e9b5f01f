import { uploadBatch, type Batch } from '../model/batch.ts';
import { dropoutKeys } from '../model/heads.ts';
import * as tf from '../tensor/tf.ts';
import type { LabelledBatch } from '../train/batches.ts';
import type { StepInputs } from '../train/job.ts';
import { tapsNeeded } from './bound_terms.ts';
import type { ClassifierTraining } from './classifier_training.ts';
import { uploadForTeacher, type TeacherRows } from './teacher_pass.ts';

/** A batch with everything of it that student, teacher and objectives take from main memory. */
export interface RowTensors {
  readonly rows: LabelledBatch;
  readonly student: Batch;
  readonly labels: tf.Tensor1D;
  readonly teacher: TeacherRows;
}

/** The teacher's masks are drawn apart from the student's. */
const TEACHER_DRAWS = 0x7eac4e5;

/** Where the dropout masks of batch `number` are drawn from. */
export function drawSources({ seed }: { readonly seed: number }, number: number) {
  return { student: { seed, step: number }, teacher: { seed: (seed ^ TEACHER_DRAWS) >>> 0, step: number } };
}

/** Uploads batch `number`; call within `tf.tidy`. */
export function uploadRows({ config, teacher, terms }: ClassifierTraining, rows: LabelledBatch, number: number): RowTensors {
  return {
    rows,
    student: uploadBatch(rows, config),
    labels: tf.tensor1d(rows.labels, 'int32'),
    teacher: teacher ? uploadForTeacher(teacher, rows, tapsNeeded(terms, 'teacher', number)) : {},
  };
}

/** What tells batch `number` apart from others: its tensors, its dropout keys, and the layers that a random mapping chose. */
export function stepInputs({ config, teacher, terms, dropout, options }: ClassifierTraining, { student, labels, teacher: rows }: RowTensors, number: number): StepInputs {
  const sources = drawSources(options, number);
  const draws = [...(dropout.student ? dropoutKeys(config, sources.student) : []), ...(teacher?.dropout ? dropoutKeys(teacher.config, sources.teacher) : [])];
  const tensors = [...tensorsOf(student), labels, ...(rows.batch ? tensorsOf(rows.batch) : []), ...(rows.logits ? [rows.logits] : [])];
  const layers = (['student', 'teacher'] as const).map((side) => tapsNeeded(terms, side, number));
  return { key: JSON.stringify(layers), tensors, draws };
}

function tensorsOf({ words, types, positions, mask }: Batch): tf.Tensor[] {
  return [words, types, ...(positions ? [positions] : [])].flatMap(({ ids, order, start }): tf.Tensor[] => [ids, order, start]).concat(mask);
}
