import { addSynonym, exchangeBinding, exchangeWord } from './decide.ts';
import { MRPC, PARAPHRASE_TEMPLATES } from './difficulty.ts';
import { pairGenerator } from './pair_generator.ts';
import { sentence } from './realise.ts';
import { DIMENSIONS, firstForm, makeReport, otherForm, reportText, type Dimension } from './report.ts';

const REWRITES: readonly Dimension[] = Object.values(DIMENSIONS).flat();

/**
 * Two sentences that say the same in another voice, order or wording (1), or that differ in one word or in what the
 * words are bound to (0). Both labels draw the same forms, and words from the same groups of synonyms.
 */
export const mrpc = pairGenerator('mrpc', MRPC, ({ rng, words, cast, knobs, label, templates }) => {
  const { kinds, links, cleft } = PARAPHRASE_TEMPLATES[templates];
  const report = makeReport(rng, words, cast, { ...knobs, kinds, links });
  const lexical = rng.chance(knobs.lexical);
  const first = firstForm(rng, report);
  const isDirect = knobs.changes === 0;
  const rewritten = isDirect && lexical ? first
    : otherForm(rng, report, first, isDirect ? DIMENSIONS.front : REWRITES, Math.max(1, knobs.changes));
  const told = lexical ? exchangeWord(rng, words, cast, report, label === 1) : exchangeBinding(rng, report, label === 1);
  if (!rewritten || !told) return undefined;
  const isCleft = knobs.events === 1 && rng.chance(cleft);
  const second = isCleft ? { ...rewritten, main: { ...rewritten.main, cleft: true } } : rewritten;
  const said = rng.chance(knobs.extraSynonym) ? addSynonym(rng, words, told) : told.report;
  return [sentence(reportText(report, first)), sentence(reportText(said, second))];
});
