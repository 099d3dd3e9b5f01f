/** Reflexives with their antecedents, the case of pronouns, and words that need a negation above them. */
import type { Noun } from '../lexicon/types.ts';
import { anyNumber, join } from '../grammar.ts';
import { adjunct, beside, between, embedding, site, someNoun, type Context, type Phenomenon } from './context.ts';

type Person = { readonly text: string; readonly reflexive: string };

const REFLEXIVES = { masculine: 'himself', feminine: 'herself' } as const;

/** A person whose reflexive is known: a name, a gendered noun, or a plural. */
function person(c: Context, avoid?: string): Person {
  const { rng, words } = c;
  const all: readonly (() => Person)[] = [
    () => {
      const name = words.name(rng);
      return { text: name.word, reflexive: REFLEXIVES[name.gender] };
    },
    () => {
      const noun = words.noun(rng, 'person', (n) => n.gender !== undefined);
      return { text: `the ${noun.word}`, reflexive: REFLEXIVES[noun.gender ?? 'masculine'] };
    },
    () => ({ text: `the ${words.noun(rng, 'person').plural}`, reflexive: 'themselves' }),
  ];
  for (;;) {
    const found = rng.pick(all)();
    if (found.reflexive !== avoid) return found;
  }
}

const REFLEXIVE: Phenomenon = {
  name: 'reflexive',
  build(c) {
    const subject = person(c);
    const other = person(c, subject.reflexive);
    const verb = c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'person' });
    const object = site(subject.reflexive, other.reflexive);
    if (c.depth === 0) return join(subject.text, verb.past, object, adjunct(c));
    if (c.depth === 1) return join(subject.text, c.rng.pick(['near', 'behind', 'beside']), other.text, verb.past, object);
    const embedder = c.words.verb(c.rng, { frame: 'clausal', subject: 'person' });
    if (c.depth === 2) return join(other.text, embedder.past, 'that', subject.text, verb.past, object, adjunct(c));
    return join(other.text, embedder.past, 'that', subject.text, c.rng.pick(['near', 'beside']), person(c, subject.reflexive).text, verb.past, object);
  },
};

const PRONOUNS: readonly (readonly [subject: string, object: string])[] = [['he', 'him'], ['she', 'her'], ['they', 'them'], ['we', 'us'], ['i', 'me']];

const CASE: Phenomenon = {
  name: 'case',
  build(c) {
    const [subject, object] = c.rng.pick(PRONOUNS);
    const verb = c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'person' });
    const other = someNoun(c, 'person', anyNumber(c.rng));
    const coordinated = c.depth % 2 === 1 ? join(c.words.name(c.rng).word, 'and') : '';
    const asSubject = join(coordinated, site(subject, object), verb.past, other.text);
    const asObject = join(other.text, verb.past, coordinated, site(object, subject));
    return join(embedding(c, c.depth > 1 ? 1 : 0), c.rng.chance(0.5) ? asSubject : asObject, adjunct(c));
  },
};

/** "ever" under a negation that stands above it, against one that stands in a relative clause. */
const NEGATIVE_POLARITY: Phenomenon = {
  name: 'negative_polarity',
  build(c) {
    if (c.depth === 0) return undefined;
    const { rng, words } = c;
    const outer = site('no', 'the');
    const inner = site('the', 'no');
    const head: Noun = words.noun(rng, 'person');
    const verb = words.verb(rng, { frame: 'intransitive', subject: 'person' });
    if (c.depth === 1) {
      const act = words.verb(rng, { frame: 'transitive', subject: 'person', object: 'animal' });
      return join(outer, head.word, 'has ever', act.participle, inner, words.noun(rng, 'animal').word);
    }
    const other = words.noun(rng, 'person').word;
    const act = words.verb(rng, { frame: 'transitive', subject: 'person', object: 'person' });
    const modifier = c.depth === 3 ? beside(c, anyNumber(rng)) : '';
    return join(outer, head.word, 'that', inner, other, modifier, act.past, 'has ever', verb.participle);
  },
};

/** The reflexive of the second of two verbs. */
const COORDINATED_REFLEXIVE: Phenomenon = {
  name: 'coordinated_reflexive',
  devOnly: true,
  build(c) {
    const subject = person(c);
    const other = person(c, subject.reflexive);
    const first = c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'person' });
    const second = c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'person' }, (v) => v !== first);
    const distance = c.depth < 2 ? '' : between(c, anyNumber(c.rng), c.depth === 2 ? 1 : 2);
    const opening = c.depth === 0 ? '' : embedding(c, 1);
    return join(opening, subject.text, first.past, other.text, distance, 'and', second.past, site(subject.reflexive, other.reflexive));
  },
};

export const BINDING: readonly Phenomenon[] = [REFLEXIVE, CASE, NEGATIVE_POLARITY, COORDINATED_REFLEXIVE];
