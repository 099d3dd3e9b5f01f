/** Events as English clauses: voice, order, dative, polarity. */
import { NUMBERS } from '../lexicon/closed.ts';
import type { Adjective, Noun } from '../lexicon/types.ts';
import { article } from '../morphology.ts';
import { isPerson, isPlural, type Event, type Phrase, type Role } from './scene.ts';

/** How an event is said; none of it changes what is said. */
export interface Form {
  readonly passive: boolean;
  /** The adjunct that comes first. */
  readonly front?: 'place' | 'time' | undefined;
  /** "It was Anna who …"; nothing is fronted then. */
  readonly cleft?: boolean;
}

export const PLAIN: Form = { passive: false };

/** The verb of a clause: as it follows its subject, and split for questions. */
interface VerbGroup {
  readonly finite: string;
  readonly auxiliary: string;
  readonly rest: string;
}

/** A clause taken apart. */
export interface Parts {
  readonly subject: string;
  readonly verb: VerbGroup;
  /** Complements and adjuncts after the verb. */
  readonly rest: readonly string[];
  readonly front: string | undefined;
}

const PROPER_TIME = /\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|march|april|june|july|august|october|december)\b/;

/** First letter in upper case. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Words joined by single spaces; empty ones are left out. */
export function words(...parts: readonly (string | undefined)[]): string {
  let said = '';
  for (const part of parts) if (part) said = said ? `${said} ${part}` : part;
  return said;
}

/** A sentence: capital first, full stop (or the given mark) last. */
export function sentence(text: string, mark = '.'): string {
  return `${capital(text)}${mark}`;
}

/** An adjective as written: Italian, tall. */
function adjectiveText(adjective: Adjective): string {
  return adjective.domain === 'origin' ? capital(adjective.word) : adjective.word;
}

/** A noun phrase: "Anna", "an old violin", "three tall nurses". */
export function phraseText(phrase: Phrase): string {
  const { head, determiner, adjective } = phrase;
  if (head.kind === 'name') return capital(head.word);
  const noun = isPlural(phrase) ? head.plural : head.word;
  const tail = words(adjective && adjectiveText(adjective), noun);
  return words(determiner === 'a' ? article(tail) : determiner, tail);
}

/** "in the garden". */
function placeText(place: Noun): string {
  return `${place.locative ?? 'at'} the ${place.word}`;
}

/** "on Monday", "last night". */
function timeText(time: string): string {
  return time.replace(PROPER_TIME, capital);
}

function activeVerb({ verb, holds }: Event): VerbGroup {
  const rest = holds ? verb.base : `not ${verb.base}`;
  return { finite: holds ? verb.past : `did ${rest}`, auxiliary: 'did', rest };
}

function passiveVerb(event: Event, subject: Phrase): VerbGroup {
  const auxiliary = isPlural(subject) ? 'were' : 'was';
  const rest = words(event.holds ? undefined : 'not', event.verb.participle);
  return { finite: `${auxiliary} ${rest}`, auxiliary, rest };
}

/** The role that comes before the verb. */
export function subjectRole({ passive }: Form): Role {
  return passive ? 'patient' : 'agent';
}

/** Object or by-phrase after the verb; none for the asked role. */
function complement({ agent, patient }: Event, { passive }: Form, gap: Role | undefined): string | undefined {
  if (passive) return gap === 'agent' ? undefined : `by ${phraseText(agent)}`;
  return gap === 'patient' ? undefined : phraseText(patient);
}

/**
 * An event's clause in pieces. `gap` is a role, or an adjunct, that a question asks for: it is left out.
 */
export function partsOf(event: Event, form: Form, gap?: Role | 'place' | 'time'): Parts {
  const said = event[subjectRole(form)];
  const place = event.place && gap !== 'place' ? placeText(event.place) : undefined;
  const time = event.time && gap !== 'time' ? timeText(event.time) : undefined;
  const front = form.front === 'place' ? place : form.front === 'time' ? time : undefined;
  const role = gap === 'place' || gap === 'time' ? undefined : gap;
  const adjuncts = [place, time].filter((a) => a !== front);
  const rest = [complement(event, form, role), ...adjuncts].filter((p): p is string => p !== undefined && p !== '');
  return { subject: phraseText(said), verb: form.passive ? passiveVerb(event, said) : activeVerb(event), rest, front };
}

/** The event as a main clause, without capital and full stop. */
export function clause(event: Event, form: Form = PLAIN): string {
  if (form.cleft) return cleft(event, form);
  const { subject, verb, rest, front } = partsOf(event, form);
  return words(front && `${front},`, subject, verb.finite, ...rest);
}

function cleft(event: Event, form: Form): string {
  const { subject, verb, rest } = partsOf(event, { ...form, front: undefined });
  const said = event[subjectRole(form)];
  return words('it was', subject, isPerson(said) ? 'who' : 'that', verb.finite, ...rest);
}

/** The event as an infinitive clause without its subject: "buy a violin in the market". */
export function infinitive(event: Event): string {
  return words(event.verb.base, ...partsOf(event, PLAIN).rest);
}

/** The event without its agent, as it follows "who" or a subject: "bought a violin", "was not thanked by Anna". */
export function verbPhrase(event: Event, form: Form = PLAIN): string {
  const { verb, rest } = partsOf(event, form);
  return words(verb.finite, ...rest);
}

const NUMERALS = ['one', ...NUMBERS];

/** A numeral as a word: 1 … 12. */
export function numeral(n: number): string {
  const word = NUMERALS[n - 1];
  if (word === undefined) throw new RangeError(`numeral(): expected 1 … ${NUMERALS.length}, got ${n}`);
  return word;
}
