/** The rows of a recipe, as options name them. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { MINI_GLUE_TASKS } from '../../src/data/tasks.ts';
import { MINI_GLUE } from '../../src/experiment/presets.ts';
import type { DataSource } from '../../src/experiment/recipe.ts';
import { given } from '../../src/experiment/training_values.ts';
import type { TRAINING_OPTIONS } from '../../src/experiment/training_options.ts';
import { UsageError, type Values } from '../command_line/option.ts';
import { linkedFiles } from '../linked_files.ts';
import { resolveFolder } from './sources.ts';

/** Options that say where rows come from and how they are read. */
export type DataValues = Values<Pick<typeof TRAINING_OPTIONS, 'data' | 'task' | 'train_rows' | 'dev_rows' | 'data_seed' | 'train_file' | 'validation_file' | 'columns' | 'skip_broken_rows'>>;

/** A source of rows, and the folder of this machine that the page reads for it. */
export interface ResolvedData {
  readonly source: DataSource;
  readonly folder?: string;
}

/** The rows that options name; UsageError where they contradict each other, or name what is not there. */
export function dataOf(values: DataValues): ResolvedData {
  const { data, train_file, validation_file } = values;
  if (train_file !== undefined || validation_file !== undefined) return ofFiles(values);
  if (data === undefined || data === 'mini-glue') return ofGenerator(values);
  const folder = resolveFolder(data, '--data');
  refuse(values, ['train_rows', 'dev_rows', 'data_seed'], 'mini-glue as --data', `the folder "${data}"`, 'a folder is read whole');
  return { source: { kind: 'folder', name: basename(folder), ...choiceOf(values) }, folder };
}

function ofGenerator(values: DataValues): ResolvedData {
  const { task, train_rows, dev_rows, data_seed: seed } = values;
  if (task !== undefined && !MINI_GLUE_TASKS.some(({ name }) => name === task)) {
    throw new UsageError('--data', `a folder, since mini-GLUE has no rows of ${task}`, 'none', 'Name the folder with its train.tsv and dev.tsv.');
  }
  refuse(values, ['columns', 'skip_broken_rows'], 'a folder as --data, or a --train_file', 'generated rows', 'they need none');
  return { source: { ...MINI_GLUE, ...given({ train_rows, dev_rows, seed }) } };
}

/** Files by name: they may lie in different folders, and are linked into one. */
function ofFiles(values: DataValues): ResolvedData {
  refuse(values, ['data', 'train_rows', 'dev_rows', 'data_seed'], 'no --train_file or --validation_file', 'one', 'the files are read whole');
  const { train_file, validation_file } = given({ train_file: values.train_file, validation_file: values.validation_file });
  for (const [option, path] of Object.entries({ train_file, validation_file })) {
    if (path !== undefined && !(existsSync(path) && statSync(path).isFile())) throw new UsageError(`--${option}`, 'a file', `"${path}", which is none`);
  }
  const train = train_file === undefined ? undefined : basename(train_file);
  const held = validation_file === undefined ? undefined : basename(validation_file);
  const names = given({ train_file: train, validation_file: held === train && held !== undefined ? `validation-${held}` : held });
  const folder = linkedFiles(Object.fromEntries([[names.train_file, train_file], [names.validation_file, validation_file]].filter((entry): entry is [string, string] => entry[0] !== undefined && entry[1] !== undefined)));
  const name = basename(dirname(resolve(train_file ?? validation_file ?? '.')));
  return { source: { kind: 'folder', name, ...names, ...choiceOf(values) }, folder };
}

function choiceOf({ columns, skip_broken_rows }: DataValues) {
  return given({ columns, skip_broken_rows });
}

function refuse(values: DataValues, names: readonly (keyof DataValues)[], expected: string, got: string, why: string): void {
  const misplaced = names.find((name) => values[name] !== undefined);
  if (misplaced) throw new UsageError(`--${misplaced}`, expected, got, `Leave the option out: ${why}.`);
}
