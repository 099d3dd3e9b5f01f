import { continued } from '../grammar.ts';
import type { TemplateSet } from '../types.ts';
import { MNLI } from './difficulty.ts';
import type { Verdict } from './entail.ts';
import { inference } from './infer.ts';
import { pairGenerator } from './pair_generator.ts';
import { capital } from './realise.ts';

const VERDICTS: readonly Verdict[] = ['entailment', 'neutral', 'contradiction'];

/** How the premises of a genre begin; two of the genres occur in dev alone. */
const GENRES: Readonly<Record<TemplateSet, Readonly<Record<string, readonly string[]>>>> = {
  train: {
    travel: ['dear visitors:', 'a note for travellers:', 'about this town:'],
    fiction: ['and so it went:', 'this is how the story goes:', 'alas:'],
    telephone: ['well, you know:', 'uh, yes:', 'oh, listen:'],
    government: ['for the record:', 'in summary:', 'as a first point:'],
  },
  dev: {
    letters: ['dear friend:', 'I write to tell you this:'],
    sport: ['here is the news from the match:', 'at half time:'],
  },
};

/** Whether the second sentence follows (0), is open (1) or is contradicted (2), in four genres and two more in dev. */
export const mnli = pairGenerator('mnli', MNLI, (draft) => {
  const { rng, knobs, templates, label } = draft;
  const verdict = VERDICTS[label];
  const pair = verdict && inference(draft, rng.pick(knobs.plans[templates]), [verdict]);
  if (!pair) return undefined;
  const genres = Object.values(GENRES[templates]);
  const opening = rng.pick(rng.pick(genres));
  return rng.chance(0.5) ? pair : [`${capital(opening)} ${continued(pair[0])}`, pair[1]];
});
