/**
 * Documents for masked language modelling, from the grammar and the world of mini-GLUE.
 *
 * Every second document is about one word of the lexicon, in turn, so that every word is frequent. Most of the others
 * are reviews of one sign; the rest are sentences in the form of a task's, with what follows from them, and never of a
 * row of any split.
 */
import { Generator } from '../../../random/generator.ts';
import { GENERATORS } from '../generators.ts';
import { continued } from '../grammar.ts';
import { LEXICON } from '../lexicon/index.ts';
import type { Entry } from '../lexicon/types.ts';
import { WordSampler } from '../sampler.ts';
import { homeOf } from '../splits.ts';
import { DEPTHS, type TaskGenerator } from '../types.ts';
import { adverbDocument, descriptionDocument, reviewDocument } from './adjectives.ts';
import { isFree, sentences, type Context } from './context.ts';
import { nameDocument, nounDocument } from './nouns.ts';
import { opinionDocument } from './opinions.ts';
import { verbDocument } from './verbs.ts';

/** Words that the documents about other words hardly use come twice in each round. */
const ENTRIES: readonly Entry[] = [
  ...LEXICON.nouns, ...LEXICON.names, ...LEXICON.verbs, ...LEXICON.adjectives, ...LEXICON.adverbs,
  ...LEXICON.adverbs, ...LEXICON.verbs.filter((v) => v.frame !== 'transitive'),
  ...LEXICON.nouns.filter((n) => n.category === 'aspect'), ...LEXICON.adjectives.filter((a) => a.polarity === 0),
];

function about(c: Context, entry: Entry): string[] {
  switch (entry.kind) {
    case 'noun': return nounDocument(c, entry);
    case 'name': return nameDocument(c, entry);
    case 'verb': return verbDocument(c, entry);
    case 'adjective': return entry.polarity === 0 ? descriptionDocument(c, entry) : reviewDocument(c, entry);
    case 'adverb': return adverbDocument(c, entry);
  }
}

/** For each task the label whose rows are true statements, and the words that lead from the first text to the second. */
const TRUE_LABEL: Readonly<Record<string, { readonly label: number; readonly link: string }>> = {
  cola: { label: 1, link: '' }, mrpc: { label: 1, link: 'that is , ' }, qqp: { label: 1, link: 'in other words , ' },
  rte: { label: 0, link: 'so ' }, mnli: { label: 0, link: 'so ' }, qnli: { label: 0, link: '' },
};

const EXAMPLES = 3;
/** Share of reviews among the documents that are not about one word: at a third of the corpus, masked words of praise and blame are worth learning. */
const OPINIONS = 0.7;

/** Some sentences of a task's form, each followed by what it implies, says again or asks for. */
function taskLike(c: Context, generator: TaskGenerator): string[] {
  const form = TRUE_LABEL[generator.task];
  const out: string[] = [];
  for (let attempt = 0; form && attempt < 200 && out.length < EXAMPLES; attempt++) {
    const templates = c.rng.chance(0.7) ? 'train' : 'dev';
    const example = generator.generate(c.rng, { depth: c.rng.pick(DEPTHS), label: form.label, words: c.words, templates });
    if (example === undefined || homeOf(example.text) !== 'corpus') continue;
    const lines = example.textPair === undefined ? [example.text] : [example.text, form.link === '' ? example.textPair : form.link + continued(example.textPair)];
    if (lines.every(isFree)) out.push(...lines.flatMap(sentences));
  }
  return out;
}

function documentAt(c: Context, entry: Entry | undefined): string[] {
  if (entry) return about(c, entry);
  return c.rng.chance(OPINIONS) ? opinionDocument(c) : taskLike(c, c.rng.pick(GENERATORS.filter((g) => g.task in TRUE_LABEL)));
}

/** For each document the word it is about; undefined where it is not about one. */
function* subjects(seed: number, documents: number): IterableIterator<Entry | undefined> {
  const rng = new Generator(seed, 'shuffle');
  let left: Entry[] = [];
  for (let i = 0; i < documents; i++) {
    if (i % 2 === 0 && left.length === 0) left = rng.shuffle(ENTRIES);
    yield i % 2 === 0 ? left.pop() : undefined;
  }
}

/**
 * The documents under a seed, each a list of sentences; a document of which nothing is left is not given. No sentence
 * is a text of any dev or tuning row, whatever their seed.
 */
export function* corpus(seed: number, documents: number): IterableIterator<readonly string[]> {
  const words = new WordSampler(new Set(), 0);
  let i = 0;
  for (const entry of subjects(seed, documents)) {
    const document = documentAt({ rng: new Generator(seed, 'grammar', i++), words }, entry);
    if (document.length > 0) yield document;
  }
}
