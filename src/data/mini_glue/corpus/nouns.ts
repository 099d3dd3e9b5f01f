/** What a thing is, what it is not, and what happens to it: one entry of an encyclopaedia. */
import { categoriesOf } from '../lexicon/selectors.ts';
import type { Name, Noun } from '../lexicon/types.ts';
import { finite, indefinite, join } from '../grammar.ts';
import { a, deed, nameOf, numeral, place, quality, some, time, type Context, type Line } from './context.ts';

function kinds(noun: Noun): Line[] {
  const all: Line[] = [
    (c) => c.words.hypernyms(noun)[0] && `${a(noun)} is ${a(c.rng.pick(c.words.hypernyms(noun)))}`,
    (c) => c.words.hypernyms(noun)[0] && `every ${noun.word} is ${a(c.rng.pick(c.words.hypernyms(noun)))}`,
    (c) => c.words.hypernyms(noun)[0] && `${noun.plural} are ${c.rng.pick(c.words.hypernyms(noun)).plural}`,
    (c) => noun.hypernym && `what is ${a(noun)} ? ${a(noun)} is a kind of ${c.words.hypernyms(noun)[0]?.word}`,
    () => noun.hypernym && `every ${noun.word} is ${indefinite(noun.hypernym)} , but not every ${noun.hypernym} is ${a(noun)}`,
    (c) => {
      const sister = c.words.sisters(noun);
      return sister.length === 0 ? undefined : `${a(noun)} is not ${a(c.rng.pick(sister))}`;
    },
    (c) => {
      const sister = c.words.sisters(noun);
      return sister.length === 0 ? undefined : `no ${noun.word} is ${a(c.rng.pick(sister))}`;
    },
  ];
  const twins: Line[] = [
    (c) => `${a(noun)} , that is , ${a(c.rng.pick(c.words.synonyms(noun)))}`,
    (c) => `${indefinite(noun.word)} is the same as ${a(c.rng.pick(c.words.synonyms(noun)))}`,
    (c) => `${noun.plural} are also called ${c.rng.pick(c.words.synonyms(noun)).plural}`,
    (c) => {
      const who = nameOf(c);
      const verb = deed(c, noun.category);
      return `${who} ${verb.past} ${a(noun)} , so ${who} ${verb.past} ${a(c.rng.pick(c.words.synonyms(noun)))}`;
    },
  ];
  return noun.synonyms.length > 0 ? [...all, ...twins, ...twins] : all;
}

function happenings(noun: Noun): Line[] {
  return [
    (c) => `${nameOf(c)} ${deed(c, noun.category).past} the ${noun.word} ${time(c)}`,
    (c) => `the ${noun.plural} were ${deed(c, noun.category).participle} by ${nameOf(c)}`,
    (c) => {
      const above = c.words.hypernyms(noun)[0];
      return above && `${nameOf(c)} ${deed(c, noun.category).past} ${a(noun)} . the ${above.word} was ${quality(c, noun.category).word}`;
    },
    (c) => {
      const above = c.words.hypernyms(noun)[0];
      const where = place(c);
      return above && (noun.locative !== undefined ? undefined : `there were ${numeral(c)} ${noun.plural} ${where} . so there were ${above.plural} ${where}`);
    },
    (c) => {
      const adjective = quality(c, noun.category);
      const other = c.words.antonym(adjective) ?? quality(c, noun.category);
      return `some ${noun.plural} are ${adjective.word} , and some are ${other.word}`;
    },
    (c) => join('this is', indefinite(join(quality(c, noun.category).word, noun.word))),
    (c) => {
      const verb = deed(c, noun.category);
      const who = nameOf(c);
      return `who ${verb.past} the ${noun.word} ? ${who} did . the ${noun.word} was ${verb.participle} by ${who}`;
    },
    (c) => `there is ${a(noun)} near the ${c.words.noun(c.rng, 'place').word}`,
  ];
}

/** What the living do of themselves; none for things. */
function doings(noun: Noun): Line[] {
  if (!categoriesOf('animate').includes(noun.category)) {
    return noun.locative === undefined ? [] : [
      (c) => `${nameOf(c)} ${c.words.verb(c.rng, { frame: 'intransitive', subject: 'person' }).past} ${noun.locative} the ${noun.word}`,
      (c) => `${noun.locative} the ${noun.word} there were ${c.words.noun(c.rng, 'animate').plural}`,
    ];
  }
  const verb = (c: Context) => c.words.verb(c.rng, { frame: 'intransitive', subject: noun.category });
  return [
    (c) => `the ${noun.word} ${finite(verb(c), 'present', 'singular')} every day`,
    (c) => `the ${noun.plural} ${finite(verb(c), 'present', 'plural')} ${place(c)}`,
    (c) => `the ${noun.word} that ${verb(c).past} is ${quality(c, noun.category).word}`,
    (c) => {
      const act = c.words.verb(c.rng, { frame: 'transitive', subject: noun.category, object: 'animal' });
      return `the ${noun.plural} have ${act.participle} ${a(c.words.noun(c.rng, 'animal'))}`;
    },
  ];
}

function partsAndJudgements(noun: Noun): Line[] {
  const liked = noun.polarity > 0;
  const opinion: Line = (c) => {
    const adjective = c.words.adjective(c.rng, { category: 'work', sign: liked ? 1 : -1 });
    const work = c.words.noun(c.rng, 'work');
    return `the ${work.word} was ${a(noun)} : it was ${adjective.word}`;
  };
  const people: Line = () => `${a(noun)} is something that people ${liked ? 'like' : 'dislike'}`;
  const not: Line = (c) => {
    const other = c.words.noun(c.rng, 'judgement', (n) => (liked ? n.polarity < 0 : n.polarity > 0));
    return `it was ${a(noun)} , not ${a(other)}`;
  };
  if (noun.category === 'judgement') return [opinion, opinion, people, not, not, opinion];
  const work = (c: Context) => c.words.noun(c.rng, 'work').word;
  return [
    (c) => `the ${noun.word} of the ${work(c)} is ${quality(c, 'work').word}`,
    (c) => `the ${work(c)} had ${indefinite(join(quality(c, 'work').word, noun.word))}`,
    (c) => `every ${work(c)} has ${a(noun)}`,
    (c) => `${nameOf(c)} ${deed(c, 'idea').past} the ${noun.word} of the ${work(c)}`,
    (c) => `the ${noun.word} was ${quality(c, 'work').word} . ${nameOf(c)} noticed the ${noun.word}`,
  ];
}

/** An entry about one noun. */
export function nounDocument(c: Context, noun: Noun): string[] {
  if (noun.category === 'judgement' || noun.category === 'aspect') {
    return some(c, 8, [...partsAndJudgements(noun), ...kinds(noun)]);
  }
  return [...some(c, 4, kinds(noun)), ...some(c, 5, [...happenings(noun), ...doings(noun)])];
}

/** A few days in the life of somebody, so that names go with their pronouns. */
export function nameDocument(c: Context, name: Name): string[] {
  const [subject, object, reflexive, kind] = name.gender === 'feminine'
    ? ['she', 'her', 'herself', 'woman'] : ['he', 'him', 'himself', 'man'];
  const act = () => c.words.verb(c.rng, { frame: 'intransitive', subject: 'person' }).past;
  const social = () => c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'person' }).past;
  const job = c.words.noun(c.rng, 'person', (n) => n.gender === undefined && n.hypernym !== undefined);
  return some(c, 9, [
    () => `${name.word} is a ${kind}`,
    () => `${name.word} is ${a(job)} . ${subject} is ${quality(c, 'person').word}`,
    () => `${name.word} ${act()} ${place(c)} . then ${subject} ${act()}`,
    () => `${name.word} ${social()} ${reflexive}`,
    () => `${nameOf(c)} ${social()} ${name.word} , and the ${c.words.noun(c.rng, 'person').word} ${social()} ${object}`,
    () => `when ${name.word} ${act()} , ${subject} was ${c.words.adjective(c.rng, { domain: 'mood' }).word}`,
    () => `${name.word} and ${nameOf(c)} ${social()} the ${c.words.noun(c.rng, 'person').plural} ${time(c)}`,
    () => `${name.word} said that ${subject} ${act()}`,
    () => `did ${name.word} like the ${c.words.noun(c.rng, 'food').word} ? yes , ${subject} did`,
    () => `the ${c.words.noun(c.rng, 'person').word} that ${name.word} ${social()} thanked ${object}`,
  ]);
}
