/** What a verb takes: arguments, selection, the form after an auxiliary; and the order of words. */
import type { Verb } from '../lexicon/types.ts';
import { anyNumber, haveAuxiliary, indefinite, join, type Phrase } from '../grammar.ts';
import { adjunct, ANY_TENSE, beside, between, embedding, hasDegrees, relative, site, someNoun, type Context, type Phenomenon } from './context.ts';

/** A verb with or without an object, in a frame that needs the other kind when wrong. */
const ARGUMENTS: Phenomenon = {
  name: 'arguments',
  build(c) {
    const { rng, words } = c;
    const subject = someNoun(c, 'person', anyNumber(rng));
    const transitive = words.verb(rng, { frame: 'transitive', subject: 'person', object: 'animal' }, (v) => v.object !== 'anything');
    const intransitive = words.verb(rng, { frame: 'intransitive', subject: 'person' });
    const object = someNoun(c, 'animal', anyNumber(rng));
    const withObject = rng.chance(0.5);
    const [right, wrong] = withObject ? [transitive, intransitive] : [intransitive, transitive];
    const verb = site(right.past, wrong.past);
    if (c.depth >= 2 && withObject) return gap(c, subject, verb, object);
    const place = join(rng.pick(['near', 'behind', 'beside']), object.text);
    return join(c.depth === 3 ? embedding(c, 1) : '', subject.text, between(c, anyNumber(rng), c.depth === 0 ? 0 : 1), verb, withObject ? object.text : place);
  },
};

/** "the cat that the nurse chased slept": the object stands before the relative clause. */
function gap(c: Context, subject: Phrase, verb: string, object: Phrase): string {
  const main = c.words.verb(c.rng, { frame: 'intransitive', subject: 'animal' }).past;
  const modifier = c.depth === 3 ? beside(c, anyNumber(c.rng)) : '';
  return join(object.text, 'that', subject.text, modifier, verb, main, adjunct(c));
}

/** Agent and thing acted on: in the wrong reading they have changed places. */
const SELECTION: Phenomenon = {
  name: 'selection',
  build(c) {
    const { rng, words } = c;
    const number = anyNumber(rng, 0.7);
    const person = someNoun(c, 'person', number).text;
    const selector = rng.pick(['food', 'garment', 'text', 'instrument', 'event', 'idea', 'furniture', 'building'] as const);
    const thing = someNoun(c, selector, number).text;
    const acts = rng.chance(0.6);
    const verb = acts
      ? words.verb(rng, { frame: 'transitive', subject: 'person', object: selector })
      : words.verb(rng, { frame: 'transitive', subject: 'work', object: 'person' }, (v) => v.subject === 'reviewed');
    const [subject, object] = acts ? [person, thing] : [thing, person];
    const first = site(subject, object);
    const second = site(object, subject);
    if (c.depth === 2) {
      const quality = words.adjective(rng, { domain: 'quality' }).word;
      return join(second, 'that', first, verb.past, number === 'singular' ? 'was' : 'were', quality, adjunct(c));
    }
    const opening = c.depth === 3 ? embedding(c, 1) : '';
    return join(opening, first, c.depth === 0 ? '' : beside(c, anyNumber(rng)), verb.past, second, adjunct(c));
  },
};

const HEADS: readonly (readonly [auxiliary: string, form: (v: Verb) => string, wrong: (v: Verb) => string])[] = [
  ['have', (v) => v.participle, (v) => v.base],
  ['will', (v) => v.base, (v) => v.participle],
  ['did not', (v) => v.base, (v) => v.participle],
  ['have not', (v) => v.participle, (v) => v.base],
];

/** The form of a verb after an auxiliary, next to it or in the second of two verb phrases. */
const VERB_FORM: Phenomenon = {
  name: 'verb_form',
  build(c) {
    const { rng, words } = c;
    const subject = someNoun(c, 'person', anyNumber(rng));
    const [head, form, wrong] = rng.pick(HEADS);
    const auxiliary = head.startsWith('have') ? head.replace('have', haveAuxiliary(subject.number)) : head;
    const differs = (v: Verb) => v.participle !== v.base;
    const verb = words.verb(rng, { frame: 'transitive', subject: 'person', object: 'animal' }, differs);
    const object = someNoun(c, 'animal', anyNumber(rng)).text;
    const critical = join(site(form(verb), wrong(verb)), object);
    if (c.depth < 2) {
      const adverbs = c.depth === 0 ? '' : join(words.adverb(rng, 'frequency').word, words.adverb(rng, 'manner').word);
      return join(subject.text, auxiliary, adverbs, critical, c.depth === 0 ? adjunct(c, head === 'did not' ? undefined : ANY_TENSE) : '');
    }
    const first = words.verb(rng, { frame: 'transitive', subject: 'person', object: 'person' }, differs);
    const middle = join(form(first), someNoun(c, 'person', anyNumber(rng)).text, c.depth === 3 ? relative(c, anyNumber(rng)) : '');
    return join(subject.text, auxiliary, middle, 'and', critical);
  },
};

function swapped(first: string, second: string): string {
  return site(`${first} ${second}`, `${second} ${first}`);
}

/** Two neighbouring words that have changed places, further inside with depth. */
const ORDER: Phenomenon = {
  name: 'word_order',
  build(c) {
    const { rng, words } = c;
    const noun = words.noun(rng, 'animate');
    const adjective = words.adjective(rng, { category: noun.category }, hasDegrees).word;
    const number = anyNumber(rng);
    const form = number === 'singular' ? noun.word : noun.plural;
    const verb = words.verb(rng, { frame: 'transitive', subject: 'person', object: noun.category });
    const rare = words.adverb(rng, 'intensifier').word;
    const object = rng.pick([
      join('the', swapped(adjective, form)),
      join(swapped('the', adjective), form),
      join('the', swapped(rare, adjective), form),
      join(swapped('near', 'the'), form),
    ]);
    const isPlace = object.includes('near');
    const act = isPlace ? words.verb(rng, { frame: 'intransitive', subject: 'person' }) : verb;
    const subject = someNoun(c, 'person', anyNumber(rng)).text;
    if (c.depth < 2) return join(subject, c.depth === 1 ? beside(c, anyNumber(rng)) : '', act.past, object, adjunct(c));
    if (c.depth === 2) return join(embedding(c, 1), subject, act.past, object, adjunct(c));
    const main = words.verb(rng, { frame: 'intransitive', subject: 'person' }).past;
    return join(subject, 'that', act.past, object, beside(c, anyNumber(rng)), main);
  },
};

/** In a question the subject follows the auxiliary, whose number it decides. */
const QUESTION: Phenomenon = {
  name: 'question',
  devOnly: true,
  build(c) {
    const number = anyNumber(c.rng);
    const subject = someNoun(c, 'person', number);
    const [right, wrong] = number === 'singular' ? ['does', 'do'] : ['do', 'does'];
    const verb = c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'animal' });
    const object = indefinite(c.words.noun(c.rng, 'animal').word);
    return join(site(right, wrong), subject.text, between(c, number === 'singular' ? 'plural' : 'singular'), verb.base, object, '?');
  },
};

export const STRUCTURE: readonly Phenomenon[] = [ARGUMENTS, ARGUMENTS, SELECTION, SELECTION, VERB_FORM, ORDER, QUESTION];
