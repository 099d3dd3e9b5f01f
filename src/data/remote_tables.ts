/** What of a data set that lies elsewhere is fetched for a task. */
import type { ColumnMap } from './column_map.ts';
import { neededColumns } from './columns.ts';
import { filesToTrain } from './split_files.ts';
import type { TaskSpec } from './task.ts';

/** Files and columns that are fetched, under a name that tells one choice from others. */
export interface RemoteTables {
  readonly part: string;
  readonly choose: (paths: readonly string[]) => readonly string[];
  readonly columns: (columns: readonly string[]) => readonly string[] | undefined;
}

/** The tables to train and to score with; of their columns those that `given` names, or that the task is known to read. */
export function tablesToTrain(task: TaskSpec, where: string, given: ColumnMap = {}): RemoteTables {
  const named = Object.entries(given).filter(([, column]) => column !== undefined).map(([part, column]) => `${part}=${column}`).sort();
  return {
    part: [task.name, ...named].join(':'),
    choose: (paths) => filesToTrain(task, paths, where),
    columns: (columns) => neededColumns(task, columns, given),
  };
}
