import { addSynonym, decisions, exchangeBinding, exchangeParty, exchangeWord, type Told } from './decide.ts';
import { MRPC, PARAPHRASE_TEMPLATES, type ParaphraseKnobs } from './difficulty.ts';
import { pairGenerator, type Draft } from './pair_generator.ts';
import { sentence } from './realise.ts';
import { DIMENSIONS, firstForm, makeReport, otherForm, reportText, type Dimension, type Report } from './report.ts';

const REWRITES: readonly Dimension[] = Object.values(DIMENSIONS).flat();

function decide({ rng, words, cast, knobs, label }: Draft<ParaphraseKnobs>, report: Report): Told | undefined {
  const same = label === 1;
  return decisions(rng, knobs.decides, {
    party: () => exchangeParty(rng, cast, report, same),
    word: () => exchangeWord(rng, words, cast, report, same),
    binding: () => exchangeBinding(rng, report, same),
  });
}

/**
 * Two sentences that say the same in another voice, order or wording (1), or that differ in one word or in what the
 * words are bound to (0). Both labels draw the same forms, and words from the same groups of synonyms.
 */
export const mrpc = pairGenerator('mrpc', MRPC, (draft) => {
  const { rng, words, cast, knobs, templates } = draft;
  const { kinds, links, cleft } = PARAPHRASE_TEMPLATES[templates];
  const report = makeReport(rng, words, cast, { ...knobs, kinds, links });
  const told = decide(draft, report);
  if (!told) return undefined;
  const first = firstForm(rng, report);
  const isDirect = knobs.changes === 0;
  const rewritten = isDirect && told.by === 'word' ? first
    : otherForm(rng, report, first, isDirect ? DIMENSIONS.front : REWRITES, Math.max(1, knobs.changes));
  if (!rewritten) return undefined;
  const isCleft = knobs.events === 1 && rng.chance(cleft);
  const second = isCleft ? { ...rewritten, main: { ...rewritten.main, cleft: true } } : rewritten;
  const said = rng.chance(knobs.extraSynonym) ? addSynonym(rng, words, told) : told.report;
  return [sentence(reportText(report, first)), sentence(reportText(said, second))];
});
