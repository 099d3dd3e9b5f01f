/** A line of `run_glue.py` as it is pasted, in the page and on the terminal alike. */
import type { TaskSpec } from '../data/task.ts';
import { UsageError, type Values } from './option.ts';
import { readOptions } from './option_reader.ts';
import { RUN_GLUE_ALIASES, RUN_GLUE_IN_PAGE, RUN_GLUE_OPTIONS, RUN_GLUE_WITHOUT_MEANING } from './run_glue_options.ts';
import { pastedLine, shellWords } from './shell_words.ts';

/** The options of a line; `own_task` is what was found in the training rows of one that names no task. */
export type RunGlueValues = Values<typeof RUN_GLUE_OPTIONS> & { readonly own_task?: TaskSpec };

/** The options of a line, and what is said of those that a browser has no use for. */
export interface RunGlueLine {
  readonly values: RunGlueValues;
  readonly notes: readonly string[];
}

/**
 * Reads `python run_glue.py --task_name MRPC …`, `npm run lab -- run_glue …`, the options alone, or the name of a JSON file
 * of them as the only word; a text that is such a JSON value itself is read too.
 *
 * `readFile` gives the text of a file, where files can be opened by name: without it the line stands in a page. UsageError
 * for what cannot be understood; unknown options are named with the nearest known one.
 */
export function readRunGlueLine(line: string | readonly string[], readFile?: (path: string) => string): RunGlueLine {
  const words = typeof line === 'string' && line.trimStart().startsWith('{') ? jsonWords(line, 'JSON') : wordsOf(line, readFile);
  const { adafactor, ...values } = readOptions(RUN_GLUE_OPTIONS, words.map(withoutAlias));
  const answers = readFile ? RUN_GLUE_WITHOUT_MEANING : { ...RUN_GLUE_WITHOUT_MEANING, ...RUN_GLUE_IN_PAGE };
  const given = new Set(Object.keys(values));
  const notes = Object.entries(answers).filter(([name]) => given.has(name)).map(([name, answer]) => `--${name}: ${answer}`);
  return { values: adafactor ? { ...values, optim: 'adafactor' } : values, notes };
}

/** A word of a line with the option's own name in the place of another one. */
function withoutAlias(word: string): string {
  return word.replace(/^--([^=]+)/, (option, name: string) => (RUN_GLUE_ALIASES.has(name) ? `--${RUN_GLUE_ALIASES.get(name)}` : option));
}

function wordsOf(line: string | readonly string[], readFile: ((path: string) => string) | undefined): readonly string[] {
  const options = withPlaceholders(pastedLine(typeof line === 'string' ? shellWords(line) : line).options);
  const [file] = options;
  if (options.length !== 1 || !file?.endsWith('.json')) return options;
  if (readFile) return jsonWords(readFile(file), file);
  throw new UsageError('command line', 'the content of the JSON file', `its name, "${file}"`, 'A page cannot open a file by its name: paste the JSON itself.');
}

/** `<path to model>`, as examples have it, is one word. */
function withPlaceholders(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    if (last?.startsWith('<') && !last.endsWith('>')) joined[joined.length - 1] = `${last} ${word}`;
    else joined.push(word);
  }
  return joined;
}

/** A JSON object of options as the words of a line; entries of null are left out. */
function jsonWords(text: string, where: string): string[] {
  return Object.entries(objectIn(text, where)).flatMap(([name, value]) => {
    if (value === null) return [];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return [`--${name}=${value}`];
    throw new UsageError(`${where}, ${JSON.stringify(name)}`, 'a text, a number, true, false or null', JSON.stringify(value));
  });
}

function objectIn(text: string, where: string): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    throw new UsageError(where, 'a JSON object of options', error instanceof Error ? error.message : 'another text', 'Write {"task_name": "mrpc", …}.');
  }
  throw new UsageError(where, 'a JSON object of options', text.trim().slice(0, 20), 'Write {"task_name": "mrpc", …}.');
}
