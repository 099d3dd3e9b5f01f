/** The one difference between two texts that decides whether they mean the same. */
import type { Generator } from '../../../random/generator.ts';
import type { Words } from '../types.ts';
import { SWAPS, synonymSlots } from './edits.ts';
import type { Report } from './report.ts';
import type { Cast } from './scene.ts';

/** The report that a second text tells. */
export interface Told {
  readonly report: Report;
  /** Words whose exchange decided. */
  readonly decided: readonly string[];
}

/**
 * One word exchanged, by a synonym (`same`) or by a word of the same kind that means something else. Only words whose
 * exchange `shows` in the text count. Undefined when the report has no such word, for either value of `same`, so that
 * refusals tell nothing about the label.
 */
export function exchangeWord(
  rng: Generator, words: Words, cast: Cast, report: Report, same: boolean, shows: (report: Report) => boolean = () => true,
): Told | undefined {
  const slots = synonymSlots(report, words).filter((slot) => slot.synonyms(words).every(shows));
  if (slots.length === 0) return undefined;
  const slot = rng.pick(slots);
  const contrast = slot.contrast(rng, words, cast);
  if (!contrast) return undefined;
  const told = same ? rng.pick(slot.synonyms(words)) : contrast.report;
  return { report: told, decided: [slot.word.word, ...slot.word.synonyms, contrast.word] };
}

/** The same words bound to other parts (`same` false), or the report as it is; undefined where nothing can be swapped. */
export function exchangeBinding(rng: Generator, report: Report, same: boolean): Told | undefined {
  const edited = SWAPS.flatMap((swap) => swap.apply(report) ?? []);
  if (edited.length === 0) return undefined;
  const chosen = rng.pick(edited);
  return { report: same ? report : chosen, decided: [] };
}

/** One more word exchanged by a synonym, which decides nothing. */
export function addSynonym(rng: Generator, words: Words, { report, decided }: Told): Report {
  const slots = synonymSlots(report, words).filter((slot) => !decided.includes(slot.word.word));
  return slots.length === 0 ? report : rng.pick(rng.pick(slots).synonyms(words));
}
