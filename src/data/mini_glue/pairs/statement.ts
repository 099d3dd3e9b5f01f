/** What the texts of a pair state: a claim about an event's agent, and the statements that a plan sets against it. */
import { levelledPeople, levelledThing, premiseEvent, premisePhrase } from './change.ts';
import { determiner, LOGICAL, setClaim } from './claims.ts';
import type { InferenceKnobs } from './difficulty.ts';
import { FAILS, HOLDS, type Claim } from './entail.ts';
import { choices, type Bare, type Choice, type InferencePlan } from './infer_plan.ts';
import type { Draft } from './pair_generator.ts';
import { clause, PLAIN, type Form } from './realise.ts';
import { categoryOf, type Event, type Phrase } from './scene.ts';

export type Stock = Draft<InferenceKnobs>;

/** A claim about an event's agent. */
export interface Statement {
  readonly claim: Claim;
  readonly event: Event;
}

/** A choice, and what the premise states by it. */
export interface Premise {
  readonly choice: Choice;
  readonly target: Statement;
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

function polarity({ rng }: Stock, { negated }: InferencePlan): Claim {
  return negated && rng.chance(0.5) ? FAILS : HOLDS;
}

/** The hypothesis: drawn before the label is looked at, so that it alone tells nothing. */
export function drawHypothesis(stock: Stock, plan: InferencePlan): Statement {
  const event = drawEvent(stock, drawAgent(stock, plan));
  return { claim: plan.subject === 'set' ? setClaim(stock.rng, stock.knobs.numbers) : polarity(stock, plan), event };
}

/** A second statement beside a premise's own, about somebody else. */
export function drawCompanion(stock: Stock, plan: InferencePlan): Statement {
  const { rng, cast, knobs } = stock;
  const agent = plan.subject === 'one' ? cast.person() : { head: levelledPeople(stock), determiner: '' };
  const claim = plan.subject === 'one' ? polarity(stock, plan) : plan.subject === 'member' ? rng.pick(LOGICAL) : setClaim(rng, knobs.numbers);
  return { claim, event: drawEvent(stock, agent) };
}

/** A statement as a clause; one about a set, or about one person. */
export function say({ rng, templates }: Stock, { claim, event }: Statement, isSet: boolean, form: Form = PLAIN): string {
  if (isSet) return clause({ ...event, agent: { ...event.agent, determiner: determiner(rng, claim, templates) } });
  const holds = claim !== FAILS;
  return clause({ ...event, holds }, holds ? form : { ...form, passive: false });
}

/** Two statements with their agents exchanged. */
export function exchangeAgents(one: Statement, two: Statement): [Statement, Statement] {
  return [
    { ...one, event: { ...one.event, agent: two.event.agent } },
    { ...two, event: { ...two.event, agent: one.event.agent } },
  ];
}

/** The premise's own statement about the hypothesis' person or set; for a member, about a set that has it or not. */
function premiseStatement(stock: Stock, plan: InferencePlan, hypothesis: Statement, choice: Choice): Statement | undefined {
  const moved = premiseEvent(stock, hypothesis.event, choice.predicate, choice.reason === 'same' || stock.rng.chance(stock.knobs.reword));
  if (!moved || plan.subject === 'one') return moved && { claim: choice.claim, event: moved };
  const from = plan.subject === 'set' ? hypothesis.event.agent : { head: levelledPeople(stock), determiner: '' };
  const agent = plan.subject === 'set' ? premisePhrase(stock, from, choice.noun) : from;
  return agent && { claim: choice.claim, event: { ...moved, agent } };
}

function pickChoice({ rng }: Stock, fitting: readonly Choice[]): Choice | undefined {
  const reasons = [...new Set(fitting.map((c) => c.reason))];
  if (reasons.length === 0) return undefined;
  const reason = rng.pick(reasons);
  return rng.pick(fitting.filter((c) => c.reason === reason));
}

/** Choices that are tried before a hypothesis is given up. */
const TRIES = 8;

/** Premises of the plan for a hypothesis that `fit`, drawn evenly over what decides; the first that can be said is taken. */
export function* premises(stock: Stock, plan: InferencePlan, hypothesis: Statement, fit: (choice: Bare) => boolean): IterableIterator<Premise> {
  const fitting = choices(plan, hypothesis.claim, stock.knobs.moves, fit);
  for (let i = 0; i < TRIES; i++) {
    const choice = pickChoice(stock, fitting);
    const target = choice && premiseStatement(stock, plan, hypothesis, choice);
    if (target) yield { choice, target };
  }
}
