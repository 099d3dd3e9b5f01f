import type { Planner } from '../group.ts';
import { contrastive } from './contrastive.ts';
import { clipping } from './clipping.ts';
import { encoder } from './encoder.ts';
import { metrics } from './metrics.ts';
import { fairseqAdam, torchOptimizers } from './optimizers.ts';
import { pretrainingData } from './pretraining_data.ts';
import { agnosticSchedules, fairseqSchedules } from './schedules.ts';
import { taskAgnosticRuns, taskSpecificRuns } from './runs.ts';
import { sharding } from './sharding.ts';
import { taskAgnostic } from './task_agnostic.ts';
import { taskSpecific } from './task_specific.ts';
import { tokenizers } from './tokenizers.ts';

/** Beginning of a group's name → how groups of that kind are run. */
const PLANNERS: readonly (readonly [string, Planner])[] = [
  ['a', encoder],
  ['b_task_specific', taskSpecific],
  ['b_task_agnostic', taskAgnostic],
  ['b_crd', contrastive],
  ['c_fairseq_adam', fairseqAdam],
  ['c_torch_optim', torchOptimizers],
  ['c_clip', clipping],
  ['c_lr_fairseq', fairseqSchedules],
  ['c_lr_agnostic', agnosticSchedules],
  ['d_task_specific', taskSpecificRuns],
  ['d_task_agnostic', taskAgnosticRuns],
  ['e_pretraining_data', pretrainingData],
  ['e_sharding', sharding],
  ['f_metrics', metrics],
  ['t_tokenizers', tokenizers],
];

/** How groups of this kind are run; undefined when no such kind is known. */
export function plannerOf(group: string): Planner | undefined {
  return PLANNERS.find(([beginning]) => group.startsWith(beginning))?.[1];
}
