/** Files of text of any kind, in parts → their articles, and what kind they are of. */
import { FormatError } from '../formats/format_error.ts';
import { bookText, wikiArticles, type OnText } from './article_reader.ts';
import { linesOf, MAX_LINE } from './lines.ts';
import type { SamplePlan, TextKind } from './sample_plan.ts';
import { unpacked } from './unpack.ts';

type Parts = AsyncIterable<Uint8Array>;

/** A file to read. */
export interface TextFile {
  readonly name: string;
  readonly bytes: number;
}

/** Kind → the articles of a file of it, as `shard_data` would find them, one a line. */
const READERS: Readonly<Record<TextKind, (parts: Parts, where: string, onText: OnText) => AsyncGenerator<string>>> = {
  wiki: wikiArticles,
  bookcorpus: book,
  lines: articleLines,
};

/** The articles of a file, packed or not; FormatError UnsupportedFormat, NotUtf8, TooLarge. */
export function articlesOf(kind: TextKind, parts: Parts, where: string, onText: OnText): AsyncGenerator<string> {
  return READERS[kind](parts, where, onText);
}

async function* book(parts: Parts, where: string, onText: OnText): AsyncGenerator<string> {
  const lines: string[] = [];
  let length = 0;
  for await (const line of bookText(parts, where, onText)) {
    lines.push(line);
    length += line.length;
    if (length > MAX_LINE) throw new FormatError('TooLarge', where, `a book of at most ${MAX_LINE / 2 ** 20} MB in a file`, 'a longer one', 'Give a file for each book, or choose one article a line.');
  }
  if (lines.length > 0) yield lines.join('');
}

async function* articleLines(parts: Parts, where: string, onText: OnText): AsyncGenerator<string> {
  for await (const lines of linesOf(unpacked(parts, where), where)) {
    for (const { text, from, to } of lines) {
      onText(to - from);
      yield text;
    }
  }
}

/** Names of files that are taken from a folder. */
const WIKI = /(?:^|[/_])wiki_\d+[^/]*$|\.xml(?:\.gz|\.bz2)?$/;
const PLAIN = /\.txt(?:\.gz|\.bz2)?$/;
const WANTED: Readonly<Record<SamplePlan['type'], readonly RegExp[]>> = { wiki: [WIKI], bookcorpus: [PLAIN], lines: [PLAIN], auto: [WIKI, PLAIN] };

/** Names in the order in which a person counts. */
const inOrder = new Intl.Collator('en', { numeric: true, sensitivity: 'variant' });

/** The files of a text in order; one that is given alone is taken whatever its name. FormatError EmptyFile when there is none. */
export function textFiles<F extends TextFile>(given: readonly F[], type: SamplePlan['type']): readonly F[] {
  const files = given.length === 1 ? given : given.filter(({ name }) => WANTED[type].some((pattern) => pattern.test(name)));
  if (files.length > 0) return [...files].sort((a, b) => inOrder.compare(a.name, b.name));
  throw new FormatError('EmptyFile', 'the files of the text', 'files of text: extracted Wikipedia (wiki_00 …), dumps (.xml), or .txt, also packed as .gz or .bz2', given.length === 0 ? 'an empty folder' : `${given.length} other files`, 'Give other files, or choose what they hold.');
}

/** Bytes of unpacked text that tell what a file holds, and the mean length of a line from which it is an article. */
const LOOKED_AT = 2 ** 16;
const ARTICLE_LENGTH = 200;

/** What a file holds, by its beginning: lines of a book are broken to be read, an article a line is not. */
export async function kindOfText(parts: Parts, where: string): Promise<TextKind> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const part of unpacked(parts, where)) {
    text += decoder.decode(part.subarray(0, LOOKED_AT), { stream: true });
    if (text.length >= LOOKED_AT) break;
  }
  if (/^\s*<(?:doc|mediawiki|\?xml)\b/.test(text)) return 'wiki';
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.length > 0 && text.length / lines.length >= ARTICLE_LENGTH ? 'lines' : 'bookcorpus';
}
