/** The members of one large JSON list or object, found as its text comes in, so that it is never held whole. */
import { FormatError } from './format_error.ts';
import { MAX_ROW, rowTooLong } from './table.ts';

/** The text of a member; one of an object begins with its key. */
export interface Member {
  readonly text: string;
  readonly isNamed: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const REMEDY = 'Download or export the file again.';

/** Takes a text in parts and gives the members that are whole; what they hold is left to `JSON.parse`. */
export class JsonMembers {
  #text = '';
  #at = 0;
  #depth = 0;
  #quoted = false;
  #begin = 0;
  #isNamed = false;
  #isOver = false;
  #found = 0;

  constructor(private readonly where: string) {}

  /** The members that end in this part. FormatError NotJson for text after the end, TooLarge for a member without one. */
  push(part: string): readonly Member[] {
    const members: Member[] = [];
    this.#text += part;
    while (this.#at < this.#text.length) this.#step(members);
    this.#text = this.#text.slice(this.#begin);
    this.#at -= this.#begin;
    this.#begin = 0;
    if (this.#text.length > MAX_ROW) throw rowTooLong(this.where, this.#found + 1);
    return members;
  }

  /** Says that no text follows; FormatError NotJson when it breaks off. */
  end(): void {
    if (!this.#isOver) throw new FormatError('NotJson', `${this.where}, row ${this.#found + 1}`, 'the rest of the JSON text', 'the end of the file', REMEDY);
  }

  /** Goes past a quoted text, or one character. */
  #step(members: Member[]): void {
    if (this.#quoted) return this.#skipQuoted();
    const code = this.#text.charCodeAt(this.#at);
    if (this.#isOver && !isBlank(code)) throw new FormatError('NotJson', this.where, 'nothing after the closing bracket', 'more text', REMEDY);
    if (code === QUOTE) this.#quoted = true;
    else if (OPENING.has(code)) this.#open(code);
    else if (code === COMMA && this.#depth === 1) this.#take(members);
    else if (CLOSING.has(code)) this.#close(members);
    this.#at++;
    if (this.#isOver) this.#begin = this.#at;
  }

  #skipQuoted(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code === BACKSLASH) this.#at++;
      else if (code === QUOTE) {
        this.#quoted = false;
        this.#at++;
        return;
      }
    }
  }

  #open(code: number): void {
    if (this.#depth++ > 0) return;
    this.#isNamed = code === 0x7b;
    this.#begin = this.#at + 1;
  }

  #close(members: Member[]): void {
    if (--this.#depth > 0) return;
    if (this.#found > 0 || this.#text.slice(this.#begin, this.#at).trim() !== '') this.#take(members);
    this.#isOver = true;
  }

  #take(members: Member[]): void {
    members.push({ text: this.#text.slice(this.#begin, this.#at), isNamed: this.#isNamed });
    this.#found++;
    this.#begin = this.#at + 1;
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
