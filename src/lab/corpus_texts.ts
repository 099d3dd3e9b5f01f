/** The generated corpus as texts of neighbouring sentences: single ones and pairs, or pairs alone that say whether they belong together. */
import { corpus } from '../data/mini_glue/index.ts';
import type { Example } from '../data/task.ts';
import { integer, key, uniform } from '../random/counter.ts';
import { Progress } from './progress.ts';
import type { Shelf } from './sources.ts';

/** Neighbouring sentences of one document. */
export interface CorpusText {
  readonly sentences: readonly string[];
  readonly document: number;
}

/** Texts to train on, to watch a training by, and to score at its end. */
export interface TextParts<T> {
  readonly train: readonly T[];
  readonly tuning: readonly T[];
  readonly dev: readonly T[];
}

/** Texts of held-out documents that a model is scored on, and watched on; of a small corpus together a third at most. */
export const DEV_ROWS = 1000;
export const WATCHED_ROWS = 400;
const HELD_SHARE = 1 / 3;

/** The texts of so many documents, with progress; documents are written in slices, so that the run can be stopped. */
export async function writeTexts(seed: number, documents: number, max_seq_length: number, shelf: Shelf, gate: () => Promise<void>): Promise<CorpusText[]> {
  const progress = new Progress('Writing the corpus', documents, shelf.now, (event) => shelf.emit(event));
  const texts: CorpusText[] = [];
  let done = 0;
  for (const document of corpus(seed, documents)) {
    for (const sentences of inTexts(document, max_seq_length)) texts.push({ sentences, document: done });
    if (++done % 100 > 0) continue;
    progress.at(done);
    await gate();
  }
  return texts;
}

/** Share of the longest length that a text's words and marks may take up; cut words and special tokens need the rest. */
const FILLED = 0.85;

/** A document as runs of neighbouring sentences; what words mean shows in the company that they keep. */
function* inTexts(document: readonly string[], max_seq_length: number): Generator<readonly string[]> {
  for (let at = 0; at < document.length; ) {
    const sentences = fitting(document, at, FILLED * max_seq_length);
    yield sentences;
    at += sentences.length;
  }
}

/** The sentences from `at` on that together have at most `words` words and marks; at least one. */
function fitting(document: readonly string[], at: number, words: number): readonly string[] {
  let left = words;
  let end = at;
  for (; end < document.length; end++) {
    left -= document[end]!.match(/\w+|[^\w\s]/g)?.length ?? 0;
    if (left < 0 && end > at) break;
  }
  return document.slice(at, end);
}

/** Sentences up to a place as one text, and those behind it as the other. */
const halves = (sentences: readonly string[], place: number): [first: string, second: string] => [sentences.slice(0, place).join(' '), sentences.slice(place).join(' ')];

/** How neighbouring sentences become a text, in turn: as one, or as a pair of two halves. */
const FORMS: readonly ((sentences: readonly string[]) => { text: string; textPair?: string })[] = [
  (sentences) => ({ text: sentences.join(' ') }),
  (sentences) => {
    const [text, second] = halves(sentences, Math.ceil(sentences.length / 2));
    return { text, ...(second === '' ? {} : { textPair: second }) };
  },
];

/** Every second text as a pair of its halves, the others as they are; the last ones are held out. */
export function alternating(texts: readonly CorpusText[]): TextParts<Example> {
  return parted(texts.map(({ sentences }, i) => ({ ...FORMS[i % FORMS.length]!(sentences), label: 0 })));
}

/** Begins the numbers of the draws of pairs, beside those of samples of files. */
const PAIRS = 0x9a125;

/**
 * Every text as a pair, of which half do not belong together: label 0 where the second half follows the first, 1 where it is
 * that of a text of another document of the same part. Places, coins and partners are drawn by (seed, part, number), half of the
 * labels being 1 on average. Texts of one sentence are left out, and the last ones held out.
 */
export function nextSentencePairs(texts: readonly CorpusText[], seed: number): TextParts<Example> {
  const { train, tuning, dev } = parted(texts.filter(({ sentences }) => sentences.length > 1));
  const pairs = (part: readonly CorpusText[], number: number) => paired(part, key(seed, 'samples', PAIRS + number));
  return { train: pairs(train, 0), tuning: pairs(tuning, 1), dev: pairs(dev, 2) };
}

function paired(texts: readonly CorpusText[], drawKey: number): Example[] {
  const cut = texts.map(({ sentences }, i) => halves(sentences, 1 + integer(drawKey, 3 * i, sentences.length - 1)));
  return cut.map(([text, second], i) => {
    const other = uniform(drawKey, 3 * i + 1) < 0.5 ? i : elsewhere(texts, i, (n) => integer(drawKey, 3 * i + 2, n));
    return other === i ? { text, textPair: second, label: 0 } : { text, textPair: cut[other]![1], label: 1 };
  });
}

/** The place of a drawn text of another document; `own` where there is none. The texts of a document stand together. */
function elsewhere(texts: readonly CorpusText[], own: number, draw: (n: number) => number): number {
  const { document } = texts[own]!;
  let [from, to] = [own, own + 1];
  while (from > 0 && texts[from - 1]!.document === document) from--;
  while (to < texts.length && texts[to]!.document === document) to++;
  const others = texts.length - (to - from);
  if (others === 0) return own;
  const drawn = draw(others);
  return drawn < from ? drawn : drawn + (to - from);
}

/** The last texts are held out. */
function parted<T>(texts: readonly T[]): TextParts<T> {
  const held = Math.min(DEV_ROWS + WATCHED_ROWS, Math.floor(HELD_SHARE * texts.length));
  const [from, middle] = [texts.length - held, texts.length - Math.ceil((held * DEV_ROWS) / (DEV_ROWS + WATCHED_ROWS))];
  return { train: texts.slice(0, from), tuning: texts.slice(from, middle), dev: texts.slice(middle) };
}
