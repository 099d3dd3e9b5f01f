import type { Job, SideName } from '../steps/side.ts';
import type { Choice } from './choices.ts';
import type { Scene } from './scenes.ts';

/** Logit distillation as it runs, and with a teacher that computes its logits in every step: what all others are compared with. */
export const BASELINES = { kept: 'kd', live: 'kd, teacher in every step' } as const;

/** A training step to be measured. */
export interface NamedJob {
  readonly name: string;
  readonly job: Job;
}

/** Both forms of logit distillation, then the chosen objectives with kept logits. */
export function objectiveJobs(side: SideName, { size, examples }: Scene, choices: readonly Choice[]): NamedJob[] {
  const job = (name: string, terms: readonly string[], keptLogits: boolean) => ({ name, job: { side, size, training: { terms, keptLogits, ...(examples ? { examples } : {}) } } });
  return [job(BASELINES.live, ['kd'], false), job(BASELINES.kept, ['kd'], true), ...choices.map(({ name, terms }) => job(name, terms, true))];
}
