/** Reads the words of a command line by a table of options, in Node and in the page alike. */
import { didYouMean, UsageError, type Option, type Options, type Values } from './option.ts';

/** One option as it was written: `--name value`, `--name=value`, `-n value` or `-nvalue`. */
interface Written {
  /** With its dashes. */
  readonly raw: string;
  readonly inline?: string;
}

/**
 * The values of a command line; the last one of an option counts.
 *
 * UsageError for unknown options (it names the nearest), wrong values and words that belong to no option.
 */
export function readOptions<O extends Options>(options: O, args: readonly string[]): Values<O> {
  return readLine(options, args, []).values;
}

/** The values of a command line that also takes words without an option, one for each of `operands` (their names); UsageError for one too many. */
export function readLine<O extends Options>(options: O, args: readonly string[], operands: readonly string[]): { values: Values<O>; words: readonly string[] } {
  const values: Record<string, unknown> = {};
  const words: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const written = split(args[at]!);
    if (!written) {
      if (words.length === operands.length) throw new UsageError('command line', operands.length === 0 ? 'options only' : `${operands.join(' ')} and options`, `"${args[at]}"`);
      words.push(args[at]!);
      continue;
    }
    const [name, option] = known(options, written.raw);
    const next = args[at + 1];
    const follows = option.placeholder !== undefined && written.inline === undefined && next !== undefined && !(option.bare !== undefined && next.startsWith('-'));
    values[name] = valueOf(option, written, follows ? args[++at] : option.bare);
  }
  return { values: values as Values<O>, words };
}

function split(word: string): Written | undefined {
  const long = /^(--[^=]+)(?:=([\s\S]*))?$/.exec(word);
  if (long) return { raw: long[1]!, ...(long[2] === undefined ? {} : { inline: long[2] }) };
  const letter = /^(-[a-zA-Z])(?:=?([\s\S]+))?$/.exec(word);
  return letter ? { raw: letter[1]!, ...(letter[2] === undefined ? {} : { inline: letter[2] }) } : undefined;
}

function known(options: Options, raw: string): readonly [string, Option<unknown>] {
  const entry = Object.entries(options).find(([name, { short }]) => raw === `--${name}` || (short !== undefined && raw === `-${short}`));
  if (entry) return entry;
  const names = Object.keys(options).map((name) => `--${name}`);
  throw new UsageError('command line', 'an option of this command', `"${raw}"`, didYouMean(raw, names));
}

function valueOf(option: Option<unknown>, { raw, inline }: Written, next: string | undefined): unknown {
  if (option.placeholder === undefined) {
    if (inline !== undefined) throw new UsageError(raw, 'no value', `"${inline}"`);
    return option.read('', raw);
  }
  const value = inline ?? (next?.startsWith('--') ? undefined : next);
  if (value === undefined) throw new UsageError(raw, `a value (${option.placeholder})`, 'none');
  return option.read(value, raw);
}
