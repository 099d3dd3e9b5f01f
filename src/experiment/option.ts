/** Options as data: one table says how each is written, what it may be, and what its help says. */
import { Fault } from '../fault/fault.ts';
import { nearest } from './nearest.ts';

/** A command line that cannot be understood: nothing is done. */
export class UsageError extends Fault {
  constructor(where: string, expected: string, got: string, remedy = 'Add --help to see every option.') {
    super({ code: 'usage', where, expected, got, remedy });
    this.name = 'UsageError';
  }
}

export interface Option<T> {
  /** What stands for the value in the help, e.g. `N`; undefined for a flag. */
  readonly placeholder?: string;
  readonly help: string;
  /** The value in words when the option is not given. */
  readonly otherwise?: string;
  /** What the option means without a value, which it then may have and need not. */
  readonly bare?: string;
  /** The one letter that stands for the option after a single dash. */
  readonly short?: string;
  /** The value of the text after the option; UsageError at `where` when it is none. */
  readonly read: (text: string, where: string) => T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

/** What was given, by option; an option that was not given is undefined. */
export type Values<O extends Options> = { readonly [K in keyof O]?: O[K] extends Option<infer T> ? T : never };

/** A switch that is on when it is named. */
export function flag(help: string): Option<boolean> {
  return { help, read: () => true };
}

const TRUE = /^(yes|true|t|y|1)$/i;
const FALSE = /^(no|false|f|n|0)$/i;

/** A switch as Hugging Face's parser has it: `--name`, `--name True`, `--name=false`. */
export function boolean(help: string, otherwise: string): Option<boolean> {
  const read = (value: string, where: string) => {
    if (TRUE.test(value)) return true;
    if (FALSE.test(value)) return false;
    throw new UsageError(where, 'true or false, or no value', `"${value}"`);
  };
  return { placeholder: '[true|false]', bare: 'true', help, otherwise, read };
}

/** Any text but an empty one. */
export function text(placeholder: string, help: string, otherwise?: string): Option<string> {
  const read = (value: string, where: string) => {
    if (value.trim() === '') throw new UsageError(where, 'a value', 'an empty one');
    return value;
  };
  return { placeholder, help, otherwise, read };
}

/** One of a few words. */
export function choice<const T extends string>(words: readonly T[], help: string, otherwise?: string): Option<T> {
  const read = (value: string, where: string) => {
    const word = words.find((w) => w === value);
    if (word === undefined) throw new UsageError(where, `one of ${words.join(', ')}`, `"${value}"`, didYouMean(value, words));
    return word;
  };
  return { placeholder: words.join('|'), help, otherwise, read };
}

/** A whole number within bounds. */
export function integer(min: number, max: number, help: string, otherwise?: string): Option<number> {
  const read = (value: string, where: string) => {
    if (!/^-?\d+$/.test(value) || !within(Number(value), min, max)) throw new UsageError(where, `a whole number from ${min} to ${max}`, `"${value}"`);
    return Number(value);
  };
  return { placeholder: 'N', help, otherwise, read };
}

/** A number within bounds, the ends included. */
export function real(min: number, max: number, help: string, otherwise?: string): Option<number> {
  const read = (value: string, where: string) => {
    if (value.trim() === '' || !within(Number(value), min, max)) throw new UsageError(where, `a number from ${min} to ${max}`, `"${value}"`);
    return Number(value);
  };
  return { placeholder: 'X', help, otherwise, read };
}

/** An option that may also be written as one letter after a single dash. */
export function short<T>(letter: string, option: Option<T>): Option<T> {
  return { ...option, short: letter };
}

function within(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}

/** The sentence that names the word most like a wrong one. */
export function didYouMean(given: string, words: readonly string[]): string {
  const word = nearest(given, words);
  return word === undefined ? 'Add --help to see every option.' : `Did you mean ${word}?`;
}
