/** Ways to make an event's predicate, or a set's noun, wider or narrower: by kinds of things, adjectives and adjuncts. */
import type { Generator } from '../../../random/generator.ts';
import type { Noun } from '../lexicon/types.ts';
import type { Words } from '../types.ts';
import { reverse, type Change } from './entail.ts';
import { attempt } from './pair_generator.ts';
import { categoryOf, isUsual, THINGS, type Cast, type Event, type Phrase } from './scene.ts';

/** What a change may draw on. */
export interface Stock {
  readonly rng: Generator;
  readonly words: Words;
  readonly cast: Cast;
}

type Move<T> = (stock: Stock, from: T) => T | undefined;
/** For each way a set can change: the moves that make it so. */
type Moves<T> = Readonly<Record<Change, readonly Move<T>[]>>;

function withNoun(phrase: Phrase, noun: Noun | undefined): Phrase | undefined {
  return noun && { ...phrase, head: noun };
}

function pickNoun(rng: Generator, nouns: readonly Noun[]): Noun | undefined {
  return nouns.length === 0 ? undefined : rng.pick(nouns);
}

const synonym: Move<Phrase> = ({ rng, words }, phrase) =>
  (phrase.head.kind === 'name' ? undefined : withNoun(phrase, pickNoun(rng, words.synonyms(phrase.head))));

/** The kinds above that can be counted. */
function kindsAbove(words: Words, noun: Noun): readonly Noun[] {
  return words.hypernyms(noun).filter((n) => n.word !== 'food');
}

const toKindAbove: Move<Phrase> = ({ rng, words }, phrase) =>
  (phrase.head.kind === 'name' ? undefined : withNoun(phrase, pickNoun(rng, kindsAbove(words, phrase.head))));

const toKindBelow: Move<Phrase> = ({ rng, words }, phrase) =>
  (phrase.head.kind === 'name' ? undefined : withNoun(phrase, pickNoun(rng, words.hyponyms(phrase.head).filter((n) => !isRelative(n)))));

/** Another kind that is neither above nor below: a sister where there is one. */
const toOtherKind: Move<Phrase> = ({ rng, words, cast }, phrase) => {
  const { head } = phrase;
  if (head.kind === 'name') return undefined;
  const sisters = words.sisters(head).filter((n) => !isRelative(n));
  if (sisters.length > 0 && rng.chance(0.7)) return { ...phrase, head: rng.pick(sisters) };
  const below = words.hyponyms(head);
  const isApart = (n: Noun) => n.category === head.category && n.hypernym !== undefined && cast.isFree(n) && !below.includes(n) && !isRelative(n);
  return withNoun(phrase, attempt(() => words.noun(rng, head.category, isApart)));
};

const dropAdjective: Move<Phrase> = (_, { head, determiner, adjective }) => (adjective ? { head, determiner } : undefined);

const addAdjective: Move<Phrase> = ({ rng, words }, phrase) => {
  if (phrase.adjective || phrase.head.kind === 'name') return undefined;
  const { category } = phrase.head;
  const adjective = attempt(() => words.adjective(rng, { category, sign: 0 }, isUsual));
  return adjective && { ...phrase, adjective };
};

function isRelative(noun: Noun): boolean {
  return noun.word === 'relative' || noun.hypernym === 'relative' || noun.gender !== undefined;
}

const NOUN: Moves<Phrase> = {
  same: [synonym],
  wider: [toKindAbove, toKindAbove, dropAdjective],
  narrower: [toKindBelow, toKindBelow, addAdjective],
  other: [toOtherKind],
};

const onPatient = (move: Move<Phrase>): Move<Event> => (stock, event) => {
  const patient = move(stock, event.patient);
  return patient && { ...event, patient };
};

const otherVerb: Move<Event> = ({ rng, words }, event) => {
  const { verb, patient } = event;
  const differs = (v: typeof verb) => v.word !== verb.word && !verb.synonyms.includes(v.word);
  const found = attempt(() => words.verb(rng, { frame: verb.frame, subject: 'person', object: categoryOf(patient) }, differs));
  return found && { ...event, verb: found };
};

const verbSynonym: Move<Event> = ({ rng, words }, event) => {
  const synonyms = words.synonyms(event.verb);
  return synonyms.length === 0 ? undefined : { ...event, verb: rng.pick(synonyms) };
};

const placeSynonym: Move<Event> = ({ rng, words }, event) => {
  const place = event.place && pickNoun(rng, words.synonyms(event.place));
  return place && { ...event, place };
};

const addPlace: Move<Event> = ({ cast }, event) => (event.place ? undefined : { ...event, place: cast.place() });

const dropPlace: Move<Event> = (_, event) => {
  const { place, ...bare } = event;
  return place ? bare : undefined;
};

const otherPlace: Move<Event> = ({ cast }, event) => (event.place ? { ...event, place: cast.place() } : undefined);

const PREDICATE: Moves<Event> = {
  same: [verbSynonym, placeSynonym, ...NOUN.same.map(onPatient)],
  wider: [dropPlace, ...NOUN.wider.map(onPatient)],
  narrower: [addPlace, ...NOUN.narrower.map(onPatient)],
  other: [otherVerb, otherPlace, ...NOUN.other.map(onPatient)],
};

function apply<T>(stock: Stock, moves: Moves<T>, change: Change, from: T): T | undefined {
  for (const move of stock.rng.shuffle(moves[change])) {
    const moved = move(stock, from);
    if (moved) return moved;
  }
  return undefined;
}

/**
 * The premise's event for a hypothesis' event, such that the predicate's set changes in that way from premise to
 * hypothesis. `same` leaves it as it is, or exchanges a synonym. Undefined where no such event can be drawn.
 */
export function premiseEvent(stock: Stock, hypothesis: Event, change: Change, reword: boolean): Event | undefined {
  if (change !== 'same') return apply(stock, PREDICATE, reverse(change), hypothesis);
  return reword ? apply(stock, PREDICATE, 'same', hypothesis) ?? hypothesis : hypothesis;
}

/** The premise's noun phrase for a hypothesis' one; as `premiseEvent`. */
export function premisePhrase(stock: Stock, hypothesis: Phrase, change: Change): Phrase | undefined {
  return change === 'same' ? hypothesis : apply(stock, NOUN, reverse(change), hypothesis);
}

/** A thing for a hypothesis: a kind with kinds below it, or one of those, so that both directions occur. */
export function levelledThing({ rng, words, cast }: Stock): Phrase {
  const low = cast.noun(rng.pick(THINGS));
  return { head: level(rng, words, low), determiner: 'a' };
}

/** A noun of people at either level; not of relatives, which nobody is absolutely. */
export function levelledPeople({ rng, words, cast }: Stock): Noun {
  return level(rng, words, cast.noun('person', (n) => !isRelative(n)));
}

function level(rng: Generator, words: Words, low: Noun): Noun {
  const above = kindsAbove(words, low);
  return rng.chance(0.55) || above.length === 0 ? low : rng.pick(above);
}
