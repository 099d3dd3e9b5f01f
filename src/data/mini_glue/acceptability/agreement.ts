/** Number: verb with subject, determiner with noun. */
import { ACCEPTABILITY } from '../difficulty.ts';
import { anyNumber, be, definite, haveAuxiliary, join, nounForm, otherNumber, type GrammaticalNumber, type Phrase } from '../grammar.ts';
import { adjunct, ANY_TENSE, beside, between, embedding, hasDegrees, site, someNoun, type Context, type Phenomenon } from './context.ts';

/** A verb phrase whose first word shows number: right for `number`, wrong for the other one. */
function inflected(c: Context, subject: Phrase): string {
  const { rng, words } = c;
  const forms = (form: (n: GrammaticalNumber) => string) => site(form(subject.number), form(otherNumber(subject.number)));
  const roll = rng.uniform();
  if (roll < 0.4) {
    const verb = words.verb(rng, { frame: 'intransitive', subject: subject.category });
    return join(forms((n) => (n === 'singular' ? verb.third : verb.base)), adjunct(c, ANY_TENSE));
  }
  if (roll < 0.6) {
    const verb = words.verb(rng, { frame: 'transitive', subject: subject.category, object: 'animal' });
    return join(forms((n) => (n === 'singular' ? verb.third : verb.base)), someNoun(c, 'animal', anyNumber(rng)).text);
  }
  if (roll < 0.8) {
    const tense = rng.chance(0.5) ? 'present' : 'past';
    return join(forms((n) => be(tense, n)), words.adjective(rng, { category: subject.category }).word);
  }
  return join(forms(haveAuxiliary), words.verb(rng, { frame: 'intransitive', subject: subject.category }).participle);
}

const SUBJECT_VERB: Phenomenon = {
  name: 'subject_verb_agreement',
  build(c) {
    const subject = someNoun(c, 'animate', anyNumber(c.rng));
    const misleading = c.rng.chance(ACCEPTABILITY.misleading) ? otherNumber(subject.number) : subject.number;
    return join(subject.text, between(c, misleading), inflected(c, subject));
  },
};

const EMBEDDED: Phenomenon = {
  name: 'embedded_agreement',
  build(c) {
    if (c.depth < 2) return undefined;
    const subject = someNoun(c, 'animate', anyNumber(c.rng));
    const phrase = c.depth === 3 ? beside(c, otherNumber(subject.number)) : '';
    return join(embedding(c, 1), subject.text, phrase, inflected(c, subject));
  },
};

/** The second verb of two still agrees with the subject far to the left. */
const COORDINATED: Phenomenon = {
  name: 'coordinated_agreement',
  devOnly: true,
  build(c) {
    if (c.depth === 0) return undefined;
    const subject = someNoun(c, 'animate', anyNumber(c.rng));
    const first = c.words.verb(c.rng, { frame: 'transitive', subject: subject.category, object: 'animal' });
    const object = someNoun(c, 'animal', otherNumber(subject.number)).text;
    const distance = c.depth === 1 ? '' : between(c, otherNumber(subject.number), c.depth === 2 ? 1 : 2);
    return join(subject.text, subject.number === 'singular' ? first.third : first.base, object, distance, 'and', inflected(c, subject));
  },
};

const EXISTENTIAL: Phenomenon = {
  name: 'existential_agreement',
  devOnly: true,
  build(c) {
    const number = anyNumber(c.rng);
    const noun = c.words.noun(c.rng, 'animate');
    const tense = c.rng.chance(0.5) ? 'present' : 'past';
    const adjective = c.depth > 0 ? c.words.adjective(c.rng, { category: noun.category }).word : '';
    const opening = join(embedding(c, c.depth - 1), 'there', site(be(tense, number), be(tense, otherNumber(number))));
    return join(opening, number === 'plural' ? 'many' : 'one', adjective, nounForm(noun, number), beside(c, otherNumber(number)));
  },
};

const DETERMINERS: readonly (readonly [singular: string, plural: string])[] = [
  ['this', 'these'], ['that', 'those'], ['every', 'all'], ['each', 'several'], ['one', 'both'],
];

/** What stands between a determiner and its noun. */
function prenominal(c: Context, subject: Phrase): string {
  const adjectives = Array.from({ length: Math.min(c.depth, 2) }, () => c.words.adjective(c.rng, { category: subject.category }, hasDegrees).word);
  return join(c.depth === 0 ? '' : c.words.adverb(c.rng, 'intensifier').word, ...new Set(adjectives));
}

const DETERMINER_NOUN: Phenomenon = {
  name: 'determiner_noun_agreement',
  build(c) {
    const number = anyNumber(c.rng);
    const noun = c.words.noun(c.rng, 'animate');
    const pair = c.rng.pick(DETERMINERS);
    const [right, wrong] = number === 'singular' ? pair : [pair[1], pair[0]];
    const phrase = definite(noun, number);
    const verb = c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: noun.category });
    const head = join(site(right, wrong), prenominal(c, phrase), nounForm(noun, number));
    const outer = c.depth === 3 ? embedding(c, 1) : '';
    if (c.rng.chance(0.5)) return join(outer, someNoun(c, 'person', anyNumber(c.rng)).text, verb.past, head, adjunct(c));
    return join(outer, head, c.words.verb(c.rng, { frame: 'intransitive', subject: noun.category }).past, adjunct(c));
  },
};

export const AGREEMENT: readonly Phenomenon[] = [SUBJECT_VERB, SUBJECT_VERB, EMBEDDED, DETERMINER_NOUN, COORDINATED, EXISTENTIAL];
