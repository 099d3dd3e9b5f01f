/** What somebody does: voice, questions, consequences; and what follows from knowing, believing, managing, failing. */
import { categoriesOf } from '../lexicon/selectors.ts';
import type { Noun, Verb } from '../lexicon/types.ts';
import { definite, finite, join, somebody, type Phrase } from '../grammar.ts';
import { a, nameOf, place, some, thing, time, type Context, type Line } from './context.ts';

function participants(c: Context, verb: Verb): { subject: Phrase; object: Noun } {
  const categories = categoriesOf(verb.subject);
  const subject = verb.subject === 'person' ? somebody(c.rng, c.words)
    : definite(thing(c, c.rng.pick(categories)), c.rng.chance(0.7) ? 'singular' : 'plural');
  return { subject, object: thing(c, c.rng.pick(categoriesOf(verb.object ?? 'animate'))) };
}

function related(c: Context, verb: Verb, clause: (v: Verb) => string): Line[] {
  const synonyms = c.words.synonyms(verb);
  const opposite = c.words.antonym(verb);
  return [
    ...(synonyms.length > 0 ? [
      () => `${clause(verb)} , that is , ${clause(c.rng.pick(synonyms))}`,
      () => `to ${verb.base} is to ${c.rng.pick(synonyms).base}`,
      () => `${clause(verb)} . so ${clause(c.rng.pick(synonyms))}`,
    ] : []),
    ...(opposite ? [
      () => `to ${verb.base} is the opposite of to ${opposite.base}`,
      () => `${clause(verb)} . it is not true that ${clause(opposite)}`,
    ] : []),
  ];
}

/** What the subject can do, but for the verb itself and its synonyms. */
function otherAct(c: Context, verb: Verb, subject: Phrase): Verb {
  return c.words.verb(c.rng, { frame: 'intransitive', subject: subject.category }, (v) => v !== verb && !verb.synonyms.includes(v.word));
}

function intransitive(c: Context, verb: Verb): Line[] {
  const { subject } = participants(c, verb);
  const clause = (v: Verb) => `${subject.text} ${v.past}`;
  const progressive = `${subject.number === 'singular' ? 'is' : 'are'} ${verb.progressive}`;
  return [
    () => join(clause(verb), place(c)),
    () => join(clause(verb), time(c), `. who ${verb.past} ? ${subject.text}`),
    () => join(subject.text, finite(verb, 'present', subject.number), 'every day'),
    () => join(subject.text, progressive, 'now'),
    () => join('did', subject.text, verb.base, '? yes ,', subject.text, subject.number === 'singular' ? 'has' : 'have', verb.participle),
    () => join(subject.text, 'did not', verb.base, time(c), ', but the', thing(c, 'person').word, 'did'),
    () => join('because', clause(verb), ',', subject.pronouns[0], 'did not', otherAct(c, verb, subject).base),
    ...related(c, verb, clause),
  ];
}

function transitive(c: Context, verb: Verb): Line[] {
  const { subject, object } = participants(c, verb);
  const clause = (v: Verb) => `${subject.text} ${v.past} the ${object.word}`;
  const has = subject.number === 'singular' ? 'has' : 'have';
  return [
    () => `${clause(verb)} ${time(c)} . the ${object.word} was ${verb.participle} by ${subject.text}`,
    () => `the ${object.plural} were ${verb.participle} by ${subject.text} . so ${subject.text} ${verb.past} the ${object.plural}`,
    () => `${subject.text} ${finite(verb, 'present', subject.number)} ${object.plural}`,
    () => `${subject.text} ${subject.number === 'singular' ? 'is' : 'are'} ${verb.progressive} ${a(object)}`,
    () => `who ${verb.past} the ${object.word} ? the ${object.word} was ${verb.participle} by ${subject.text}`,
    () => `what did ${subject.text} ${verb.base} ? ${subject.text} ${verb.past} ${a(object)}`,
    () => `did ${subject.text} ${verb.base} the ${object.word} ? no , ${subject.text} ${verb.past} the ${thing(c, object.category).word}`,
    () => `the ${object.word} that ${subject.text} ${verb.past} was ${c.words.adjective(c.rng, { category: object.category }).word}`,
    () => `${subject.text} ${has} ${verb.participle} the ${object.word} near the ${c.words.noun(c.rng, 'place').word}`,
    ...(verb.polarity === 0 ? [] : [feeling(verb, subject, object)]),
    ...related(c, verb, clause),
  ];
}

/** An attitude goes with an adjective of its sign: of its object, or of its cause. */
function feeling(verb: Verb, subject: Phrase, object: Noun): Line {
  const judged = verb.subject === 'person' ? `the ${object.word}` : subject.text;
  const category = verb.subject === 'person' ? object.category : subject.category;
  const plural = judged === subject.text && subject.number === 'plural';
  return (c) => {
    const like = category === 'aspect' || category === 'judgement' ? 'work' : category;
    const adjective = c.words.adjective(c.rng, { category: like, sign: verb.polarity > 0 ? 1 : -1 }, (x) => x.domain !== 'mood');
    return `${subject.text} ${verb.past} the ${object.word} because ${judged} ${plural ? 'were' : 'was'} ${adjective.word}`;
  };
}

function ditransitive(c: Context, verb: Verb): Line[] {
  const { subject, object } = participants(c, verb);
  const other = thing(c, 'person').word;
  const clause = (v: Verb) => `${subject.text} ${v.past} the ${other} the ${object.word}`;
  return [
    () => `${clause(verb)} . so ${subject.text} ${verb.past} the ${object.word} to the ${other}`,
    () => `the ${object.word} was ${verb.participle} to the ${other} by ${subject.text}`,
    () => `to whom did ${subject.text} ${verb.base} the ${object.word} ? to the ${other}`,
    () => `${subject.text} ${verb.past} the ${object.word} to the ${other} ${time(c)}`,
    () => `${subject.text} ${finite(verb, 'present', subject.number)} the ${other} ${object.plural}`,
    () => `who was ${verb.participle} the ${object.word} ? the ${other} was`,
    () => `did ${subject.text} ${verb.base} the ${other} a thing ? yes , ${clause(verb)}`,
    () => `the ${object.word} that ${subject.text} ${verb.past} to the ${other} was ${verb.participle} at last`,
    () => `${subject.text} ${subject.number === 'singular' ? 'is' : 'are'} ${verb.progressive} the ${other} ${a(object)}`,
    ...related(c, verb, clause),
  ];
}

const FOLLOWS = { 1: 'so', '-1': 'but it is not true that', 0: 'perhaps' } as const;

function clausal(c: Context, verb: Verb): Line[] {
  const who = nameOf(c);
  const act = () => c.words.verb(c.rng, { frame: 'intransitive', subject: 'person' });
  const other = `the ${thing(c, 'person').word}`;
  const link = FOLLOWS[verb.veracity ?? 0];
  const about = (v: Verb, p: string) => `${who} ${v.past} that ${p}`;
  const line: Line = () => {
    const p = `${other} ${act().past}`;
    return `${about(verb, p)} . ${link} ${p}`;
  };
  const negated: Line = () => {
    const p = `${other} ${act().past}`;
    return `${who} did not ${verb.base} that ${p} . ${verb.factive ? 'still ,' : 'perhaps'} ${p}`;
  };
  return [line, line, line, negated, negated, () => `the ${thing(c, 'person').plural} ${verb.base} that ${other} is ${c.words.adjective(c.rng, { category: 'person' }).word}`,
    ...related(c, verb, (v) => about(v, `${other} smiled`))];
}

function infinitive(c: Context, verb: Verb): Line[] {
  const who = nameOf(c);
  const other = `the ${thing(c, 'person').word}`;
  const act = () => c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'person' });
  const line: Line = () => {
    const v = act();
    return `${who} ${verb.past} to ${v.base} ${other} . ${FOLLOWS[verb.veracity ?? 0]} ${who} ${v.past} ${other}`;
  };
  const negated: Line = () => {
    const v = act();
    const outcome = { 1: `so ${who} did not ${v.base} ${other}`, '-1': `so ${who} ${v.past} ${other}`, 0: `perhaps ${who} ${v.past} ${other}` };
    return `${who} did not ${verb.base} to ${v.base} ${other} . ${outcome[verb.veracity ?? 0]}`;
  };
  return [line, line, line, negated, negated, () => `the ${thing(c, 'person').plural} ${verb.base} to ${act().base} ${nameOf(c)}`,
    ...related(c, verb, (v) => `${who} ${v.past} to wait`)];
}

const LINES: Readonly<Record<Verb['frame'], (c: Context, verb: Verb) => Line[]>> = {
  intransitive, transitive, ditransitive, clausal, infinitive,
};

/** Sentences around one verb. */
export function verbDocument(c: Context, verb: Verb): string[] {
  return some(c, 7, LINES[verb.frame](c, verb));
}
