/** Predicates with a sign: "is superb", "never fails to delight the guests", "was anything but dull". */
import type { Noun } from '../lexicon/types.ts';
import { be, doAuxiliary, finite, indefinite, join, nounForm, somebody, type GrammaticalNumber, type Phrase } from '../grammar.ts';
import { choose, opposite, type Context, type Operator, type Sign } from './context.ts';

const FLIP_COMPLEMENT: Readonly<Partial<Record<Operator, string>>> = {
  '-anything_but': 'anything but', '-far_from': 'far from', '-by_no_means': 'by no means',
};

/** An adjective of that sign for the category (a part of a work is judged like a work), perhaps with an adverb of degree. */
export function opinionWord(c: Context, category: Noun['category'], sign: Sign): string {
  const like = category === 'aspect' ? 'work' : category;
  const adjective = c.words.adjective(c.rng, { category: like, sign }, (a) => a.domain !== 'mood');
  const roll = c.rng.uniform();
  if (roll < 0.25) return join(c.words.adverb(c.rng, 'intensifier').word, adjective.word);
  if (roll < 0.35 && Math.abs(adjective.polarity) === 1) return join(c.words.adverb(c.rng, 'downtoner').word, adjective.word);
  return adjective.word;
}

/** What follows "be": an adjective, or a noun that judges (a masterpiece). */
function complement(c: Context, topic: Phrase, sign: Sign): string {
  if (topic.number === 'singular' && topic.category !== 'person' && c.rng.chance(0.2)) {
    const judgement = c.words.noun(c.rng, 'judgement', (n) => Math.sign(n.polarity) === sign);
    return indefinite(nounForm(judgement, 'singular'));
  }
  return opinionWord(c, topic.category, sign);
}

type Form = 'finite' | 'base';

/** "be" + complement, or a verb of effect with its audience; `negation` stands where English puts it. */
function plain(c: Context, topic: Phrase, sign: Sign, form: Form, negation = ''): string {
  const { rng, words, tense } = c;
  if (topic.category === 'person' || rng.chance(0.7)) {
    return join(form === 'base' ? 'be' : be(tense, topic.number), negation, complement(c, topic, sign));
  }
  const verb = words.verb(rng, { frame: 'transitive', subject: 'work', object: 'person' }, (v) => Math.sign(v.polarity) === sign);
  const audience = somebody(rng, words).text;
  if (negation === 'not') return join(doAuxiliary(tense, topic.number), 'not', verb.base, audience);
  return join(negation, form === 'base' ? verb.base : finite(verb, tense, topic.number), audience);
}

function failure(tense: Context['tense'], number: GrammaticalNumber, negation: string): string {
  if (negation === 'not') return join(doAuxiliary(tense, number), 'not fail to');
  return join(negation, tense === 'past' ? 'failed' : number === 'singular' ? 'fails' : 'fail', 'to');
}

const NEGATIONS: Readonly<Partial<Record<Operator, string>>> = { '-not': 'not', '-never': 'never', '-hardly': 'hardly' };

/** A predicate that says `sign` of the topic, reversed by `flips` operators (0, 1 or 2). */
export function predicate(c: Context, topic: Phrase, sign: Sign, flips: 0 | 1 | 2): string {
  return PREDICATES[flips](c, topic, sign);
}

function reversedOnce(c: Context, topic: Phrase, sign: Sign): string {
  const operator = choose(c, ['-not', '-not', '-never', '-hardly', '-fail', '-anything_but', '-far_from', '-by_no_means']);
  const inner = opposite(sign);
  if (operator === '-fail') return join(failure(c.tense, topic.number, ''), plain(c, topic, inner, 'base'));
  const phrase = FLIP_COMPLEMENT[operator];
  if (phrase !== undefined) return join(be(c.tense, topic.number), phrase, complement(c, topic, inner));
  return plain(c, topic, inner, 'finite', NEGATIONS[operator]);
}

function reversedTwice(c: Context, topic: Phrase, sign: Sign): string {
  c.used.push('-fail');
  if (c.rng.chance(0.65)) {
    const negation = NEGATIONS[choose(c, ['-not', '-never', '-hardly'])] ?? '';
    return join(failure(c.tense, topic.number, negation), plain(c, topic, sign, 'base'));
  }
  const phrase = FLIP_COMPLEMENT[choose(c, ['-anything_but', '-far_from'])] ?? '';
  return join(failure(c.tense, topic.number, ''), 'be', phrase, complement(c, topic, sign));
}

const PREDICATES: readonly [Build, Build, Build] = [
  (c, topic, sign) => plain(c, topic, sign, 'finite'), reversedOnce, reversedTwice,
];
type Build = (c: Context, topic: Phrase, sign: Sign) => string;
