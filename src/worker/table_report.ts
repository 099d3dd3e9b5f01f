/** What given tables hold for a task, counted before a run. */
import { missingSplit, splitFinder, type SplitFile } from '../data/folder_tables.ts';
import { reportOn, type DataReport } from '../data/report.ts';
import { SPLITS } from '../data/split_files.ts';
import type { TableChoice } from '../data/table_choice.ts';
import { taskNamed } from '../data/tasks.ts';
import { filesFolder } from '../hub/folder.ts';
import type { GivenFile } from './protocol.ts';

/** Given tables, and what a person said of how they are read. */
export interface TablesAsked {
  readonly task: string;
  readonly name: string;
  readonly files: readonly GivenFile[];
  readonly choice: TableChoice;
}

/** What the tables hold that a run would read; lengths are not counted. Throws what reading them to train on would throw. */
export async function tableReport({ task: named, name, files, choice }: TablesAsked): Promise<DataReport> {
  const [task, folder] = [taskNamed(named), filesFolder(name, files)];
  const find = splitFinder(task, folder, choice);
  const tables = new Map<string, readonly SplitFile[]>();
  for (const split of SPLITS) {
    const found = await find(split);
    if (found.length > 0) tables.set(split, found);
  }
  if (tables.size === 0) throw missingSplit(task, folder, 'train');
  return reportOn(task, tables, { columns: choice.columns, skip_broken_rows: choice.skip_broken_rows, lengthOf: () => 0 });
}
