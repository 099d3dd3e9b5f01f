import type { Planner } from '../group.ts';
import { encoder } from './encoder.ts';
import { metrics } from './metrics.ts';
import { tokenizers } from './tokenizers.ts';

/** Beginning of a group's name → how groups of that kind are run. */
const PLANNERS: readonly (readonly [string, Planner])[] = [
  ['a', encoder],
  ['f_metrics', metrics],
  ['t_tokenizers', tokenizers],
];

/** How groups of this kind are run; undefined when no such kind is known. */
export function plannerOf(group: string): Planner | undefined {
  return PLANNERS.find(([beginning]) => group.startsWith(beginning))?.[1];
}
