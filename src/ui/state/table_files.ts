import { findSplits, isTableName, splitOfName, type SplitFiles } from '../../data/split_files.ts';
import type { FileChoice } from '../../data/table_choice.ts';
import { taskNamed } from '../../data/tasks.ts';
import type { GivenFile } from '../../worker/protocol.ts';

/** Whether a file may hold rows to train on or to score with. */
export function isRowsName(name: string): boolean {
  return isTableName(name) && !splitOfName(name)?.startsWith('test');
}

/**
 * Which of the given tables is for training and which for the scores, where their names do not say both: the first and the
 * second one, or what a single name tells.
 */
export function choiceOf(task: string, files: readonly GivenFile[]): FileChoice {
  const names = files.map(({ name }) => name);
  const splits = splitsOf(task, names);
  const [train, dev] = [splits?.get('train')?.[0], splits?.get('dev')?.[0]];
  if (dev !== undefined && (train !== undefined || names.length === 1)) return {};
  const train_file = train ?? names.find((name) => name !== dev);
  const validation_file = dev ?? names.find((name) => name !== train_file);
  return { ...(train_file === undefined ? {} : { train_file }), ...(validation_file === undefined ? {} : { validation_file }) };
}

/** The files that a run would read: those that are chosen, else those that are told by their names. */
export function filesRead(task: string, files: readonly GivenFile[], choice: FileChoice): { readonly train: string | undefined; readonly dev: string | undefined } {
  const isChosen = choice.train_file !== undefined || choice.validation_file !== undefined;
  if (isChosen) return { train: choice.train_file, dev: choice.validation_file };
  const splits = splitsOf(task, files.map(({ name }) => name));
  return { train: splits?.get('train')?.[0], dev: splits?.get('dev')?.[0] };
}

/** Undefined where several files could be one split. */
function splitsOf(task: string, names: readonly string[]): SplitFiles | undefined {
  try {
    return findSplits(taskNamed(task), names, 'files');
  } catch {
    return undefined;
  }
}
