import type { Recipe, Stage, TrainingArguments } from '../experiment/recipe.ts';
import type { ModelConfig } from '../model/config.ts';
import type { MemoryPlan } from '../model/memory.ts';
import type { Weights } from '../model/weights.ts';
import type { OnCompile } from '../tensor/plan/planner.ts';
import type * as tf from '../tensor/tf.ts';
import type { EncodedExample } from '../train/batches.ts';
import type { ForwardPass } from '../train/forward_pass.ts';
import type { TrainingLoop } from '../train/loop.ts';
import type { DataMeter } from './data_meter.ts';
import type { LiveArm } from './experiment_state.ts';
import type { Session } from './session.ts';

/** A model on the device, being trained or scored. */
export interface ArmModel {
  readonly config: ModelConfig;
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** Keeps what is recorded of its evaluation as long as it is on the device. */
  readonly forward?: ForwardPass;
}

/** What a stage's models predict: the classes of a task, or the masked words of texts. */
export type Predicted = 'classes' | 'words';

/** A listener to a pass over rows: hears how many are done, and may wait. */
export type OnRows = (done: number) => Promise<void>;

/** What a stage is opened with. */
export interface StageContext extends ArmModel {
  readonly recipe: Recipe;
  readonly session: Session;
  readonly examples: readonly EncodedExample[];
  readonly options: TrainingArguments;
  /** Updates of this stage. */
  readonly steps: number;
  /** Batches that the stages before used up. */
  readonly first: number;
  /** Hours of training of this stage so far. */
  hours(): number;
  /** Whether the next stage starts from the best weights of this one. */
  readonly watchesLoss: boolean;
  readonly teacher: Weights;
  /** Hears of every training batch. */
  readonly meter?: DataMeter;
  /** Tells how far a pass over `total` rows is. */
  progress(label: string, total: number): OnRows;
  /** Hears of kernels that are compiled. */
  readonly compiling: OnCompile;
  /** Tells of a decision, in a sentence. */
  note(text: string): void;
}

/** A stage on the device. */
export interface OpenStage {
  readonly loop: TrainingLoop;
  /** All that is trained: the model's parameters, and those of objectives. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** What it takes on the device by the estimate. */
  readonly estimate: MemoryPlan;
  /** The stage's own loss on rows, without dropout; only where `watchesLoss` asked for it. */
  lossOn?(rows: readonly EncodedExample[]): Promise<number>;
  /** Frees all but the model's parameters. */
  dispose(): void;
}

/** One stage of an arm's training, before it is opened. */
export interface ArmStage {
  readonly options: TrainingArguments;
  readonly start: Stage['start'];
  /** `saved` continues an earlier one. */
  readonly open: (context: StageContext, saved?: LiveArm) => Promise<OpenStage>;
}

/** How an arm is trained: stage after stage on the same rows. */
export interface ArmTraining {
  readonly examples: (session: Session) => readonly EncodedExample[];
  readonly stages: (recipe: Recipe) => readonly ArmStage[];
}

/** Updates that training takes: `max_steps`, or the epochs over the examples; the last one may begin the next epoch. */
export function stepsOf(options: TrainingArguments, examples: number): number {
  return options.max_steps > 0 ? options.max_steps : Math.ceil((options.num_train_epochs * batchesInEpoch(options, examples)) / batchesOf(options));
}

/** Batches of one pass over the examples; the last one may be short. */
export function batchesInEpoch({ per_device_train_batch_size: size }: Pick<TrainingArguments, 'per_device_train_batch_size'>, examples: number): number {
  return Math.ceil(examples / size);
}

/** Batches that make one update. */
export function batchesOf({ gradient_accumulation_steps = 1 }: TrainingArguments): number {
  return gradient_accumulation_steps;
}
