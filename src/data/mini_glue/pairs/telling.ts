/** A premise in words: embedded, negated, in either voice, with a second clause or a relative one. */
import { FAILS } from './entail.ts';
import type { Choice, InferencePlan } from './infer_plan.ts';
import { clause, infinitive, partsOf, phraseText, PLAIN, verbPhrase, words as join, type Form } from './realise.ts';
import { makeSocialEvent, type Phrase } from './scene.ts';
import { drawCompanion, exchangeAgents, say, type Premise, type Statement, type Stock } from './statement.ts';
import { wrapText, type Effect } from './wraps.ts';

/** The text under "Tom knew that" or "it is false that", where the plan has such words. */
function wrapped(stock: Stock, plan: InferencePlan, effect: Effect, text: string): string {
  const { rng, words, cast } = stock;
  const kind = plan.companion === 'attitudes' ? 'that' : plan.wrap;
  if (kind === undefined || kind === 'to') return text;
  const wrap = wrapText(rng, words, kind, effect, plan.wrapNegated ?? false);
  return kind === 'truth' ? join(wrap, text) : join(phraseText(cast.person()), wrap, text);
}

/** A person's clause, with a relative clause and with "managed to" where the plan has them. */
function personal(stock: Stock, plan: InferencePlan, { claim, event }: Statement, choice: Choice): string {
  const { rng, words } = stock;
  const passive = plan.passive === true && claim !== FAILS && plan.wrap !== 'to';
  const form: Form = { ...PLAIN, passive, cleft: plan.cleft ?? false };
  if (plan.companion !== 'who' && plan.wrap !== 'to') return clause({ ...event, holds: claim !== FAILS }, form);
  const subject = plan.companion === 'who' ? relative(stock, event.agent, choice.crossed) : phraseText(event.agent);
  if (plan.wrap === 'to') return join(subject, wrapText(rng, words, 'to', choice.effect, plan.wrapNegated ?? false), infinitive(event));
  if (!passive) return join(subject, verbPhrase({ ...event, holds: claim !== FAILS }));
  const { subject: thing, verb, rest } = partsOf(event, form, 'agent');
  return join(thing, verb.finite, ...rest, 'by', subject);
}

/** "Anna, who helped Tom," or, crossed, "Tom, who helped Anna,". */
function relative(stock: Stock, person: Phrase, crossed: boolean): string {
  const { verb, patient } = makeSocialEvent(stock.cast);
  const [head, object] = crossed ? [patient, person] : [person, patient];
  return `${phraseText(head)}, who ${verb.past} ${phraseText(object)},`;
}

function bare(stock: Stock, plan: InferencePlan, statement: Statement, choice: Choice): string {
  return plan.subject === 'one' ? personal(stock, plan, statement, choice) : say(stock, statement, true);
}

/** A relative clause at the end of a sentence keeps no comma before the stop. */
function tidy(text: string): string {
  return text.replace(/,$/, '').replace(/,,/g, ',');
}

/** The premise's own statement under the words that the plan puts around it. */
export function tell(stock: Stock, plan: InferencePlan, statement: Statement, choice: Choice): string {
  return tidy(wrapped(stock, plan, choice.effect, bare(stock, plan, statement, choice)));
}

/** A premise with the second statement that its plan asks for, without capital and full stop. */
export function premiseText(stock: Stock, plan: InferencePlan, { choice, target }: Premise): string {
  const { rng } = stock;
  if (plan.companion === undefined || plan.companion === 'who') return tell(stock, plan, target, choice);
  const companion = drawCompanion(stock, plan);
  const [first, second] = choice.crossed ? exchangeAgents(target, companion) : [target, companion];
  if (plan.companion === 'attitudes') {
    const opposite = { ...choice, effect: choice.effect === 1 ? 0 : 1 } as const;
    return rng.shuffle([tell(stock, plan, first, choice), tell(stock, plan, second, opposite)]).join(', but ');
  }
  const beside = say(stock, second, plan.subject !== 'one');
  if (plan.wrap !== undefined) return `${beside}, and ${tell(stock, plan, first, choice)}`;
  return rng.shuffle([beside, tell(stock, plan, first, choice)]).join(', and ');
}
