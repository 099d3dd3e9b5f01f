import type { Job, SideName } from '../steps/side.ts';
import type { Choice } from './choices.ts';
import type { Scene } from './scenes.ts';

/** Logit distillation as it runs, which all others are compared with. */
export const BASELINE = 'kd';

/** The name of an objective's form whose teacher runs in every step. */
export const liveForm = (name: string): string => `${name}, teacher in every step`;

/** A training step to be measured. */
export interface NamedJob {
  readonly name: string;
  readonly job: Job;
}

/**
 * Logit distillation, then the chosen objectives, as they run: with what the teacher gives looked up by row. Behind them
 * their other forms: logit distillation with a teacher that computes its logits in every step, and with kept logits
 * those that look inside of a teacher, which runs as far as they ask.
 */
export function objectiveJobs(side: SideName, { size, examples }: Scene, choices: readonly Choice[]): NamedJob[] {
  const job = (name: string, terms: readonly string[], keptLogits: boolean, keptTaps: boolean) => ({ name, job: { side, size, training: { terms, keptLogits, keptTaps, ...(examples ? { examples } : {}) } } });
  const inside = choices.filter(({ terms }) => terms.length > 1);
  return [
    job(BASELINE, ['kd'], true, true),
    ...choices.map(({ name, terms }) => job(name, terms, true, true)),
    job(liveForm(BASELINE), ['kd'], false, false),
    ...inside.map(({ name, terms }) => job(liveForm(name), terms, true, false)),
  ];
}
