/**
 * sst-2: does the sentence praise (1) or blame (0) its topic?
 *
 * The sign is composed: negation, "fail to", "anything but" and "it is not true that" reverse it; of two opinions that
 * contrast, the main clause counts; what others think of the topic does not. Depth is the number of such operators. As in GLUE's own
 * table, the sentences are in lower case throughout and their marks stand apart.
 */
import type { Generator } from '../../../random/generator.ts';
import type { Example } from '../../task.ts';
import { SENTIMENT } from '../difficulty.ts';
import { indefinite, join, nounForm, somebody } from '../grammar.ts';
import type { Request, TaskGenerator } from '../types.ts';
import { ALL, clause, topic } from './clause.ts';
import { isDevCombination, type Context, type Sign } from './context.ts';
import { opinionWord } from './predicate.ts';

type Frame = (c: Context, sign: Sign) => string;

function attributive(c: Context, sign: Sign): string {
  const noun = c.words.noun(c.rng, c.rng.pick(['work', 'building', 'device', 'food', 'event']), (n) => n.hypernym !== undefined);
  return join(opinionWord(c, noun.category, sign), nounForm(noun, 'singular'));
}

function liking(c: Context, sign: Sign): string {
  const verb = c.words.verb(c.rng, { frame: 'transitive', subject: 'person', object: 'idea' }, (v) => Math.sign(v.polarity) === sign);
  return join(c.rng.pick(['i', 'we', 'you will']), verb.base, topic(c).text);
}

/** Sentences with a single opinion, beside the plain clause. */
const FRAMES: readonly Frame[] = [
  (c, sign) => join('this is', indefinite(attributive(c, sign))),
  liking,
  (c, sign) => {
    const about = topic(c);
    return join(c.rng.pick(['i', 'we']), c.rng.pick(['find', 'call']), about.text, opinionWord(c, about.category, sign));
  },
];

const DEV_FRAMES: readonly Frame[] = [
  (c, sign) => join('what', indefinite(attributive(c, sign))),
  (c, sign) => join(somebody(c.rng, c.words).text, 'gave us', indefinite(attributive(c, sign))),
  (c, sign) => join('never before was there such', indefinite(attributive(c, sign))),
  (c, sign) => {
    const about = topic(c);
    return join('how', opinionWord(c, about.category, sign), about.text, about.number === 'singular' ? 'is' : 'are');
  },
];

function single(c: Context, sign: Sign): string | undefined {
  if (c.templates === 'dev') {
    c.devFrame = true;
    return c.rng.pick(DEV_FRAMES)(c, sign);
  }
  return c.rng.chance(SENTIMENT.framed) ? c.rng.pick(FRAMES)(c, sign) : clause(c, topic(c), sign, 0, ALL);
}

export const SST2: TaskGenerator = {
  task: 'sst-2',
  generate(rng: Generator, { depth, label, words, templates }: Request): Example | undefined {
    const c: Context = { rng, words, templates, tense: rng.chance(0.6) ? 'present' : 'past', used: [], devFrame: false };
    const sign: Sign = label === 1 ? 1 : -1;
    const text = depth === 0 ? single(c, sign) : clause(c, topic(c), sign, depth, ALL);
    const dev = c.devFrame || isDevCombination(c.used);
    if (text === undefined || dev !== (templates === 'dev')) return undefined;
    return { text: `${text} .`, label, depth };
  },
};
