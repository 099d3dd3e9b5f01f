import type { TaskSpec } from '../data/task.ts';
import type { EncodedExample } from '../train/batches.ts';
import type { Weights } from '../model/weights.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

/** The rows of a task as token ids. */
export interface EncodedData {
  readonly train: readonly EncodedExample[];
  readonly tuning: readonly EncodedExample[];
  readonly dev: readonly EncodedExample[];
  /** The second set to report, where the data have one. */
  readonly mismatched?: readonly EncodedExample[];
}

/** Everything a recipe names, resolved and checked: what training works on. */
export interface Session {
  readonly task: TaskSpec;
  readonly tokenizer: Tokenizer;
  readonly data: EncodedData;
  /** The teacher, or for a finetuning run the model to start from. */
  readonly start: Weights;
  /** The model that the student starts from, where that is not its teacher. */
  readonly initFrom?: Weights;
  /** True when `start` has not been finetuned on the task yet, so that the teacher must be trained first. */
  readonly teacherUntrained: boolean;
  /** Rows to train such a teacher on: more than the student gets. */
  readonly teacherRows: readonly EncodedExample[];
}
