/** What qqp and qnli share of questions: how they open, and what they ask for. */
import type { TemplateSet } from '../types.ts';
import type { AskForm, Asked } from './ask.ts';
import { PLAIN, words } from './realise.ts';
import type { Event } from './scene.ts';
import type { Stock } from './statement.ts';

type Openings = Readonly<Record<TemplateSet, readonly string[]>>;

/** Before a statement that is asked about; those of dev occur in no training row. */
const WHETHER: Openings = {
  train: ['do you know whether', 'can you tell me whether', 'does anyone remember whether'],
  dev: ['could somebody say whether', 'have you heard whether'],
};

/** Before an embedded question with a question word. */
const OPENINGS: Openings = {
  train: ['do you know', 'can you tell me', 'does anyone remember'],
  dev: ['could somebody say', 'have you heard'],
};

/** Whether the statement is true, as a question. */
export function whether({ rng, templates }: Stock, statement: string): string {
  return words(rng.pick(WHETHER[templates]), statement);
}

/** Words before an embedded question. */
export function opening({ rng, templates }: Stock): string {
  return rng.pick(OPENINGS[templates]);
}

/** What is asked for with a question word. */
export type Wanted = Exclude<Asked, 'polar'>;

/** The event with an adjunct of the kind that is asked for, and no other; as it is where a party is asked for. */
export function withWanted({ cast }: Stock, event: Event, wanted: Wanted): Event {
  const { place: _, ...bare } = event;
  if (wanted === 'place') return { ...bare, place: cast.place() };
  return wanted === 'time' ? { ...bare, time: cast.time() } : event;
}

/** A drawn voice and length of the question word. */
export function drawForm({ rng, knobs }: Stock): AskForm {
  return { form: { ...PLAIN, passive: rng.chance(knobs.passiveHypotheses) }, long: rng.chance(0.25), embedded: false };
}
