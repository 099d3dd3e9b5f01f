/** Premise and hypothesis with a verdict that follows from counting (`entail.ts`): the rows of rte and mnli. */
import { premisePhrase } from './change.ts';
import type { Verdict } from './entail.ts';
import { choices, verdictOf, type Choice, type InferencePlan } from './infer_plan.ts';
import type { Pair } from './pair_generator.ts';
import { phraseText, PLAIN, sentence } from './realise.ts';
import type { Phrase } from './scene.ts';
import { drawHypothesis, premises, say, type Premise, type Statement, type Stock } from './statement.ts';
import { premiseText } from './telling.ts';

/** "Anna is a violinist." beside a premise about musicians (or about others). */
function membership(stock: Stock, member: Phrase, set: Phrase, choice: Choice): string | undefined {
  const kind = premisePhrase(stock, { ...set, determiner: 'a' }, choice.noun === 'other' ? 'other' : 'wider');
  return kind && `${phraseText(member)} is ${phraseText(kind)}`;
}

/** The premise in words, with who is one of whom where the plan needs it; undefined where no words fit. */
export function tellPremise(stock: Stock, plan: InferencePlan, hypothesis: Statement, premise: Premise): string | undefined {
  const said = sentence(premiseText(stock, plan, premise));
  if (plan.subject !== 'member') return said;
  const member = membership(stock, hypothesis.event.agent, premise.target.event.agent, premise.choice);
  return member && stock.rng.shuffle([said, sentence(member)]).join(' ');
}

/** The first of the verdicts that the plan can give. */
function possible(stock: Stock, plan: InferencePlan, { claim }: Statement, verdicts: readonly Verdict[]): Verdict | undefined {
  return verdicts.find((v) => choices(plan, claim, stock.knobs.moves, (c) => verdictOf(plan, claim, c) === v).length > 0);
}

/**
 * A premise and a hypothesis with the first of the verdicts that the plan can give. The hypothesis is drawn first; the
 * premise then is one of those that the plan allows, drawn evenly over the reasons for its verdict, and never the
 * hypothesis itself. Undefined where no words fit.
 */
export function inference(stock: Stock, plan: InferencePlan, verdicts: readonly Verdict[]): Pair | undefined {
  const hypothesis = drawHypothesis(stock, plan);
  const passive = stock.rng.chance(stock.knobs.passiveHypotheses);
  const text = sentence(say(stock, hypothesis, plan.subject === 'set', { ...PLAIN, passive }));
  const verdict = possible(stock, plan, hypothesis, verdicts);
  for (const premise of premises(stock, plan, hypothesis, (c) => verdictOf(plan, hypothesis.claim, c) === verdict)) {
    const said = tellPremise(stock, plan, hypothesis, premise);
    if (said && said !== text) return [said, text];
  }
  return undefined;
}
