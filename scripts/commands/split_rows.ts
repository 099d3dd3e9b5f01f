/** The rows of one split, read under Node: of a folder of this machine, or generated. */
import { splitFinder } from '../../src/data/folder_tables.ts';
import { miniGlue } from '../../src/data/mini_glue/index.ts';
import type { Split } from '../../src/data/split_files.ts';
import { noSuchSplit, readSplitRows } from '../../src/data/split_rows.ts';
import type { TableChoice } from '../../src/data/table_choice.ts';
import type { TaskSpec } from '../../src/data/task.ts';
import { MINI_GLUE } from '../../src/experiment/presets.ts';
import type { AskedExample } from '../../src/experiment/predictions.ts';
import { given } from '../../src/experiment/training_values.ts';
import { openPath } from '../disk_folder.ts';

/** Where the rows are, and how many of them are asked for. */
export interface RowsWanted {
  readonly task: TaskSpec;
  readonly split: Split;
  /** A folder of this machine; the rows are generated without one. */
  readonly folder?: string | undefined;
  /** Its files and columns, where they are not found by their names. */
  readonly choice?: TableChoice | undefined;
  readonly train_rows?: number | undefined;
  readonly dev_rows?: number | undefined;
  readonly data_seed?: number | undefined;
  /** The first so many. */
  readonly most?: number | undefined;
}

/** Rows, and what a person should know of them, a sentence each. */
export interface RowsRead {
  readonly rows: readonly AskedExample[];
  readonly notes: readonly string[];
}

/**
 * Reads a split, as `readSplitRows` does, or generates it. Generated rows have no test split: its place is taken by the dev
 * rows, and a note says so.
 */
export async function splitRows(wanted: RowsWanted): Promise<RowsRead> {
  const { task, split, folder, choice, most } = wanted;
  const { rows, notes } = folder === undefined ? generated(wanted) : await readSplitRows(task, openPath(folder), split, choice);
  return { rows: rows.slice(0, most), notes };
}

function generated({ task, split, train_rows, dev_rows, data_seed: seed }: RowsWanted): RowsRead {
  const data = miniGlue(task, { ...MINI_GLUE, ...given({ train_rows, dev_rows, seed }) });
  const notes = split === 'train' || split === 'dev' ? [] : [`Generated rows have no split ${split}: the dev rows take its place.`];
  return { rows: split === 'train' ? data.train : data.dev, notes };
}

/** FormatError MissingFile when a folder has no file of a split. */
export async function checkSplit(task: TaskSpec, path: string, split: Split): Promise<void> {
  if (!(await hasSplit(task, path, split))) throw noSuchSplit(task, openPath(path), split);
}

/** Whether a folder has a file of a split. */
export async function hasSplit(task: TaskSpec, path: string, split: Split): Promise<boolean> {
  return (await splitFinder(task, openPath(path))(split)).length > 0;
}
