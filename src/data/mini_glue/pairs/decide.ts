/** The one difference between two texts that decides whether they mean the same. */
import type { Generator } from '../../../random/generator.ts';
import type { Words } from '../types.ts';
import type { Decisive } from './difficulty.ts';
import { ROLES, SWAPS, synonymSlots } from './edits.ts';
import { attempt } from './pair_generator.ts';
import type { Report } from './report.ts';
import { categoryOf, isPerson, type Cast, type Event, type Role } from './scene.ts';

/** The report that a second text tells. */
export interface Told {
  readonly report: Report;
  readonly by: Decisive;
  /** Words whose exchange decided. */
  readonly decided: readonly string[];
}

const KINDS: readonly Decisive[] = ['party', 'word', 'binding'];

/**
 * What one of the ways to decide gives: the first way is drawn by weight, the others follow where it has nothing to
 * exchange. Undefined when none has.
 */
export function decisions<T>(
  rng: Generator, weights: Readonly<Record<Decisive, number>>, ways: Readonly<Record<Decisive, () => T | undefined>>,
): T | undefined {
  let u = rng.uniform();
  const first = KINDS.find((kind) => (u -= weights[kind]) < 0) ?? 'binding';
  for (const kind of [first, ...rng.shuffle(KINDS.filter((k) => k !== first))]) {
    const told = ways[kind]();
    if (told !== undefined) return told;
  }
  return undefined;
}

/**
 * One word exchanged, by a synonym (`same`) or by a word of the same kind that means something else. Only words whose
 * exchange `shows` in the text count. Undefined when the report has no such word, for either value of `same`, so that
 * refusals tell nothing about the label.
 */
export function exchangeWord(
  rng: Generator, words: Words, cast: Cast, report: Report, same: boolean, shows: (report: Report) => boolean = () => true,
): Told | undefined {
  const slot = rng.shuffle(synonymSlots(report, words)).find((s) => s.synonyms(words).slice(0, 1).every(shows));
  const contrast = slot?.contrast(rng, words, cast);
  if (!slot || !contrast) return undefined;
  const told = same ? rng.pick(slot.synonyms(words)) : contrast.report;
  return { report: told, by: 'word', decided: [slot.word.word, ...slot.word.synonyms, contrast.word] };
}

/** The same words bound to other parts (`same` false), or the report as it is; undefined where nothing can be swapped. */
export function exchangeBinding(rng: Generator, report: Report, same: boolean): Told | undefined {
  const edited = SWAPS.flatMap((swap) => swap.apply(report) ?? []);
  if (edited.length === 0) return undefined;
  const chosen = rng.pick(edited);
  return { report: same ? report : chosen, by: 'binding', decided: [] };
}

/** Another party than the event's in that role: somebody else, or another thing of the same category. */
function withOther(cast: Cast, event: Event, role: Role): Event | undefined {
  const phrase = event[role];
  if (!phrase) return undefined;
  const other = attempt(() => (isPerson(phrase) ? cast.person() : { ...phrase, head: cast.noun(categoryOf(phrase)) }));
  return other && { ...event, [role]: other };
}

/** A party exchanged for a new one (`same` false), or the report as it is: the plainest of differences. */
export function exchangeParty(
  rng: Generator, cast: Cast, report: Report, same: boolean, shows: (report: Report) => boolean = () => true,
): Told | undefined {
  for (const role of rng.shuffle(ROLES)) {
    const main = withOther(cast, report.main, role);
    if (main && shows({ ...report, main })) return { report: same ? report : { ...report, main }, by: 'party', decided: [] };
  }
  return undefined;
}

/** One more word exchanged by a synonym, which decides nothing. */
export function addSynonym(rng: Generator, words: Words, { report, decided }: Pick<Told, 'report' | 'decided'>): Report {
  const slots = synonymSlots(report, words).filter((slot) => !decided.includes(slot.word.word));
  return slots.length === 0 ? report : rng.pick(rng.pick(slots).synonyms(words));
}
