/** Where the articles of some files stand, and how many sentences each has: what their distribution over shards needs. */
import { FormatError } from '../formats/format_error.ts';
import { Growing } from './growing.ts';
import { linesOf } from './lines.ts';
import { sentencesOf } from './sentences.ts';

/** The place of an article in its file, in bytes. */
export interface ArticlePlace {
  readonly file: number;
  readonly from: number;
  readonly to: number;
}

/** Articles of one file after another, a line each; 20 bytes an article. */
export class ArticleIndex {
  readonly #files = new Growing((n) => new Uint32Array(n));
  /** Places need more than 32 bits in files beyond 4 GB: the higher part, and the lower. */
  readonly #high = new Growing((n) => new Uint16Array(n));
  readonly #low = new Growing((n) => new Uint32Array(n));
  readonly #bytes = new Growing((n) => new Uint32Array(n));
  readonly #sentences = new Growing((n) => new Uint32Array(n));

  get count(): number {
    return this.#files.length;
  }

  /** [count] sentences of each article. */
  get sentences(): Uint32Array {
    return this.#sentences.view();
  }

  /** Reads the articles of a file, one a line; lines without text are none. FormatError NotUtf8 or TooLarge. */
  async add(file: number, parts: AsyncIterable<Uint8Array>, where: string, onText: (bytes: number) => void): Promise<void> {
    for await (const lines of linesOf(parts, where)) {
      for (const { text, from, to } of lines) {
        const sentences = sentencesOf(text).length;
        if (sentences > 0) this.#push({ file, from, to }, sentences);
        onText(to - from);
      }
    }
  }

  at(article: number): ArticlePlace {
    const from = this.#high.at(article) * 2 ** 32 + this.#low.at(article);
    return { file: this.#files.at(article), from, to: from + this.#bytes.at(article) };
  }

  #push({ file, from, to }: ArticlePlace, sentences: number): void {
    this.#files.push(file);
    this.#high.push(Math.floor(from / 2 ** 32));
    this.#low.push(from % 2 ** 32);
    this.#bytes.push(to - from);
    this.#sentences.push(sentences);
  }
}

/** The bytes of an article that was indexed, as its sentences; FormatError NotUtf8 when the file has changed since. */
export function sentencesOfArticle(bytes: Uint8Array, where: string): string[] {
  try {
    return sentencesOf(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new FormatError('NotUtf8', where, 'the article that was counted', 'other bytes', 'Leave the files alone while shards are made, and run the command again.');
  }
}
