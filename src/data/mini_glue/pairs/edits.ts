/** Changes to a report that change its meaning, and exchanges of words by synonyms that do not. */
import type { Generator } from '../../../random/generator.ts';
import type { Adjective, Noun, Verb } from '../lexicon/types.ts';
import type { Words } from '../types.ts';
import { attempt } from './pair_generator.ts';
import { isOrdered, type Report } from './report.ts';
import { isPerson, type Cast, type Event, type Phrase, type Role } from './scene.ts';

export const ROLES: readonly Role[] = ['agent', 'patient', 'recipient'];
const SIDES = ['main', 'other'] as const;
type Side = (typeof SIDES)[number];

/** An edit that keeps the words and exchanges what they are bound to. */
export interface Swap {
  readonly name: string;
  /** The edited report; undefined where it would say the same, or nothing sensible. */
  apply(report: Report): Report | undefined;
}

/** Exchanges agent and person acted on: "Anna thanked Tom" → "Tom thanked Anna". */
export function swapParties(event: Event): Event | undefined {
  const { agent, patient, recipient } = event;
  if (recipient) return { ...event, agent: recipient, recipient: agent };
  return isPerson(patient) ? { ...event, agent: patient, patient: agent } : undefined;
}

function swapAdjectives(event: Event): Event | undefined {
  const { agent, patient } = event;
  if (!agent.adjective || !patient.adjective || !isPerson(patient)) return undefined;
  return { ...event, agent: { ...agent, adjective: patient.adjective }, patient: { ...patient, adjective: agent.adjective } };
}

function cross(name: string, exchange: (main: Event, other: Event) => readonly [Event, Event] | undefined): Swap {
  return {
    name,
    apply(report) {
      const exchanged = report.other && exchange(report.main, report.other);
      return exchanged && { ...report, main: exchanged[0], other: exchanged[1] };
    },
  };
}

const sameKind = (a: Event, b: Event) => a.verb.frame === b.verb.frame && isPerson(a.patient) === isPerson(b.patient);

/** Every edit that keeps the words. */
export const SWAPS: readonly Swap[] = [
  ...SIDES.flatMap((side): Swap[] => [
    { name: `${side} parties`, apply: (r) => onEvent(r, side, swapParties) },
    { name: `${side} adjectives`, apply: (r) => onEvent(r, side, swapAdjectives) },
  ]),
  cross('agents', (m, o) => [{ ...m, agent: o.agent }, { ...o, agent: m.agent }]),
  cross('people acted on', (m, o) => (isPerson(m.patient) && isPerson(o.patient)
    ? [{ ...m, patient: o.patient }, { ...o, patient: m.patient }] : undefined)),
  cross('verbs', (m, o) => (sameKind(m, o) && isPerson(m.patient) ? [{ ...m, verb: o.verb }, { ...o, verb: m.verb }] : undefined)),
  cross('polarities', (m, o) => (m.holds === o.holds ? undefined : [{ ...m, holds: o.holds }, { ...o, holds: m.holds }])),
  cross('adjuncts', (m, o) => (m.place || o.place || m.time || o.time ? [withAdjuncts(m, o), withAdjuncts(o, m)] : undefined)),
  { name: 'order', apply: (r) => (r.other && isOrdered(r.link) ? { ...r, main: r.other, other: r.main } : undefined) },
];

function onEvent(report: Report, side: Side, edit: (event: Event) => Event | undefined): Report | undefined {
  const event = report[side];
  const edited = event && edit(event);
  return edited && { ...report, [side]: edited };
}

/** The event with the other's adjuncts. */
function withAdjuncts(event: Event, from: Event): Event {
  const { place: _, time: __, ...bare } = event;
  return { ...bare, ...(from.place ? { place: from.place } : {}), ...(from.time ? { time: from.time } : {}) };
}

/** A place in a report where a word can be exchanged. */
export interface Slot {
  readonly word: Noun | Verb | Adjective;
  /** The same with another word. */
  synonyms(words: Words): readonly Report[];
  /** Another word of the same kind that means something else; undefined where none is free. */
  contrast(rng: Generator, words: Words, cast: Cast): { readonly report: Report; readonly word: string } | undefined;
}

function contrasted<W extends { readonly word: string }>(entry: W, put: (entry: W) => Report): { report: Report; word: string } {
  return { report: put(entry), word: entry.word };
}

function nounSlot(noun: Noun, put: (noun: Noun) => Report): Slot {
  return {
    word: noun,
    synonyms: (words) => words.synonyms(noun).map(put),
    contrast(rng, words, cast) {
      const free = words.sisters(noun).filter((n) => cast.isFree(n) && (noun.locative === undefined || n.locative !== undefined));
      const paired = free.filter((n) => words.synonyms(n).length > 0);
      const from = paired.length > 0 ? paired : free;
      return from.length === 0 ? undefined : contrasted(rng.pick(from), put);
    },
  };
}

function verbSlot(verb: Verb, object: Phrase, put: (verb: Verb) => Report): Slot {
  const category = object.head.kind === 'name' ? 'person' : object.head.category;
  return {
    word: verb,
    synonyms: (words) => words.synonyms(verb).map(put),
    contrast(rng, words) {
      const antonym = words.antonym(verb);
      if (antonym && rng.chance(0.3)) return contrasted(antonym, put);
      const differs = (v: Verb) => v.word !== verb.word && !verb.synonyms.includes(v.word) && words.synonyms(v).length > 0;
      const other = attempt(() => words.verb(rng, { frame: verb.frame, subject: 'person', object: category }, differs));
      return other && contrasted(other, put);
    },
  };
}

function adjectiveSlot(adjective: Adjective, category: Noun['category'], put: (adjective: Adjective) => Report): Slot {
  return {
    word: adjective,
    synonyms: (words) => words.synonyms(adjective).map(put),
    contrast(rng, words) {
      const antonym = words.antonym(adjective);
      if (antonym && rng.chance(0.5)) return contrasted(antonym, put);
      const { domain, word, synonyms } = adjective;
      const other = attempt(() => words.adjective(rng, { category, domain }, (a) => a.word !== word && !synonyms.includes(a.word)));
      return other && contrasted(other, put);
    },
  };
}

function phraseSlots(phrase: Phrase, put: (phrase: Phrase) => Report): Slot[] {
  const { head, adjective } = phrase;
  if (head.kind === 'name') return [];
  const noun = nounSlot(head, (n) => put({ ...phrase, head: n }));
  return adjective ? [noun, adjectiveSlot(adjective, head.category, (a) => put({ ...phrase, adjective: a }))] : [noun];
}

function eventSlots(report: Report, side: Side): Slot[] {
  const event = report[side];
  if (!event) return [];
  const put = (changed: Partial<Event>): Report => ({ ...report, [side]: { ...event, ...changed } });
  const phrases = ROLES.flatMap((role) => {
    const phrase = event[role];
    return phrase ? phraseSlots(phrase, (p) => put({ [role]: p })) : [];
  });
  const place = event.place ? [nounSlot(event.place, (n) => put({ place: n }))] : [];
  return [verbSlot(event.verb, event.patient, (verb) => put({ verb })), ...phrases, ...place];
}

/** Every place in the report whose word has a synonym that the split allows. */
export function synonymSlots(report: Report, words: Words): Slot[] {
  return SIDES.flatMap((side) => eventSlots(report, side)).filter((slot) => words.synonyms(slot.word).length > 0);
}
