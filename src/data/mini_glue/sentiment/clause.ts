/** Clauses with a sign: contrast, report, remarks about something else, and reversals above the predicate. */
import type { Category, Noun, Selector } from '../lexicon/types.ts';
import { SENTIMENT } from '../difficulty.ts';
import { definite, indefinite, join, somebody, type Phrase } from '../grammar.ts';
import { choose, opposite, type Context, type Operator, type Sign } from './context.ts';
import { opinionWord, predicate } from './predicate.ts';

/** Which operators a clause may still contain. */
interface Allowed {
  readonly contrast: boolean;
  readonly report: boolean;
  readonly remark: boolean;
}
export const ALL: Allowed = { contrast: true, report: true, remark: true };

/** Things that are reviewed, with what can be said about a part of them. */
const TOPICS: readonly Selector[] = ['work', 'work', 'work', 'device', 'food', 'building', 'event', 'person', 'aspect'];

/** Something to review: "the film", "this hotel", "these songs". */
export function topic(c: Context, selector: Selector = c.rng.pick(TOPICS)): Phrase {
  const noun = c.words.noun(c.rng, selector, (n) => n.hypernym !== undefined);
  const number = c.rng.chance(0.75) ? 'singular' : 'plural';
  const phrase = definite(noun, number);
  if (c.rng.chance(0.6)) return phrase;
  return { ...phrase, text: phrase.text.replace(/^the /, number === 'singular' ? 'this ' : 'these ') };
}

/** A second topic that goes with the first: its plot, its menu, or another thing of its kind. */
function related(c: Context, about: Phrase): Phrase {
  const head = (phrase: Phrase) => phrase.text.split(' ')[1];
  for (;;) {
    const other = topic(c, about.category === 'work' || about.category === 'aspect' ? 'aspect' : about.category);
    if (head(other) !== head(about)) return other;
  }
}

const REPORTS: Readonly<Partial<Record<Operator, (c: Context) => string>>> = {
  '-untrue': (c) => c.rng.pick(['it is not true that', 'it is untrue that']),
  '-wrongly': (c) => join(c.words.noun(c.rng, 'person').plural, 'wrongly', c.rng.pick(['say', 'think']), 'that'),
  '-wrong_to_say': (c) => c.rng.pick(['it is wrong to say that', 'it would be wrong to think that']),
  '-nobody': (c) => c.rng.pick(['nobody thinks that', 'no one would say that']),
};

/** Openings that leave the sign as it is, twins of the reports above. */
const AGREEMENTS: readonly ((c: Context) => string)[] = [
  () => 'it is true that',
  (c) => join(c.words.noun(c.rng, 'person').plural, 'rightly', c.rng.pick(['say', 'think']), 'that'),
  (c) => c.rng.pick(['it is right to say that', 'it would be right to think that']),
];

function report(c: Context, about: Phrase, sign: Sign, depth: number, allowed: Allowed): string | undefined {
  const operator = choose(c, ['-untrue', '-wrongly', '-wrong_to_say', '-nobody']);
  const inner = clause(c, about, opposite(sign), depth - 1, { ...allowed, contrast: false, report: false });
  return inner === undefined ? undefined : join(REPORTS[operator]?.(c) ?? '', inner);
}

/** How a contrast is put together from the clause that counts and the one that does not. */
const CONTRASTS: Readonly<Partial<Record<Operator, (main: string, sub: string) => string>>> = {
  although: (main, sub) => `although ${sub} , ${main}`,
  although_after: (main, sub) => `${main} , although ${sub}`,
  but: (main, sub) => `${sub} , but ${main}`,
  even_if: (main, sub) => `even if ${sub} , ${main}`,
};

function clauses(c: Context, about: Phrase, sign: Sign, depth: number, operator: Operator): string | undefined {
  const inner = { ...ALL, contrast: false };
  const deep = c.rng.integer(depth);
  const mainFirst = operator === 'although_after';
  const aside = c.rng.chance(SENTIMENT.aside) && about.category !== 'person' ? related(c, about) : about;
  const pronoun: Phrase = { ...about, text: about.pronouns[0] };
  const replaceable = aside === about && !(about.category === 'person' && about.number === 'singular');
  const second = replaceable && c.rng.chance(0.6) ? pronoun : about;
  const main = clause(c, mainFirst ? about : second, sign, deep, inner);
  const sub = clause(c, mainFirst && aside === about ? second : aside, opposite(sign), depth - 1 - deep, inner);
  return main === undefined || sub === undefined ? undefined : CONTRASTS[operator]?.(main, sub);
}

const PHRASES: Readonly<Partial<Record<Operator, (c: Context, about: Phrase, sign: Sign) => string>>> = {
  despite: (c, about, sign) => {
    const other = related(c, about);
    return join(c.rng.pick(['despite', 'in spite of']), withOpinion(c, other, sign), ',');
  },
  unlike: (c, about, sign) => join('unlike', withOpinion(c, related(c, about), sign), ','),
  called: (c, about, sign) => {
    const critic = somebody(c.rng, c.words).text;
    return join(critic, 'called', about.text, `${opinionWord(c, about.category, sign)} , but`);
  },
};

/** "the dull plot" from "the plot". */
function withOpinion(c: Context, phrase: Phrase, sign: Sign): string {
  const [determiner = '', ...rest] = phrase.text.split(' ');
  return join(determiner, opinionWord(c, phrase.category, sign), ...rest);
}

function contrast(c: Context, about: Phrase, sign: Sign, depth: number): string | undefined {
  const operator = choose(c, ['although', 'although_after', 'but', 'but', 'despite', 'unlike', 'called'], ['even_if']);
  const opening = PHRASES[operator];
  if (!opening) return clauses(c, about, sign, depth, operator);
  const phrase = opening(c, about, opposite(sign));
  const main = clause(c, about, sign, depth - 1, { ...ALL, contrast: false });
  return main === undefined ? undefined : join(phrase, main);
}

/** The topic with a remark that does not count: somebody's liking, or what a work is about. */
function remark(c: Context, about: Phrase, sign: Sign, depth: number, allowed: Allowed): string | undefined {
  const operator = choose(c, about.category === 'work' ? ['opinion', 'about'] : ['opinion']);
  const other = c.rng.chance(SENTIMENT.against) ? opposite(sign) : sign;
  const text = operator === 'about' ? subjectMatter(c, about, other) : dispreferred(c, about, other);
  return clause(c, { ...about, text }, sign, depth - 1, { ...allowed, remark: false });
}

function subjectMatter(c: Context, about: Phrase, sign: Sign): string {
  const noun: Noun = c.words.noun(c.rng, c.rng.pick(['event', 'person'] satisfies Category[]));
  return join(about.text, 'about', indefinite(join(opinionWord(c, noun.category, sign), noun.word)));
}

function dispreferred(c: Context, about: Phrase, sign: Sign): string {
  const critic = somebody(c.rng, c.words);
  const verb = c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'idea' }, (v) => Math.sign(v.polarity) === sign);
  return join(about.text, 'that', critic.text, verb.past);
}

/** A clause that says `sign` of the topic through exactly `depth` operators; undefined when none is allowed. */
export function clause(c: Context, about: Phrase, sign: Sign, depth: number, allowed: Allowed): string | undefined {
  const pronoun = !about.text.includes(' ');
  if (depth === 0) return join(opening(c, allowed), about.text, predicate(c, about, sign, 0));
  const { ways: weight } = SENTIMENT;
  const ways: (() => string | undefined)[] = [];
  const add = (times: number, way: () => string | undefined) => ways.push(...Array.from({ length: times }, () => way));
  if (depth === 1 || depth === 2) add(weight.predicate, () => join(opening(c, allowed), about.text, predicate(c, about, sign, depth)));
  if (allowed.contrast) add(weight.contrast, () => contrast(c, about, sign, depth));
  if (allowed.report) add(weight.report, () => report(c, about, sign, depth, allowed));
  if (allowed.remark && !pronoun) add(weight.remark, () => remark(c, about, sign, depth, allowed));
  return ways.length === 0 ? undefined : c.rng.pick(ways)();
}

function opening(c: Context, allowed: Allowed): string {
  return allowed.report && c.rng.chance(SENTIMENT.agreed) ? c.rng.pick(AGREEMENTS)(c) : '';
}
