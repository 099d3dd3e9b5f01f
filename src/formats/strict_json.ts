import { FormatError } from './format_error.ts';

/** A JSON value without fractions; objects are Maps, so no name can become a prototype. */
export type StrictJson = string | number | boolean | null | readonly StrictJson[] | ReadonlyMap<string, StrictJson>;

/** Text that stands for itself, up to its closing quote. */
const PLAIN = /[ !#-[\]-~]*"/y;
const NUMBER = /-?[0-9][0-9.eE+-]*/y;
const INTEGER = /^(?:0|[1-9][0-9]*)$/;
const LONE_SURROGATE = /\p{Surrogate}/u;
const WORDS: Readonly<Record<string, boolean | null>> = { t: true, f: false, n: null };

/** One linear pass over the text; the depth bound keeps the recursion shallow. */
class Scanner {
  #at = 0;

  constructor(
    private readonly text: string,
    private readonly where: string,
    private readonly maxDepth: number,
  ) {}

  document(): StrictJson {
    const value = this.#value(0);
    this.#blanks();
    if (this.#at < this.text.length) throw this.#wrong('the end of the JSON text');
    return value;
  }

  #wrong(expected: string): FormatError {
    const rest = this.text.slice(this.#at, this.#at + 20);
    const got = rest === '' ? 'the end of the text' : JSON.stringify(rest);
    return new FormatError('InvalidHeaderDeserialization', `${this.where}, character ${this.#at}`, expected, got, REMEDY);
  }

  #blanks(): void {
    for (let c = this.text.charCodeAt(this.#at); c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; c = this.text.charCodeAt(this.#at)) this.#at++;
  }

  #skip(character: string): boolean {
    this.#blanks();
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #value(depth: number): StrictJson {
    this.#blanks();
    const first = this.text[this.#at] ?? '';
    if (first === '{') return this.#object(depth + 1);
    if (first === '[') return this.#array(depth + 1);
    if (first === '"') return this.#string();
    if (first in WORDS) return this.#word(WORDS[first] ?? null);
    return this.#integer();
  }

  #enter(depth: number): void {
    if (depth > this.maxDepth) throw this.#wrong(`at most ${this.maxDepth} levels of nesting`);
    this.#at++;
  }

  #object(depth: number): ReadonlyMap<string, StrictJson> {
    this.#enter(depth);
    const entries = new Map<string, StrictJson>();
    if (this.#skip('}')) return entries;
    do {
      this.#blanks();
      const name = this.#string();
      if (entries.has(name)) throw this.#duplicate(name);
      if (!this.#skip(':')) throw this.#wrong('":" after a name');
      entries.set(name, this.#value(depth));
    } while (this.#skip(','));
    if (!this.#skip('}')) throw this.#wrong('"," or "}"');
    return entries;
  }

  #duplicate(name: string): FormatError {
    const got = `${JSON.stringify(name.slice(0, 80))} a second time`;
    return new FormatError('DuplicateName', `${this.where}, character ${this.#at}`, 'every name once', got, REMEDY);
  }

  #array(depth: number): readonly StrictJson[] {
    this.#enter(depth);
    const items: StrictJson[] = [];
    if (this.#skip(']')) return items;
    do items.push(this.#value(depth));
    while (this.#skip(','));
    if (!this.#skip(']')) throw this.#wrong('"," or "]"');
    return items;
  }

  #string(): string {
    if (this.text[this.#at] !== '"') throw this.#wrong('a name or text in double quotes');
    PLAIN.lastIndex = this.#at + 1;
    const plain = PLAIN.exec(this.text)?.[0];
    if (plain !== undefined) {
      this.#at += plain.length + 1;
      return plain.slice(0, -1);
    }
    let end = this.#at + 1;
    for (let c = this.text[end]; c !== '"'; c = this.text[end]) {
      if (c === undefined) throw this.#wrong('a closing double quote');
      end += c === '\\' ? 2 : 1;
    }
    const value = this.#unescape(this.text.slice(this.#at, end + 1));
    this.#at = end + 1;
    return value;
  }

  #unescape(literal: string): string {
    let value: unknown;
    try {
      value = JSON.parse(literal);
    } catch {
      throw this.#wrong('valid escapes and no control characters in a text');
    }
    if (typeof value !== 'string' || LONE_SURROGATE.test(value)) throw this.#wrong('whole Unicode characters in a text');
    return value;
  }

  #word(value: boolean | null): boolean | null {
    if (!this.text.startsWith(String(value), this.#at)) throw this.#wrong('a JSON value');
    this.#at += String(value).length;
    return value;
  }

  #integer(): number {
    NUMBER.lastIndex = this.#at;
    const literal = NUMBER.exec(this.text)?.[0];
    if (literal === undefined) throw this.#wrong('a JSON value');
    const value = Number(literal);
    if (!INTEGER.test(literal) || !Number.isSafeInteger(value)) {
      const expected = `a plain integer from 0 to ${Number.MAX_SAFE_INTEGER}`;
      throw new FormatError('BadInteger', `${this.where}, character ${this.#at}`, expected, literal.slice(0, 40), REMEDY);
    }
    this.#at += literal.length;
    return value;
  }
}

const REMEDY = 'The file is damaged or was not written by a safetensors writer: download or export it again.';

/**
 * Parses JSON whose numbers are all plain, safe integers, refusing duplicate names and nesting beyond `maxDepth`.
 *
 * Linear in the length of the text. Throws FormatError InvalidHeaderDeserialization, DuplicateName or BadInteger with
 * the character position. Differs from `JSON.parse`, which keeps the last of two equal names and rounds large integers.
 */
export function parseStrictJson(text: string, where: string, maxDepth: number): StrictJson {
  return new Scanner(text, where, maxDepth).document();
}
