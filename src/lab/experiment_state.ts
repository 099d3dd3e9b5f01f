import type { ResultRow } from '../experiment/run.ts';
import type { ModelConfig } from '../model/config.ts';
import type { HostTensor } from '../model/weights.ts';
import type { LoopState } from '../train/loop.ts';

/** The model in training, in main memory. */
export interface LiveArm {
  readonly parameters: ReadonlyMap<string, HostTensor>;
  readonly loop: LoopState;
}

/** All that changes while an experiment goes on; with the recipe and its session it determines everything that follows. */
export interface ExperimentState {
  /** Arms that are finished. */
  readonly armIndex: number;
  readonly rows: readonly ResultRow[];
  readonly live?: LiveArm;
  /** Seconds that the arm in training had taken when the state was saved. */
  readonly armSeconds: number;
  /** The model that the run exports, once it is finished, with its architecture. */
  readonly exported?: ReadonlyMap<string, HostTensor>;
  readonly config?: ModelConfig;
  /** The teacher, where the run had to train it. */
  readonly teacher?: ReadonlyMap<string, HostTensor>;
}

export function freshState(): ExperimentState {
  return { armIndex: 0, rows: [], armSeconds: 0 };
}
