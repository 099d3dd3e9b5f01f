import type { DataPath } from '../experiment/data_path.ts';
import type { Arm, ResultRow, Scores, StepReport } from '../experiment/run.ts';

/** What an experiment tells while it goes on; the worker adds the run's id and passes it to the page. */
export type LabEvent =
  /** Anything but training that takes longer than a second. */
  | { readonly type: 'progress'; readonly label: string; readonly done: number; readonly total: number; readonly secondsLeft: number }
  | { readonly type: 'step'; readonly report: StepReport }
  | { readonly type: 'evaluation'; readonly arm: Arm; readonly step: number; readonly split: 'tuning' | 'dev'; readonly scores: Scores }
  /** A model was trained: what its data cost. */
  | ({ readonly type: 'data-path'; readonly arm: Arm } & DataPath)
  /** A decision that was made, for the log; never a failure. */
  | { readonly type: 'note'; readonly text: string }
  /** The model that the run exports as it is in the midst of its training, as the files of a Hugging Face folder of that name. */
  | { readonly type: 'snapshot'; readonly name: string; readonly step: number; readonly files: readonly { readonly name: string; readonly blob: Blob }[] }
  /** The rows of the comparison table so far. */
  | { readonly type: 'results'; readonly rows: readonly ResultRow[] }
  /** A model is finished: the moment for a checkpoint. */
  | { readonly type: 'arm-done'; readonly arm: Arm; readonly step: number };
