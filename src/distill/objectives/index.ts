import type { Objective } from '../objective.ts';
import { ce } from './ce.ts';
import { kd } from './kd.ts';

/** Every objective of the lab, in the order in which it is offered. */
export const OBJECTIVES: readonly Objective[] = [kd, ce];

/** The objective of that name or alias; RangeError that lists the names otherwise. */
export function objectiveNamed(name: string): Objective {
  const objective = OBJECTIVES.find((o) => o.name === name || o.aliases.includes(name));
  if (!objective) throw new RangeError(`unknown objective "${name}": expected one of ${OBJECTIVES.map((o) => o.name).join(', ')}`);
  return objective;
}
