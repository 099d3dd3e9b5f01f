/** Reviews of one opinion throughout, and plain descriptions. */
import { categoriesOf } from '../lexicon/selectors.ts';
import type { Adjective, Adverb, Category } from '../lexicon/types.ts';
import { definite, indefinite, join, type Phrase } from '../grammar.ts';
import { ALL, clause } from '../sentiment/clause.ts';
import type { Context as Opinion, Sign } from '../sentiment/context.ts';
import { isFree, nameOf, place, sentences, some, thing, time, type Context, type Line } from './context.ts';

const REVIEWED: readonly Category[] = ['work', 'device', 'food', 'building', 'event', 'person', 'garment', 'furniture', 'vehicle'];

function subjectOf(c: Context, adjective: Adjective): { word: string; plural: string; phrase: Phrase } {
  const fitting = REVIEWED.filter((k) => categoriesOf(adjective.applies).includes(k));
  const noun = thing(c, c.rng.pick(fitting.length > 0 ? fitting : categoriesOf(adjective.applies)));
  return { word: noun.word, plural: noun.plural, phrase: definite(noun, 'singular') };
}

/** Sentences of the kind that the sentiment task asks about, all with the same overall sign. */
function judgements(c: Context, about: Phrase, sign: Sign, count: number): string[] {
  const lines = Array.from({ length: count }, () => {
    const opinion: Opinion = { rng: c.rng, words: c.words, templates: 'dev', tense: 'past', used: [], devFrame: false };
    return clause(opinion, about, sign, c.rng.integer(4), ALL);
  });
  return lines.filter((s) => s !== undefined).filter(isFree).flatMap(sentences);
}

/** A thing that was spoken of: "it"; people are named again, since their gender is open. */
function again(noun: string, category: Category): string {
  return category === 'person' ? `the ${noun}` : 'it';
}

/** Says that the two adjectives mean the same, or the opposite. */
function relations(adjective: Adjective, noun: string, it: string): Line[] {
  const { word } = adjective;
  const synonymous: Line[] = [
    (c) => `${indefinite(join(word, noun))} is ${indefinite(join(c.rng.pick(c.words.synonyms(adjective)).word, noun))}`,
    (c) => `the ${noun} was ${word} , that is , ${c.rng.pick(c.words.synonyms(adjective)).word}`,
    (c) => `if ${it} is ${word} , then ${it} is ${c.rng.pick(c.words.synonyms(adjective)).word}`,
  ];
  const opposed: Line[] = [
    () => `${word} is the opposite of ${adjective.antonym}`,
    () => `the ${noun} was ${word} , not ${adjective.antonym}`,
    () => `no ${word} ${noun} is ${adjective.antonym}`,
    () => `was the ${noun} ${adjective.antonym} ? no , ${it} was ${word}`,
  ];
  return [...(adjective.synonyms.length > 0 ? synonymous : []), ...(adjective.antonym === undefined ? [] : opposed)];
}

/** A review in which an evaluative adjective goes with others of its sign and with what follows from them. */
export function reviewDocument(c: Context, adjective: Adjective): string[] {
  const sign: Sign = adjective.polarity > 0 ? 1 : -1;
  const { word, plural, phrase } = subjectOf(c, adjective);
  const category = phrase.category;
  const it = again(word, category);
  const like = (s: -1 | 1) => c.words.adjective(c.rng, { category, sign: s }, (x) => x.domain !== 'mood').word;
  const taste = (s: -1 | 1) => c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'idea' }, (v) => Math.sign(v.polarity) === s);
  const against = sign === 1 ? -1 : 1;
  const lines: Line[] = [
    () => `the ${word} was ${adjective.word} and ${like(sign)}`,
    () => `the ${word} was ${like(sign)} and ${adjective.word}`,
    () => `${adjective.word} ${plural} are ${plural} that people ${taste(sign).base}`,
    () => `because the ${word} was ${adjective.word} , ${nameOf(c)} ${taste(sign).past} ${it}`,
    () => `${nameOf(c)} found ${it} ${adjective.word} , so ${it} was not ${like(against)}`,
    () => `what ${indefinite(join(adjective.word, word))} ! ${it} was ${like(sign)}`,
    () => `the ${word} was ${adjective.word} , but the ${thing(c, category).word} was ${like(against)}`,
    () => `${it} was anything but ${like(against)} : ${it} was ${adjective.word}`,
    () => `${it} was far from ${adjective.word} , said ${nameOf(c)} , who ${taste(against).past} ${it}`,
    ...relations(adjective, word, it),
  ];
  return [...some(c, 8, lines), ...judgements(c, phrase, sign, 2)];
}

/** A description by an adjective that neither praises nor blames. */
export function descriptionDocument(c: Context, adjective: Adjective): string[] {
  const { word, plural, phrase } = subjectOf(c, adjective);
  const lines: Line[] = [
    () => `the ${word} is ${adjective.word}`,
    () => `there are ${adjective.word} ${plural} ${place(c)}`,
    () => `${nameOf(c)} noticed ${indefinite(join(adjective.word, word))} ${time(c)}`,
    () => `every ${adjective.word} ${word} is ${indefinite(word)} , but not every ${word} is ${adjective.word}`,
    () => `which ${word} is ${adjective.word} ? the ${word} near the ${c.words.noun(c.rng, 'place').word} is ${adjective.word}`,
    () => `the ${plural} were ${adjective.word} . so the ${word} was ${adjective.word} too`,
    () => `${nameOf(c)} said that the ${word} was ${adjective.word} , and it was`,
  ];
  const related = relations(adjective, word, again(word, phrase.category));
  return some(c, 8, [...lines, ...related, ...related]);
}

const SAYINGS: Readonly<Record<Adverb['use'], (c: Context, word: string) => Line[]>> = {
  intensifier: (c, word) => degrees(c, word, (x) => `not just ${x} , but ${word} ${x}`),
  downtoner: (c, word) => degrees(c, word, (x) => `${word} ${x} , but not very ${x}`),
  negator: (_, word) => [
    (c) => {
      const verb = c.words.verb(c.rng, { frame: 'intransitive', subject: 'person' });
      return `${nameOf(c)} ${word} ${verb.past} , so it is not true that ${nameOf(c)} ${verb.past} a lot`;
    },
    (c) => opposed(c, (good, bad) => `the film was ${word} ${good} : it was ${bad}`),
    (c) => opposed(c, (good, bad) => `the hotel was ${word} ${bad} . we liked it , for it was ${good}`),
    (c) => opposed(c, (good, bad) => `it is ${word} ${good} , that is , it is not ${good} but ${bad}`),
    (c) => `the ${thing(c, 'work').word} ${word} pleased ${nameOf(c)} : it was disappointing`,
  ],
  manner: (_, word) => [
    (c) => `${nameOf(c)} ${c.words.verb(c.rng, { frame: 'intransitive', subject: 'person' }).past} ${word} ${time(c)}`,
    (c) => `the ${thing(c, 'animal').word} ${word} ${c.words.verb(c.rng, { frame: 'transitive', subject: 'animal', object: 'person' }).past} the ${thing(c, 'person').word}`,
    (c) => `how did ${nameOf(c)} answer ? ${word}`,
    (c) => `${nameOf(c)} ${word} ${c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'text' }).past} the ${thing(c, 'text').word}`,
    (c) => `because ${nameOf(c)} moved ${word} , the ${thing(c, 'person').plural} noticed it`,
  ],
  frequency: (_, word) => [
    (c) => `the ${thing(c, 'animal').word} ${word} ${c.words.verb(c.rng, { frame: 'intransitive', subject: 'animal' }).third}`,
    (c) => `${nameOf(c)} ${word} ${c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'food' }).third} ${thing(c, 'food').plural}`,
    (c) => `${nameOf(c)} is ${word} ${c.words.adjective(c.rng, { domain: 'mood' }).word}`,
    (c) => `does it ${word} happen ? it ${word} happens ${place(c)}`,
  ],
  comment: () => [],
};

function opposed(c: Context, line: (good: string, bad: string) => string): string {
  const word = (sign: -1 | 1) => c.words.adjective(c.rng, { domain: 'quality', sign }).word;
  return line(word(1), word(-1));
}

function degrees(c: Context, word: string, saying: (adjective: string) => string): Line[] {
  const any = (sign?: -1 | 1) => {
    const query = sign === undefined ? { category: 'work' as const } : { category: 'work' as const, sign };
    return c.words.adjective(c.rng, query, (x) => x.domain !== 'origin').word;
  };
  const similar = () => c.words.adverb(c.rng, 'intensifier').word;
  return [
    () => `the ${thing(c, 'work').word} was ${word} ${any()}`,
    () => `it was ${saying(any())}`,
    () => `${nameOf(c)} was ${word} ${c.words.adjective(c.rng, { domain: 'mood' }).word} ${time(c)}`,
    () => {
      const sign = c.rng.pick([1, -1] as const);
      return `the ${thing(c, 'building').word} is ${word} ${any(sign)} and ${similar()} ${any(sign)}`;
    },
    () => `how ${any()} was it ? it was ${word} ${any()}`,
  ];
}

function comments(adverb: Adverb): Line[] {
  const sign = adverb.polarity > 0 ? 1 : -1;
  const adjective = (c: Context, s: -1 | 1) => c.words.adjective(c.rng, { domain: 'quality', sign: s }).word;
  return [
    (c) => `${adverb.word} , the ${thing(c, 'building').word} was ${adjective(c, sign)}`,
    (c) => `${adverb.word} , the ${thing(c, 'work').word} was not ${adjective(c, sign === 1 ? -1 : 1)}`,
    (c) => `the ${thing(c, 'food').word} was ${adverb.word} ${adjective(c, sign)}`,
    (c) => `${adverb.word} , ${nameOf(c)} ${sign === 1 ? 'managed' : 'failed'} to repair the ${thing(c, 'device').word}`,
  ];
}

/** Sentences around one adverb. */
export function adverbDocument(c: Context, adverb: Adverb): string[] {
  const lines = [...SAYINGS[adverb.use](c, adverb.word), ...(adverb.use === 'comment' ? comments(adverb) : [])];
  const twin: Line = () => `${adverb.word} , that is , ${c.rng.pick(c.words.synonyms(adverb)).word}`;
  return some(c, 8, [...lines, ...lines, ...(adverb.synonyms.length > 0 ? [twin] : [])]);
}
