/** Premise and hypothesis with a verdict that follows from counting (`entail.ts`): the rows of rte and mnli. */
import type { TemplateSet } from '../types.ts';
import { levelledPeople, levelledThing, premiseEvent, premisePhrase } from './change.ts';
import { determiner, LOGICAL, setClaim } from './claims.ts';
import type { InferenceKnobs } from './difficulty.ts';
import { FAILS, HOLDS, type Claim, type Verdict } from './entail.ts';
import { choices, type Choice, type InferencePlan } from './infer_plan.ts';
import type { Draft, Pair } from './pair_generator.ts';
import { clause, infinitive, partsOf, phraseText, PLAIN, sentence, verbPhrase, words as join, type Form } from './realise.ts';
import { categoryOf, makeEvent, type Event, type Phrase } from './scene.ts';
import { wrapText, type Effect } from './wraps.ts';

type Stock = Draft<InferenceKnobs>;

/** A claim about an event's agent. */
interface Statement {
  readonly claim: Claim;
  readonly event: Event;
}

/** A new event of a person, or of people, with a thing at either level of its kinds. */
function drawEvent(stock: Stock, agent: Phrase): Event {
  const { rng, cast, knobs } = stock;
  const patient = levelledThing(stock);
  const verb = cast.verb('transitive', categoryOf(patient));
  return { agent, verb, patient, holds: true, ...(rng.chance(knobs.places) ? { place: cast.place() } : {}) };
}

function drawAgent(stock: Stock, plan: InferencePlan): Phrase {
  if (plan.subject === 'set') return { head: levelledPeople(stock), determiner: '' };
  return plan.subject === 'member' ? stock.cast.person(1) : stock.cast.person();
}

/** The hypothesis: drawn before the label is looked at, so that it alone tells nothing. */
function drawHypothesis(stock: Stock, plan: InferencePlan): Statement {
  const { rng, knobs } = stock;
  const event = drawEvent(stock, drawAgent(stock, plan));
  if (plan.subject === 'set') return { claim: setClaim(rng, knobs.numbers), event };
  return { claim: plan.negated && rng.chance(0.5) ? FAILS : HOLDS, event };
}

function say(stock: Stock, { claim, event }: Statement, isSet: boolean, form: Form, templates: TemplateSet): string {
  if (!isSet) return clause({ ...event, holds: claim !== FAILS }, claim === FAILS ? { ...form, passive: false } : form);
  return clause({ ...event, agent: { ...event.agent, determiner: determiner(stock.rng, claim, templates) } });
}

function pickChoice({ rng }: Stock, fitting: readonly Choice[]): Choice | undefined {
  const reasons = [...new Set(fitting.map((c) => c.reason))];
  if (reasons.length === 0) return undefined;
  const reason = rng.pick(reasons);
  return rng.pick(fitting.filter((c) => c.reason === reason));
}

/** The premise's own statement about the hypothesis' person or set; for a member, about a set that has it or not. */
function premiseStatement(stock: Stock, plan: InferencePlan, hypothesis: Statement, choice: Choice): Statement | undefined {
  const moved = premiseEvent(stock, hypothesis.event, choice.predicate, choice.reason === 'same' || stock.rng.chance(stock.knobs.reword));
  if (!moved || plan.subject === 'one') return moved && { claim: choice.claim, event: moved };
  const from = plan.subject === 'set' ? hypothesis.event.agent : { head: levelledPeople(stock), determiner: '' };
  const agent = plan.subject === 'set' ? premisePhrase(stock, from, choice.noun) : from;
  return agent && { claim: choice.claim, event: { ...moved, agent } };
}

/** "Anna is a violinist." beside a premise about musicians (or about others). */
function membership(stock: Stock, member: Phrase, set: Phrase, choice: Choice): string | undefined {
  const kind = premisePhrase(stock, { ...set, determiner: 'a' }, choice.noun === 'other' ? 'other' : 'wider');
  return kind && `${phraseText(member)} is ${phraseText(kind)}`;
}

/** A second statement for the premise, about somebody else. */
function drawCompanion(stock: Stock, plan: InferencePlan): Statement {
  const { rng, knobs } = stock;
  const isSet = plan.subject !== 'one';
  const agent: Phrase = isSet ? { head: levelledPeople(stock), determiner: '' } : stock.cast.person();
  const claim = isSet ? (plan.subject === 'member' ? rng.pick(LOGICAL) : setClaim(rng, knobs.numbers)) : plan.negated && rng.chance(0.5) ? FAILS : HOLDS;
  return { claim, event: drawEvent(stock, agent) };
}

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
  const { verb, patient } = makeEvent(stock.rng, stock.cast, 'social');
  const [head, object] = crossed ? [patient, person] : [person, patient];
  return `${phraseText(head)}, who ${verb.past} ${phraseText(object)},`;
}

function premiseText(stock: Stock, plan: InferencePlan, target: Statement, choice: Choice): string {
  const { templates, rng } = stock;
  const isSet = plan.subject !== 'one';
  if (plan.companion === undefined || plan.companion === 'who') {
    const text = isSet ? say(stock, target, true, PLAIN, templates) : personal(stock, plan, target, choice);
    return wrapped(stock, plan, choice.effect, text);
  }
  const companion = drawCompanion(stock, plan);
  const [first, second] = choice.crossed
    ? [{ ...target, event: { ...target.event, agent: companion.event.agent } }, { ...companion, event: { ...companion.event, agent: target.event.agent } }]
    : [target, companion];
  const said = (s: Statement) => (isSet ? say(stock, s, true, PLAIN, templates) : personal(stock, plan, s, choice));
  if (plan.companion === 'attitudes') {
    const both = [wrapped(stock, plan, choice.effect, said(first)), wrapped(stock, plan, choice.effect === 1 ? 0 : 1, said(second))];
    return rng.shuffle(both).join(', but ');
  }
  const plain = isSet ? say(stock, second, true, PLAIN, templates) : clause({ ...second.event, holds: second.claim !== FAILS });
  if (plan.wrap !== undefined) return `${plain}, and ${wrapped(stock, plan, choice.effect, said(first))}`;
  return rng.shuffle([plain, said(first)]).join(', and ');
}

/** The premise of one choice; undefined where no words fit, or where it only repeats the hypothesis. */
function premise(stock: Stock, plan: InferencePlan, hypothesis: Statement, text: string, choice: Choice): string | undefined {
  const target = premiseStatement(stock, plan, hypothesis, choice);
  const said = target && sentence(tidy(premiseText(stock, plan, target, choice)));
  if (!said || plan.subject !== 'member') return said === text ? undefined : said;
  const member = membership(stock, hypothesis.event.agent, target.event.agent, choice);
  return member && stock.rng.shuffle([said, sentence(member)]).join(' ');
}

/** Choices that are tried before a hypothesis is given up. */
const TRIES = 8;

/**
 * A premise and a hypothesis with the first of the verdicts that the plan can give. The hypothesis is drawn first; the
 * premise then is one of those that the plan allows, drawn evenly over the reasons for its verdict. Undefined where no
 * words fit.
 */
export function inference(stock: Stock, plan: InferencePlan, verdicts: readonly Verdict[]): Pair | undefined {
  const { rng, templates, knobs } = stock;
  const hypothesis = drawHypothesis(stock, plan);
  const passive = rng.chance(knobs.passiveHypotheses);
  const text = sentence(say(stock, hypothesis, plan.subject === 'set', { ...PLAIN, passive }, templates));
  const fitting = verdicts.map((v) => choices(plan, hypothesis.claim, knobs.moves, v)).find((all) => all.length > 0) ?? [];
  for (let i = 0; i < TRIES; i++) {
    const choice = pickChoice(stock, fitting);
    const said = choice && premise(stock, plan, hypothesis, text, choice);
    if (said) return [said, text];
  }
  return undefined;
}

/** A relative clause at the end of a sentence keeps no comma before the stop. */
function tidy(text: string): string {
  return text.replace(/,$/, '').replace(/,,/g, ',');
}
