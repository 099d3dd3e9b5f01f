import type { ResultRow } from '../experiment/run.ts';
import type { ModelConfig } from '../model/config.ts';
import type { HostTensor } from '../model/weights.ts';
import type { LoopState } from '../train/loop.ts';

/** The model in training, in main memory. */
export interface LiveArm {
  /** The model's own, and those of objectives that are trained beside it. */
  readonly parameters: ReadonlyMap<string, HostTensor>;
  /** Absent between two stages. */
  readonly loop?: LoopState;
}

/** The weights of the lowest loss on tuning rows in the stage that is in work. */
export interface BestWeights {
  readonly loss: number;
  readonly parameters: ReadonlyMap<string, HostTensor>;
}

/** What evaluations on the tuning rows have decided in the stage that is in work. */
export interface Watching {
  /** Update after which the last one was made. */
  readonly step: number;
  /** What it gave. */
  readonly loss?: number;
  /** Evaluations since the best one. */
  readonly waited: number;
  readonly best?: { readonly step: number; readonly value: number; readonly parameters?: ReadonlyMap<string, HostTensor> };
}

/** All that changes while an experiment goes on; with the recipe and its session it determines everything that follows. */
export interface ExperimentState {
  /** Arms that are finished. */
  readonly armIndex: number;
  readonly rows: readonly ResultRow[];
  /** Stages that the arm in training has finished. */
  readonly stage: number;
  readonly live?: LiveArm;
  /** Kept only where the next stage starts from it. */
  readonly best?: BestWeights;
  readonly watching?: Watching;
  /** Hours that the stage in work has trained. */
  readonly hours?: number;
  /** Seconds that the arm in training had taken when the state was saved. */
  readonly armSeconds: number;
  /** The model that the run exports, once it is finished, with its architecture. */
  readonly exported?: ReadonlyMap<string, HostTensor>;
  readonly config?: ModelConfig;
  /** Where the exported model's first weights came from, as a sentence. */
  readonly origin?: string;
  /** The teacher, where the run had to train it. */
  readonly teacher?: ReadonlyMap<string, HostTensor>;
}

export function freshState(): ExperimentState {
  return { armIndex: 0, rows: [], stage: 0, armSeconds: 0 };
}
