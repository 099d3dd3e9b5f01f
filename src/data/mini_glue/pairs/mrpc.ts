import { MRPC, type ParaphraseKnobs } from './difficulty.ts';
import { isParaphrase, type InferencePlan } from './infer_plan.ts';
import { pairGenerator, type Draft, type Pair } from './pair_generator.ts';
import { PLAIN, sentence, type Form } from './realise.ts';
import { drawCompanion, drawHypothesis, exchangeAgents, premises, say, type Premise, type Statement } from './statement.ts';
import { tell } from './telling.ts';

type Stock = Draft<ParaphraseKnobs>;

/** What the premise states: where its event does not differ, mostly in the hypothesis' own words. */
export function inOwnWords({ rng, knobs }: Stock, hypothesis: Statement, { choice, target }: Premise): Statement {
  return choice.reason === 'same' && !rng.chance(knobs.synonyms) ? { ...target, event: hypothesis.event } : target;
}

/** How the second sentence is said: in another voice, or, where it is a single clause, with its place first. */
function secondForm({ rng, knobs }: Stock, { event }: Statement, isSingle: boolean): Form {
  return { ...PLAIN, passive: rng.chance(knobs.passiveHypotheses), front: isSingle && event.place && rng.chance(0.3) ? 'place' : undefined };
}

/** Two sentences of the plan, each of which follows from the other, or not; undefined where no words fit. */
function sentences(stock: Stock, plan: InferencePlan, isSame: boolean): Pair | undefined {
  const { rng } = stock;
  const isSet = plan.subject === 'set';
  const hypothesis = drawHypothesis(stock, plan);
  const companion = plan.companion && drawCompanion(stock, plan);
  const second = say(stock, hypothesis, isSet, secondForm(stock, hypothesis, companion === undefined));
  const join = (text: string, beside: Statement | undefined) =>
    sentence(rng.shuffle([text, ...(beside ? [say(stock, beside, isSet)] : [])]).join(', and '));
  for (const premise of premises(stock, plan, hypothesis, (c) => isParaphrase(plan, hypothesis.claim, c) === isSame)) {
    const { choice } = premise;
    const stated = inOwnWords(stock, hypothesis, premise);
    const [own, beside] = choice.crossed && companion ? exchangeAgents(stated, companion) : [stated, companion];
    const pair: Pair = [join(tell(stock, plan, own, choice), beside), join(second, companion)];
    if (pair[0] !== pair[1]) return pair;
  }
  return undefined;
}

/**
 * Two sentences that follow from each other (1): another voice, order, synonym, quantifier or way to deny; or of which
 * one says more, less or something else (0).
 */
export const mrpc = pairGenerator('mrpc', MRPC, (draft) => {
  const { rng, knobs, templates, label } = draft;
  return sentences(draft, rng.pick(knobs.plans[templates]), label === 1);
});
