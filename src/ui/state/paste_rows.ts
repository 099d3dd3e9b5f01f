/** The rows that a pasted line is run on: those under "Your own files", or generated ones. */
import type { ColumnMap } from '../../data/column_map.ts';
import { folderOf } from '../../data/split_files.ts';
import type { FileChoice } from '../../data/table_choice.ts';
import type { TaskSpec } from '../../data/task.ts';
import { MINI_GLUE_TASKS } from '../../data/tasks.ts';
import { UsageError } from '../../experiment/option.ts';
import { MINI_GLUE } from '../../experiment/presets.ts';
import type { DataSource } from '../../experiment/recipe.ts';
import { given } from '../../experiment/training_values.ts';
import type { GivenFile } from '../../worker/protocol.ts';
import type { PageSources } from './paste.ts';
import { filesRead, rowsFor, type GivenRows } from './table_files.ts';

/** What the options of a line say of its rows. */
export interface RowsValues {
  readonly data?: string;
  readonly train_file?: string;
  readonly validation_file?: string;
  readonly test_file?: string;
  readonly columns?: ColumnMap;
  readonly skip_broken_rows?: boolean;
  readonly train_rows?: number;
  readonly dev_rows?: number;
  readonly data_seed?: number;
}

/** Where rows come from, and the same in words. */
export interface LineRows {
  readonly source: DataSource;
  readonly words: string;
}

type Note = (text: string) => void;

const NAMES = ['data', 'train_file', 'validation_file'] as const;
const FILES = ['train_file', 'validation_file', 'test_file'] as const;
const GENERATOR = ['train_rows', 'dev_rows', 'data_seed'] as const;
const READING = ['columns', 'skip_broken_rows'] as const;

/**
 * The rows of a line's task: those given to the page, unless the line asks for generated ones (`--data mini-glue`, or their
 * number without a name of others). UsageError for generated rows of a task that has none; a note for each option about rows
 * that is not followed as it is written.
 */
export function rowsOfLine(task: TaskSpec, values: RowsValues, page: PageSources, note: Note): LineRows {
  const own = page.data?.kind === 'folder' && page.data.samples === undefined ? page.data : undefined;
  const isNamed = NAMES.some((name) => values[name] !== undefined && values[name] !== 'mini-glue');
  const isGenerated = values.data === 'mini-glue' || (!isNamed && GENERATOR.some((name) => values[name] !== undefined));
  return own === undefined || isGenerated ? generatedRows(task, values, note) : ownRows(task, values, own, page, note);
}

function generatedRows({ name: task }: TaskSpec, values: RowsValues, note: Note): LineRows {
  if (!MINI_GLUE_TASKS.some(({ name }) => name === task)) throw new UsageError('--data', `rows under “Your own files”, since none of ${task} can be generated`, 'none', 'Give the folder with its train.tsv and dev.tsv there, and read the line again.');
  for (const name of NAMES) {
    if (values[name] !== undefined && values[name] !== 'mini-glue') note(`--${name} ${values[name]}: a page cannot open it by its name; give it under “Your own files”. Generated rows are used.`);
  }
  for (const name of READING) if (values[name] !== undefined) note(`--${name}: generated rows need none.`);
  const { train_rows, dev_rows, data_seed: seed } = values;
  return { source: { ...MINI_GLUE, ...given({ train_rows, dev_rows, seed }) }, words: `generated rows of ${task}` };
}

function ownRows(task: TaskSpec, values: RowsValues, own: GivenRows, { files = [], task: formTask = task.name }: PageSources, note: Note): LineRows {
  const before = formTask === task.name ? own : rowsFor(task, { folder: own.name, files }, { task: formTask, data: own });
  const read = filesRead(task, files, before);
  const beside = folderOf(read.train ?? read.dev ?? '');
  const named = given({ train_file: fileNamed(values.train_file, files, beside), validation_file: fileNamed(values.validation_file, files, beside) });
  const test_file = fileNamed(values.test_file, files, beside) ?? before.test_file;
  const used: Readonly<FileChoice> = { train_file: named.train_file ?? read.train, validation_file: named.validation_file ?? read.dev, test_file };
  for (const name of FILES) if (values[name] !== undefined && baseName(used[name] ?? '') !== baseName(values[name])) note(`--${name} ${values[name]}: no table of this name is under “Your own files”${used[name] === undefined ? '' : `; ${used[name]} is used`}.`);
  if (values.data !== undefined) note(`--data ${values.data}: the rows of ${own.name} under “Your own files” are used.`);
  for (const name of GENERATOR) if (values[name] !== undefined) note(`--${name}: the rows under “Your own files” are read whole.`);
  const { train_file: _train, validation_file: _dev, ...rest } = before;
  const isNamed = Object.keys(named).length > 0;
  const chosen = isNamed ? { ...rest, ...given({ train_file: values.train_file && used.train_file, validation_file: values.validation_file && used.validation_file }) } : before;
  const source = { ...chosen, ...given({ test_file, columns: values.columns && { ...before.columns, ...values.columns }, skip_broken_rows: values.skip_broken_rows }) };
  const { train, dev } = filesRead(task, files, source);
  const names = [train, dev].filter((name) => name !== undefined);
  return { source, words: `the rows of ${own.name}${names.length === 0 ? '' : ` (${names.join(', ')})`}` };
}

/** The path of the given table that a line names: the one that the name ends with, the one in a folder, or the only one. */
export function fileNamed(path: string | undefined, files: readonly Pick<GivenFile, 'name'>[], folder = ''): string | undefined {
  if (path === undefined) return undefined;
  const alike = files.map(({ name }) => name).filter((name) => baseName(name) === baseName(path));
  const whole = alike.find((name) => name.includes('/') && path.replaceAll('\\', '/').endsWith(name));
  return whole ?? alike.find((name) => folderOf(name) === folder) ?? (alike.length === 1 ? alike[0] : undefined);
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
