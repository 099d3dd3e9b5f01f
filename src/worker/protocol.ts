/**
 * The whole contract between the page and the training worker: one union of commands, one union of events.
 *
 * The worker owns the GPU device, the tensors, training and the writing of checkpoints; the page owns what a person sees.
 */
import type { FaultReport } from '../fault/fault.ts';
import type { BackendChoice, BackendName, Recipe } from '../experiment/recipe.ts';

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
  /** Writes the run's distilled student as a Hugging Face folder; answers with `exported` of the same id. */
  | { readonly type: 'export'; readonly id: number; readonly run: string };

/** The models that one run compares, in the order of the table. */
export const ARMS = ['teacher', 'distilled', 'finetuned', 'initialised', 'random', 'majority'] as const;
export type Arm = (typeof ARMS)[number];

/** What the evaluation of one model on the dev rows gave. */
export interface Scores {
  /** Metric name → value; the task's first metric is the headline. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Headline metric by depth slice, where the rows have one. */
  readonly byDepth: readonly number[];
  readonly loss: number;
  readonly examples: number;
}

/** One row of the comparison table. */
export interface ResultRow {
  readonly arm: Arm;
  readonly parameters: number;
  readonly scores: Scores;
  readonly seconds: number;
}

export interface DeviceReport {
  readonly backend: BackendName;
  /** Why this backend and not another, as one sentence for a person. */
  readonly reason: string;
  readonly adapter: string;
  /** What the person can do to get a faster one; empty when nothing. */
  readonly remedy: string;
}

export interface StepReport {
  readonly arm: Arm;
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  /** Weighted loss, and each term under its objective's own name. */
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
  readonly learning_rate: number;
  readonly grad_norm: number;
  readonly stepsPerSecond: number;
  /** Until the whole run ends, in seconds. */
  readonly secondsLeft: number;
}

export type RunState = 'running' | 'paused' | 'stopped' | 'done' | 'failed';

export type Event =
  | { readonly type: 'device'; readonly device: DeviceReport }
  /** Anything but training that takes longer than a second: loading, generating, tokenising, evaluating, saving. */
  | { readonly type: 'progress'; readonly run: string; readonly label: string; readonly done: number; readonly total: number; readonly secondsLeft: number }
  | { readonly type: 'step'; readonly run: string; readonly report: StepReport }
  | { readonly type: 'evaluation'; readonly run: string; readonly arm: Arm; readonly step: number; readonly scores: Scores }
  /** A sentence for the log: a decision that was made, never a failure. */
  | { readonly type: 'note'; readonly run: string; readonly text: string }
  | { readonly type: 'checkpoint'; readonly run: string; readonly arm: Arm; readonly step: number; readonly bytes: number }
  | { readonly type: 'results'; readonly run: string; readonly rows: readonly ResultRow[] }
  | { readonly type: 'state'; readonly run: string; readonly state: RunState }
  | { readonly type: 'prediction'; readonly id: number; readonly labels: readonly string[]; readonly answers: readonly { readonly arm: Arm; readonly logits: readonly number[] }[] }
  | { readonly type: 'exported'; readonly id: number; readonly files: readonly GivenFile[] }
  /** Ends what was going on. `id` names the command it answers, where that had one. */
  | { readonly type: 'fault'; readonly run?: string; readonly id?: number; readonly fault: FaultReport };
