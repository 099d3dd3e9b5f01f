import { Fault } from '../../fault/fault.ts';
import type { Objective } from '../objective.ts';
import { ce } from './ce.ts';
import { kd } from './kd.ts';

/** Every objective of the lab, in the order in which it is offered. */
export const OBJECTIVES: readonly Objective[] = [kd, ce];

/** The objective of that name or alias; Fault `unknown-objective` that lists the names otherwise. */
export function objectiveNamed(name: string): Objective {
  const objective = OBJECTIVES.find((o) => o.name === name || o.aliases.includes(name));
  if (objective) return objective;
  throw new Fault({ code: 'unknown-objective', where: 'objectives', expected: `one of ${OBJECTIVES.map((o) => o.name).join(', ')}`, got: JSON.stringify(name), remedy: 'Choose one of these objectives.' });
}
