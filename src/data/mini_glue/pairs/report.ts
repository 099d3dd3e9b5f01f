/** One or two events and how they are linked: what a sentence of mrpc says and a question of qqp asks about. */
import type { Generator } from '../../../random/generator.ts';
import type { Words } from '../types.ts';
import { clause, PLAIN, type Form } from './realise.ts';
import { isUsual, makeEvent, type Cast, type Event, type EventKind } from './scene.ts';

/** `before`, `after`: main before or after other; `because`: other is the reason; `although`: main in spite of other. */
export type Link = 'and' | 'before' | 'after' | 'because' | 'although';

export interface Report {
  readonly main: Event;
  readonly other?: Event;
  readonly link: Link;
}

/** How a report is said. */
export interface ReportForm {
  readonly main: Form;
  readonly other: Form;
  /** Which of the link's orders. */
  readonly order: number;
}

/** One way to put the two clauses together, and which of them, if any, then depends on the other. */
interface Order {
  readonly join: (main: string, other: string) => string;
  readonly subordinate?: 'main' | 'other';
}

/** Sentences that say the same, by link. */
const ORDERS: Readonly<Record<Link, readonly Order[]>> = {
  and: [{ join: (m, o) => `${m}, and ${o}` }, { join: (m, o) => `${o}, and ${m}` }],
  before: [
    { join: (m, o) => `${m} before ${o}`, subordinate: 'other' }, { join: (m, o) => `${o} after ${m}`, subordinate: 'main' },
    { join: (m, o) => `before ${o}, ${m}`, subordinate: 'other' }, { join: (m, o) => `after ${m}, ${o}`, subordinate: 'main' },
  ],
  after: [
    { join: (m, o) => `${m} after ${o}`, subordinate: 'other' }, { join: (m, o) => `${o} before ${m}`, subordinate: 'main' },
    { join: (m, o) => `after ${o}, ${m}`, subordinate: 'other' }, { join: (m, o) => `before ${m}, ${o}`, subordinate: 'main' },
  ],
  because: [
    { join: (m, o) => `${m} because ${o}`, subordinate: 'other' }, { join: (m, o) => `because ${o}, ${m}`, subordinate: 'other' },
    { join: (m, o) => `${o}, so ${m}` },
  ],
  although: [
    { join: (m, o) => `${m} although ${o}`, subordinate: 'other' }, { join: (m, o) => `although ${o}, ${m}`, subordinate: 'other' },
    { join: (m, o) => `${o}, but ${m}` },
  ],
};

/** Number of ways to order a report's clauses. */
export function orders(report: Report): number {
  return report.other ? ORDERS[report.link].length : 1;
}

/** True when exchanging the two events changes the meaning. */
export function isOrdered(link: Link): boolean {
  return link !== 'and';
}

/** The report in words, without capital and full stop; in a clause that depends on the other no adjunct comes first. */
export function reportText(report: Report, form: ReportForm): string {
  if (!report.other) return clause(report.main, form.main);
  const order = ORDERS[report.link][form.order];
  if (!order) throw new RangeError(`reportText(): no order ${form.order} of "${report.link}"`);
  const said = (side: 'main' | 'other', event: Event) =>
    clause(event, order.subordinate === side ? { ...form[side], front: undefined } : form[side]);
  return order.join(said('main', report.main), said('other', report.other));
}

/** What a report is to contain. */
export interface ReportPlan {
  readonly kinds: readonly EventKind[];
  readonly events: 1 | 2;
  readonly links: readonly Link[];
  /** Chance that an event did not happen. */
  readonly negated: number;
  /** Chance of an adjunct of place or time, each event. */
  readonly adjuncts: number;
  /** Chance of an adjective on a noun. */
  readonly adjectives: number;
}

function event(rng: Generator, words: Words, cast: Cast, plan: ReportPlan): Event {
  const place = rng.chance(plan.adjuncts);
  const time = !place && rng.chance(plan.adjuncts);
  const made = makeEvent(rng, cast, rng.pick(plan.kinds), { place, time });
  return describe(rng, words, { ...made, holds: !rng.chance(plan.negated) }, plan.adjectives);
}

/** Adds adjectives to the event's common nouns. */
function describe(rng: Generator, words: Words, made: Event, chance: number): Event {
  const used = new Set<string>();
  const dressed = (phrase: Event['agent']): Event['agent'] => {
    if (phrase.head.kind === 'name' || !rng.chance(chance)) return phrase;
    const { category } = phrase.head;
    const adjective = words.adjective(rng, { category, sign: 0 }, (a) => !used.has(a.word) && isUsual(a));
    for (const w of [adjective.word, ...adjective.synonyms, adjective.antonym ?? '']) used.add(w);
    return { ...phrase, adjective };
  };
  const { agent, patient, recipient } = made;
  return { ...made, agent: dressed(agent), patient: dressed(patient), ...(recipient ? { recipient: dressed(recipient) } : {}) };
}

/** A new report; events that are ordered in time both took place. */
export function makeReport(rng: Generator, words: Words, cast: Cast, plan: ReportPlan): Report {
  const link = rng.pick(plan.links);
  const timed = plan.events === 2 && (link === 'before' || link === 'after');
  const shared = timed ? { ...plan, negated: 0 } : plan;
  const main = event(rng, words, cast, shared);
  return plan.events === 1 ? { main, link } : { main, other: event(rng, words, cast, shared), link };
}

/** The parts of a form that can be changed on their own. */
export interface Dimension {
  readonly name: string;
  /** The form with this dimension changed; undefined where the report has no such choice. */
  change(rng: Generator, report: Report, form: ReportForm): ReportForm | undefined;
}

const SIDES = ['main', 'other'] as const;

type SideChange = (rng: Generator, event: Event, form: Form, isSubordinate: boolean) => Form | undefined;

function onSide(name: string, change: SideChange): Dimension[] {
  return SIDES.map((side) => ({
    name: `${side} ${name}`,
    change(rng, report, form) {
      const said = report[side];
      const isSubordinate = report.other !== undefined && ORDERS[report.link][form.order]?.subordinate === side;
      const changed = said && change(rng, said, form[side], isSubordinate);
      return changed && { ...form, [side]: changed };
    },
  }));
}

/** Voice, order and wording of a report; a change of any keeps the meaning. */
export const DIMENSIONS: Readonly<Record<'voice' | 'dative' | 'front' | 'status' | 'order', readonly Dimension[]>> = {
  voice: onSide('voice', (_, __, form) => ({ ...form, passive: !form.passive, status: 0 })),
  dative: onSide('dative', (_, said, form) => (said.recipient ? { ...form, to: !form.to } : undefined)),
  front: onSide('front', (_, said, form, isSubordinate) => {
    const adjunct = said.place ? 'place' : said.time ? 'time' : undefined;
    return adjunct && !form.cleft && !isSubordinate ? { ...form, front: form.front ? undefined : adjunct } : undefined;
  }),
  status: onSide('status', (_, __, form) => (form.passive ? undefined : { ...form, status: form.status === 0 ? 1 : 0 })),
  order: [{
    name: 'order',
    change(rng, report, form) {
      const others = Array.from({ length: orders(report) }, (_, i) => i).filter((i) => i !== form.order);
      return others.length === 0 ? undefined : { ...form, order: rng.pick(others) };
    },
  }],
};

/** A first form, drawn over all dimensions. */
export function firstForm(rng: Generator, report: Report): ReportForm {
  const start: ReportForm = { main: PLAIN, other: PLAIN, order: rng.integer(orders(report)) };
  const some = [...DIMENSIONS.voice, ...DIMENSIONS.dative, ...DIMENSIONS.front].filter(() => rng.chance(0.4));
  return some.reduce((form, d) => d.change(rng, report, form) ?? form, start);
}

/** The form with up to `count` dimensions changed; undefined where the report allows none. */
export function otherForm(rng: Generator, report: Report, form: ReportForm, from: readonly Dimension[], count: number): ReportForm | undefined {
  let changed: ReportForm = form;
  let done = 0;
  for (const dimension of rng.shuffle(from)) {
    const next = done < count ? dimension.change(rng, report, changed) : undefined;
    if (next) { changed = next; done += 1; }
  }
  return done === 0 ? undefined : changed;
}

