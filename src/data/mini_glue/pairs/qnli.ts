import { question } from './ask.ts';
import { QNLI, type AnswerKnobs } from './difficulty.ts';
import { tellPremise } from './infer.ts';
import { verdictOf, type InferencePlan } from './infer_plan.ts';
import { pairGenerator, type Draft, type Pair } from './pair_generator.ts';
import { PLAIN, sentence } from './realise.ts';
import { drawForm, whether, withWanted, type Wanted } from './queries.ts';
import type { Event } from './scene.ts';
import { drawHypothesis, premises, say, type Premise } from './statement.ts';
import { premiseText } from './telling.ts';

type Stock = Draft<AnswerKnobs>;

/**
 * What is asked for with a question word: adjuncts more often than parties, and times more often than places. Were all as
 * frequent, no word of a text would tell anything by itself, and a small model would have nothing to begin with.
 */
const WANTED: readonly Wanted[] = ['time', 'time', 'time', 'place', 'place', 'agent', 'patient'];

/** A question whether something is so; answered by a sentence from which it follows, or its contrary. */
function polarPair(stock: Stock, plan: InferencePlan, isAnswered: boolean): Pair | undefined {
  const { rng, knobs } = stock;
  const hypothesis = drawHypothesis(stock, plan);
  const passive = rng.chance(knobs.passiveHypotheses);
  const asked = rng.chance(0.5)
    ? question(hypothesis.event, 'polar', { form: { ...PLAIN, passive }, long: false, embedded: false })
    : whether(stock, say(stock, hypothesis, false, { ...PLAIN, passive }));
  for (const premise of premises(stock, plan, hypothesis, (c) => (verdictOf(plan, hypothesis.claim, c) !== 'neutral') === isAnswered)) {
    const said = tellPremise(stock, plan, hypothesis, premise);
    if (said) return [sentence(asked, '?'), said];
  }
  return undefined;
}

/** The premise without the adjunct that is asked for; half the time with the other kind instead. */
function without(stock: Stock, { choice, target }: Premise, wanted: Wanted): Premise {
  const { place: _, time: __, ...event } = target.event;
  const { rng, cast } = stock;
  const given: Partial<Event> = rng.chance(0.5) ? {} : wanted === 'place' ? { time: cast.time() } : { place: cast.place() };
  return { choice, target: { ...target, event: { ...event, ...given } } };
}

/** A question with a question word; answered by a sentence that states the event with what is asked for. */
function openPair(stock: Stock, plan: InferencePlan, isAnswered: boolean): Pair | undefined {
  const { rng } = stock;
  const wanted = rng.pick(WANTED);
  const drawn = drawHypothesis(stock, plan);
  const hypothesis = { ...drawn, event: withWanted(stock, drawn.event, wanted) };
  const ask = drawForm(stock);
  const text = question(hypothesis.event, wanted, ask);
  const isMissing = !isAnswered && (wanted === 'place' || wanted === 'time') && rng.chance(0.6);
  const follows = isAnswered || isMissing;
  for (const premise of premises(stock, plan, hypothesis, (c) => (verdictOf(plan, hypothesis.claim, c) === 'entailment') === follows)) {
    const { choice, target } = premise;
    const isOther = choice.effect !== 1 || choice.crossed || question(target.event, wanted, ask) !== text;
    if (!follows && !isOther) continue;
    return [sentence(text, '?'), sentence(premiseText(stock, plan, isMissing ? without(stock, premise, wanted) : premise))];
  }
  return undefined;
}

/** A question, and a sentence that answers it (0) or speaks of the same things but does not (1). */
export const qnli = pairGenerator('qnli', QNLI, (draft) => {
  const { rng, knobs, templates, label } = draft;
  const plan = rng.pick(knobs.plans[templates]);
  return rng.chance(knobs.open) ? openPair(draft, { ...plan, negated: false }, label === 0) : polarPair(draft, plan, label === 0);
});
