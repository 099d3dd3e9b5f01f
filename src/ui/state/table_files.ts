import { isChosen } from '../../data/folder_tables.ts';
import { findSplits, folderOf, isTableName, splitOfName, taskFolder, type SplitFiles } from '../../data/split_files.ts';
import type { AskedSplit } from '../../data/split_rows.ts';
import type { FileChoice } from '../../data/table_choice.ts';
import type { TaskSpec } from '../../data/task.ts';
import { taskNamed, taskOf } from '../../data/tasks.ts';
import type { DataSource, Recipe } from '../../experiment/recipe.ts';
import { given } from '../../experiment/training_values.ts';
import type { GivenFile } from '../../worker/protocol.ts';
import type { Recognised } from './own_files.ts';

/** Rows of tables that were given. */
export type GivenRows = Extract<DataSource, { kind: 'folder' }>;

/** Whether a file may hold rows to train on or to score with. */
export function isRowsName(name: string): boolean {
  return isTableName(name) && !isTestName(name);
}

/** Whether a name says that a file holds test rows. */
export function isTestName(name: string): boolean {
  return splitOfName(name)?.startsWith('test') === true;
}

/**
 * Which of the given tables is for training and which for the scores, where their names do not say both: the first and the
 * second one of the task's folder whose names say nothing, or what a single name tells; a test file by its name.
 */
export function choiceOf(task: string | TaskSpec, files: readonly Pick<GivenFile, 'name'>[]): FileChoice {
  const spec = specOf(task);
  const splits = splitsOf(spec, files.map(({ name }) => name));
  const names = files.map(({ name }) => name).filter((name) => !isTestName(name));
  const [train, dev] = [splits?.get('train')?.[0], splits?.get('dev')?.[0]];
  if (train !== undefined && dev !== undefined) return {};
  const known = train ?? dev;
  const folder = known === undefined ? taskFolder(spec, names.map(folderOf)) : folderOf(known);
  const open = names.filter((name) => folderOf(name) === folder && name !== known && (splits === undefined || splitOfName(name) === undefined));
  if (dev !== undefined && open.length === 0) return {};
  const train_file = train ?? open[0];
  const validation_file = dev ?? open.find((name) => name !== train_file);
  return given({ train_file, validation_file, test_file: splits?.get('test')?.[0] });
}

/**
 * Given tables as the rows of a task. What a person said of their columns and of broken rows stays where the same files were
 * read before, for another task or for this one.
 */
export function rowsFor(task: string | TaskSpec, { folder, files }: Pick<Recognised, 'folder'> & { readonly files: readonly Pick<GivenFile, 'name'>[] }, before?: Pick<Recipe, 'task' | 'data'>): GivenRows {
  const choice = choiceOf(task, files);
  const source = { kind: 'folder', name: folder, ...choice } as const;
  if (before?.data.kind !== 'folder') return source;
  const [now, then] = [filesRead(task, files, choice), filesRead(before.task, files, before.data)];
  const { columns, skip_broken_rows } = before.data;
  return now.train === then.train && now.dev === then.dev ? { ...source, ...given({ columns, skip_broken_rows }) } : source;
}

/** The files that a run would read, by their paths. */
export interface FilesRead {
  readonly train?: string | undefined;
  readonly dev?: string | undefined;
}

/** The files that a run would read: those that are chosen, else those that are told by their names. */
export function filesRead(task: string | TaskSpec, files: readonly Pick<GivenFile, 'name'>[], choice: FileChoice): FilesRead {
  const isChosen = choice.train_file !== undefined || choice.validation_file !== undefined;
  if (isChosen) return { train: choice.train_file, dev: choice.validation_file };
  const splits = splitsOf(specOf(task), files.map(({ name }) => name));
  return { train: splits?.get('train')?.[0], dev: splits?.get('dev')?.[0] };
}

/** The splits of test rows that a run's models can be asked about, by the files that are given. */
export function testSplits(recipe: Pick<Recipe, 'task' | 'own_task' | 'data'>, files: readonly GivenFile[]): readonly AskedSplit[] {
  const { data } = recipe;
  if (data.kind !== 'folder') return [];
  if (data.test_file !== undefined) return files.some(({ name }) => name === data.test_file) ? ['test'] : [];
  const splits = isChosen(data) ? undefined : splitsOf(taskOf(recipe), files.map(({ name }) => name));
  return (['test', 'test_mismatched'] as const).filter((split) => splits?.has(split));
}

const specOf = (task: string | TaskSpec): TaskSpec => (typeof task === 'string' ? taskNamed(task) : task);

/** Undefined where several files could be one split. */
function splitsOf(task: TaskSpec, names: readonly string[]): SplitFiles | undefined {
  try {
    return findSplits(task, names, 'files');
  } catch {
    return undefined;
  }
}
