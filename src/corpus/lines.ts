/** A text that comes in parts → its lines, whatever its length. */
import { joinBytes } from '../formats/bytes.ts';
import { FormatError } from '../formats/format_error.ts';

/** Bytes of the longest line that is read: a whole book fits, a dump without line feeds does not. */
export const MAX_LINE = 32 * 2 ** 20;

const FEED = 0x0a;
const RETURN = 0x0d;

export interface Line {
  /** Without its line feed and the carriage return before it. */
  readonly text: string;
  /** Bytes of the text before the line, and with it. */
  readonly from: number;
  readonly to: number;
}

/**
 * The lines of a UTF-8 text, as many at a time as a part holds; a byte order mark is left out.
 *
 * FormatError NotUtf8 with the line of the first wrong byte, or TooLarge for a line of more than `maxLine` bytes, thrown
 * before so much has been gathered.
 */
export async function* linesOf(parts: AsyncIterable<Uint8Array>, where: string, maxLine = MAX_LINE): AsyncGenerator<readonly Line[]> {
  const splitter = new LineSplitter(where, maxLine);
  for await (const part of parts) yield splitter.push(part);
  yield splitter.end();
}

/** Cuts parts of a text into lines; a line that goes on is kept until its end comes. */
class LineSplitter {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #where: string;
  readonly #maxLine: number;
  /** Parts of the line that is open, and their bytes together. */
  #open: Uint8Array[] = [];
  #openBytes = 0;
  #number = 0;
  #at = 0;

  constructor(where: string, maxLine: number) {
    this.#where = where;
    this.#maxLine = maxLine;
  }

  push(part: Uint8Array): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let to = part.indexOf(FEED); to >= 0; to = part.indexOf(FEED, from)) {
      lines.push(this.#line(part.subarray(from, to), 1));
      from = to + 1;
    }
    this.#keep(part.subarray(from));
    return lines;
  }

  end(): Line[] {
    return this.#openBytes > 0 ? [this.#line(new Uint8Array(0), 0)] : [];
  }

  #keep(rest: Uint8Array): void {
    if (rest.length === 0) return;
    this.#open.push(rest.slice());
    this.#openBytes += rest.length;
    if (this.#openBytes > this.#maxLine) throw this.#tooLong();
  }

  #line(last: Uint8Array, feed: number): Line {
    const bytes = this.#openBytes > 0 ? joinBytes([...this.#open, last]) : last;
    this.#open = [];
    this.#openBytes = 0;
    this.#number++;
    if (bytes.length > this.#maxLine) throw this.#tooLong();
    const from = this.#at;
    this.#at += bytes.length + feed;
    return { text: this.#decode(bytes), from, to: this.#at };
  }

  #decode(bytes: Uint8Array): string {
    const end = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length;
    let text: string;
    try {
      text = this.#decoder.decode(bytes.subarray(0, end));
    } catch {
      throw this.#notUtf8('other bytes, as in Latin-1 or UTF-16');
    }
    if (text.includes('\0')) throw this.#notUtf8('bytes of 0, as in UTF-16 or a binary file');
    return this.#number === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
  }

  #notUtf8(got: string): FormatError {
    return new FormatError('NotUtf8', `${this.#where}, line ${this.#number}`, 'UTF-8 text', got, 'Save the file as UTF-8 text.');
  }

  #tooLong(): FormatError {
    const line = this.#openBytes > 0 ? this.#number + 1 : this.#number;
    const size = `${Math.round(this.#maxLine / 2 ** 20)} MB`;
    return new FormatError('TooLarge', `${this.#where}, line ${line}`, `lines of at most ${size}`, 'a longer one', 'Give one article or book a line, and line feeds between them.');
  }
}
