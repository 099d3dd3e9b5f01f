import { isChosen } from '../../data/folder_tables.ts';
import { findSplits, isTableName, splitOfName, type SplitFiles } from '../../data/split_files.ts';
import type { FileChoice } from '../../data/table_choice.ts';
import type { TaskSpec } from '../../data/task.ts';
import { taskNamed, taskOf } from '../../data/tasks.ts';
import type { Recipe } from '../../experiment/recipe.ts';
import type { AskedSplit } from '../../data/split_rows.ts';
import type { GivenFile } from '../../worker/protocol.ts';

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
 * second one, or what a single name tells; a test file by its name.
 */
export function choiceOf(task: string, files: readonly GivenFile[]): FileChoice {
  const names = files.map(({ name }) => name).filter(isRowsName);
  const splits = splitsOf(taskNamed(task), files.map(({ name }) => name));
  const test_file = splits?.get('test')?.[0];
  const [train, dev] = [splits?.get('train')?.[0], splits?.get('dev')?.[0]];
  if (dev !== undefined && (train !== undefined || names.length === 1)) return {};
  const train_file = train ?? names.find((name) => name !== dev);
  const validation_file = dev ?? names.find((name) => name !== train_file);
  return { ...(train_file === undefined ? {} : { train_file }), ...(validation_file === undefined ? {} : { validation_file }), ...(test_file === undefined ? {} : { test_file }) };
}

/** The files that a run would read: those that are chosen, else those that are told by their names. */
export function filesRead(task: string, files: readonly GivenFile[], choice: FileChoice): { readonly train: string | undefined; readonly dev: string | undefined } {
  const isChosen = choice.train_file !== undefined || choice.validation_file !== undefined;
  if (isChosen) return { train: choice.train_file, dev: choice.validation_file };
  const splits = splitsOf(taskNamed(task), files.map(({ name }) => name));
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

/** Undefined where several files could be one split. */
function splitsOf(task: TaskSpec, names: readonly string[]): SplitFiles | undefined {
  try {
    return findSplits(task, names, 'files');
  } catch {
    return undefined;
  }
}
