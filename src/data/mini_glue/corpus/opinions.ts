/** Short reviews of one sign throughout, each sentence with words of its own: what tells praise from blame is the company that words keep. */
import type { Category, Verb } from '../lexicon/types.ts';
import { indefinite, join } from '../grammar.ts';
import { opinionWord } from '../sentiment/predicate.ts';
import type { Context as Opinion, Sign } from '../sentiment/context.ts';
import { nameOf, some, thing, time, type Context, type Line } from './context.ts';

const TOPICS: readonly Category[] = ['work', 'work', 'device', 'food', 'building', 'event', 'person', 'garment', 'furniture', 'vehicle'];

/** Words of one sign, drawn anew for every place. */
class Voice {
  constructor(
    readonly c: Context,
    readonly sign: Sign,
  ) {}

  quality(category: Category): string {
    const opinion: Opinion = { rng: this.c.rng, words: this.c.words, templates: 'train', tense: 'past', used: [], devFrame: false };
    return opinionWord(opinion, category, this.sign);
  }

  #verb(subject: Category, object: Category): Verb {
    return this.c.words.verb(this.c.rng, { frame: 'transitive', subject, object }, (v) => Math.sign(v.polarity) === this.sign);
  }

  /** What people do to a thing: praised, despised. */
  liking(): Verb {
    return this.#verb('person', 'idea');
  }

  /** What a thing does to people: delighted, bored. */
  effect(): Verb {
    return this.#verb('work', 'person');
  }

  judgement(): string {
    return indefinite(this.c.words.noun(this.c.rng, 'judgement', (n) => Math.sign(n.polarity) === this.sign).word);
  }

  comment(): string {
    return this.c.words.adverb(this.c.rng, 'comment', this.sign).word;
  }
}

/** A review of one thing in which every opinion has the same sign. */
export function opinionDocument(c: Context): string[] {
  const sign: Sign = c.rng.chance(0.5) ? 1 : -1;
  const v = new Voice(c, sign);
  const category = c.rng.pick(TOPICS);
  const topic = thing(c, category).word;
  const it = category === 'person' ? `the ${topic}` : 'it';
  const people = () => thing(c, 'person').plural;
  const part = () => thing(c, category === 'work' ? 'aspect' : category).word;
  const lines: Line[] = [
    () => `the ${topic} was ${v.quality(category)}`,
    () => `the ${topic} was ${v.quality(category)} and ${v.quality(category)}`,
    () => `${it} was ${v.quality(category)}`,
    () => `what ${indefinite(join(v.quality(category), topic))} !`,
    () => `${nameOf(c)} found ${it} ${v.quality(category)}`,
    () => `${nameOf(c)} ${v.liking().past} ${it} ${time(c)}`,
    () => `the ${people()} ${v.liking().past} ${it}`,
    () => `i ${v.liking().base} the ${v.quality(category)} ${topic}`,
    () => `the ${part()} was ${v.quality(category)} and the ${part()} was ${v.quality(category)}`,
    () => `${v.comment()} , ${it} was ${v.quality(category)}`,
    () => `${it} is ${v.judgement()}`,
    () => `this is ${v.judgement()} : ${indefinite(join(v.quality(category), topic))}`,
    () => `${it} ${v.effect().past} the ${people()}`,
    () => `people ${v.liking().base} such ${indefinite(join(v.quality(category), topic))}`,
  ];
  return some(c, 7, lines);
}

