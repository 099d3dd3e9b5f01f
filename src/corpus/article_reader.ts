/** Files of Wikipedia or of books, in parts → their articles one by one. */
import { FormatError } from '../formats/format_error.ts';
import { bookLine, ExtractedArticles } from './articles.ts';
import { linesOf } from './lines.ts';
import { DumpArticles } from './mediawiki.ts';
import { unpacked } from './unpack.ts';

type Parts = AsyncIterable<Uint8Array>;

/** What takes lines and gives the articles that they end. */
interface ArticleReader {
  line(line: string): string | undefined;
}

/** Beginning of a file → what reads it. */
const FORMS: readonly { readonly begins: RegExp; readonly reader: (where: string) => ArticleReader }[] = [
  { begins: /^\s*<doc\b/, reader: () => new ExtractedArticles() },
  { begins: /^\s*<(?:mediawiki\b|\?xml\b)/, reader: (where) => new DumpArticles(where) },
];

/** What was read of a text so far is told in bytes of the unpacked text. */
export type OnText = (bytes: number) => void;

/**
 * The articles of a file of Wikipedia, extracted (`<doc …>`) or a dump in MediaWiki's XML, packed or not; each is one line.
 *
 * FormatError UnsupportedFormat for a file that begins otherwise, NotUtf8, TooLarge.
 */
export async function* wikiArticles(file: Parts, where: string, onText: OnText): AsyncGenerator<string> {
  let reader: ArticleReader | undefined;
  for await (const lines of linesOf(unpacked(file, where), where)) {
    for (const { text, from, to } of lines) {
      onText(to - from);
      if (!reader && text.trim() === '') continue;
      reader ??= readerOf(text, where);
      const article = reader.line(text)?.trim();
      if (article) yield article;
    }
  }
}

function readerOf(first: string, where: string): ArticleReader {
  const form = FORMS.find(({ begins }) => begins.test(first));
  if (form) return form.reader(where);
  throw new FormatError('UnsupportedFormat', where, 'extracted Wikipedia (<doc id=…>) or a dump (<mediawiki …>)', JSON.stringify(first.slice(0, 40)), 'For plain text use --type bookcorpus.');
}

/** The lines of a book as they stand behind each other in its article; nothing for a file without text. */
export async function* bookText(file: Parts, where: string, onText: OnText): AsyncGenerator<string> {
  for await (const lines of linesOf(unpacked(file, where), where)) {
    for (const { text, from, to } of lines) {
      onText(to - from);
      const line = bookLine(text);
      if (line !== '') yield line;
    }
  }
}
