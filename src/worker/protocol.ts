/**
 * The whole contract between the page and the training worker: one union of commands, one union of events.
 *
 * The worker owns the GPU device, the tensors, training and the writing of checkpoints; the page owns what a person sees.
 */
import type { AskedSplit } from '../data/split_rows.ts';
import type { TaskSpec } from '../data/task.ts';
import type { FaultReport } from '../fault/fault.ts';
import type { DataPath } from '../experiment/data_path.ts';
import type { AskedExample } from '../experiment/predictions.ts';
import type { BenchEvent, BenchJob } from '../experiment/objective_bench.ts';
import type { BackendChoice, Recipe } from '../experiment/recipe.ts';
import type { Arm, DeviceReport, ResultRow, RunState, Scores, StepReport } from '../experiment/run.ts';
import type { DeviceLimits } from '../tensor/limits.ts';

export { ARMS } from '../experiment/run.ts';
export type { Arm, DeviceReport, ResultRow, RunState, Scores, StepReport } from '../experiment/run.ts';
export type { DeviceLimits } from '../tensor/limits.ts';

/** Files that a person dropped, picked or that the command line serves; `name` is the path within the folder. */
export interface GivenFile {
  readonly name: string;
  readonly blob: Blob;
}
/** Given files by their use in the recipe. */
export interface GivenFiles {
  readonly teacher?: readonly GivenFile[];
  readonly data?: readonly GivenFile[];
  readonly tokenizer?: readonly GivenFile[];
  /** The model that the student starts from, where that is a folder of its own. */
  readonly student?: readonly GivenFile[];
}

export type Command =
  /** Opens a backend and answers with `device`. */
  | { readonly type: 'open'; readonly backend: BackendChoice }
  /** Begins a run, or continues it from its last checkpoint when the store has one under this id. */
  | { readonly type: 'start'; readonly run: string; readonly recipe: Recipe; readonly files?: GivenFiles }
  | { readonly type: 'pause' }
  | { readonly type: 'continue' }
  /** Saves a checkpoint and ends the run; it can be continued later. */
  | { readonly type: 'stop' }
  /** Classifies a text by the run's teacher and student; answers with `prediction` of the same id. */
  | { readonly type: 'predict'; readonly id: number; readonly run: string; readonly text: string; readonly textPair?: string }
  /** Asks the run's teacher and student about every row of a split, the dev rows where none is named; `predicting` events of the same id tell how far it is, `predictions` answers. */
  | { readonly type: 'predict-all'; readonly id: number; readonly run: string; readonly files?: GivenFiles; readonly split?: AskedSplit }
  /** Writes the run's distilled student as a Hugging Face folder; answers with `exported` of the same id. */
  | { readonly type: 'export'; readonly id: number; readonly run: string }
  /** Measures objectives on one batch; `bench` events of the same id tell of it, or a `fault`. */
  | { readonly type: 'bench'; readonly id: number; readonly job: BenchJob; readonly files?: GivenFiles }
  | { readonly type: 'stop-bench' };

export type Event =
  | { readonly type: 'device'; readonly device: DeviceReport; readonly limits: DeviceLimits }
  /** Anything but training that takes longer than a second: loading, generating, tokenising, evaluating, saving. */
  | { readonly type: 'progress'; readonly run: string; readonly label: string; readonly done: number; readonly total: number; readonly secondsLeft: number }
  | { readonly type: 'step'; readonly run: string; readonly report: StepReport }
  | { readonly type: 'evaluation'; readonly run: string; readonly arm: Arm; readonly step: number; readonly split: 'tuning' | 'dev'; readonly scores: Scores }
  /** A model was trained: what its data cost. */
  | ({ readonly type: 'data-path'; readonly run: string; readonly arm: Arm } & DataPath)
  /** A sentence for the log: a decision that was made, never a failure. */
  | { readonly type: 'note'; readonly run: string; readonly text: string }
  | { readonly type: 'checkpoint'; readonly run: string; readonly arm: Arm; readonly step: number; readonly bytes: number }
  /** The run's student in the midst of its training, as the files of a Hugging Face folder of that name. */
  | { readonly type: 'snapshot'; readonly run: string; readonly name: string; readonly step: number; readonly files: readonly GivenFile[] }
  | { readonly type: 'results'; readonly run: string; readonly rows: readonly ResultRow[] }
  | { readonly type: 'state'; readonly run: string; readonly state: RunState }
  | { readonly type: 'prediction'; readonly id: number; readonly labels: readonly string[]; readonly answers: readonly { readonly arm: Arm; readonly logits: readonly number[] }[] }
  | { readonly type: 'predicting'; readonly id: number; readonly done: number; readonly total: number }
  /** Logits [n·C] in the order of the task's labels; the teacher first. */
  | { readonly type: 'predictions'; readonly id: number; readonly task: TaskSpec; readonly examples: readonly AskedExample[]; readonly models: readonly { readonly arm: Arm; readonly logits: Float32Array }[] }
  | { readonly type: 'exported'; readonly id: number; readonly files: readonly GivenFile[] }
  | { readonly type: 'bench'; readonly id: number; readonly event: BenchEvent }
  /** Ends what was going on. `id` names the command it answers, where that had one. */
  | { readonly type: 'fault'; readonly run?: string; readonly id?: number; readonly fault: FaultReport };
