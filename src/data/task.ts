/** What a task is, and what one of its examples looks like; shared by GLUE files and by mini-GLUE. */

export type MetricName = 'accuracy' | 'f1' | 'matthews_correlation' | 'pearson' | 'spearmanr' | 'mse';

/** One GLUE task: its columns, its labels in Hugging Face's order, its metrics (the first one ranks models). */
export interface TaskSpec {
  /** Name as in Hugging Face and the paper's command lines, e.g. `sst-2`. */
  readonly name: string;
  /** Column that holds the first text, and the second one where the task has pairs. */
  readonly text: string;
  readonly textPair?: string;
  /** Column that holds the label. */
  readonly label: string;
  /** Label words in Hugging Face's order: the index is the class id. Empty for regression. */
  readonly labels: readonly string[];
  /** Least and largest score of a regression. */
  readonly scores?: readonly [least: number, largest: number];
  readonly metrics: readonly MetricName[];
}

/** One example, as read or generated: text, the class id (or score), and the depth slice where one is known. */
export interface Example {
  readonly text: string;
  readonly textPair?: string;
  /** Class id, or the score of a regression task. */
  readonly label: number;
  /** Depth slice 0 … 3 of generated examples. */
  readonly depth?: number;
}

/** The splits of one task. `tuning` is for choosing hyperparameters; `dev` is only for reporting. */
export interface TaskData {
  readonly task: TaskSpec;
  readonly train: readonly Example[];
  readonly tuning: readonly Example[];
  readonly dev: readonly Example[];
  /** The second set to report, of rows from other sources than the training rows: MNLI's mismatched ones. */
  readonly mismatched?: readonly Example[];
}
