/** The reference's command line as it is pasted, in the page and on the terminal alike. */
import { EXPERIMENT_OPTIONS, WITHOUT_MEANING } from './experiment_options.ts';
import type { ExperimentValues } from './method_stages.ts';
import { readOptions } from './option_reader.ts';
import { shellWords, withoutProgram } from './shell_words.ts';

/** The options of an experiments line, and what is said of those that a browser has no use for. */
export interface ExperimentsLine {
  readonly values: ExperimentValues;
  readonly notes: readonly string[];
}

/**
 * Reads `python experiments.py --task mnli …`, `npm run lab -- experiments …`, or the options alone; as one text, or as
 * words that a shell has parted.
 *
 * UsageError for what cannot be understood; unknown options are named with the nearest known one.
 */
export function readExperimentsLine(line: string | readonly string[]): ExperimentsLine {
  const words = typeof line === 'string' ? shellWords(line) : line;
  const values = readOptions(EXPERIMENT_OPTIONS, withoutProgram(words));
  const given = new Set(Object.keys(values));
  const notes = Object.entries(WITHOUT_MEANING).filter(([name]) => given.has(name)).map(([name, answer]) => `--${name}: ${answer}`);
  const idle = values.pass_dic !== undefined && values.experiment !== 'pred' ? ['--pass_dic: it belongs to --experiment pred and has no part in this one.'] : [];
  return { values, notes: [...notes, ...idle] };
}
