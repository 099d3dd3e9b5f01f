/** The rows of one split, read under Node: of a folder of this machine, or generated. */
import { BrokenRows } from '../../src/data/broken_rows.ts';
import { openExamples } from '../../src/data/examples.ts';
import { missingSplit, splitFinder } from '../../src/data/folder_tables.ts';
import { toleratedShare } from '../../src/data/glue.ts';
import { miniGlue } from '../../src/data/mini_glue/index.ts';
import type { Split } from '../../src/data/split_files.ts';
import type { TableChoice } from '../../src/data/table_choice.ts';
import type { TaskSpec } from '../../src/data/task.ts';
import { MINI_GLUE } from '../../src/experiment/presets.ts';
import type { AskedExample } from '../../src/experiment/predictions.ts';
import { given } from '../../src/experiment/training_values.ts';
import { FormatError } from '../../src/formats/format_error.ts';
import type { Folder } from '../../src/hub/folder.ts';
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
 * Reads a split. The rows of a folder are those of its file, in its order; rows that cannot be read are left out
 * where the task's own files are known to have some or the choice says so, and never of a test file, whose order is an index.
 *
 * FormatError MissingFile when there is no file of the split, and what reading a table throws. Generated rows have no test
 * split: its place is taken by the dev rows, and a note says so.
 */
export async function splitRows(wanted: RowsWanted): Promise<RowsRead> {
  const { rows, notes } = wanted.folder === undefined ? generated(wanted) : await ofFolder(wanted, wanted.folder);
  return { rows: rows.slice(0, wanted.most), notes };
}

function generated({ task, split, train_rows, dev_rows, data_seed: seed }: RowsWanted): RowsRead {
  const data = miniGlue(task, { ...MINI_GLUE, ...given({ train_rows, dev_rows, seed }) });
  const notes = split === 'train' || split === 'dev' ? [] : [`Generated rows have no split ${split}: the dev rows take its place.`];
  return { rows: split === 'train' ? data.train : data.dev, notes };
}

async function ofFolder({ task, split, choice }: RowsWanted, path: string): Promise<RowsRead> {
  const folder = openPath(path);
  const files = await splitFinder(task, folder, choice)(split);
  if (files.length === 0) throw USUAL[split] ? noSuchSplit(folder, USUAL[split]) : missingSplit(task, folder, split);
  const isTest = split === 'test' || split === 'test_mismatched';
  const rows: AskedExample[] = [];
  const notes: string[] = [];
  for (const { where, blob } of files) {
    const broken = new BrokenRows();
    const before = rows.length;
    const table = await openExamples(task, blob, where, { isLabelNeeded: !isTest, columns: choice?.columns });
    for await (const batch of table.batches()) {
      broken.add(batch.broken);
      rows.push(...batch.examples);
    }
    const note = broken.settle(where, rows.length - before + broken.count, !isTest && choice?.skip_broken_rows === true, isTest ? 0 : toleratedShare(task));
    if (note !== undefined) notes.push(note);
  }
  return { rows, notes };
}

/** What the files of the further splits are called. */
const USUAL: Readonly<Partial<Record<Split, string>>> = { test: 'test.tsv, or test_matched.tsv', mismatched: 'dev_mismatched.tsv', test_mismatched: 'test_mismatched.tsv' };

function noSuchSplit({ name, list }: Folder, expected: string): FormatError {
  return new FormatError('MissingFile', name, `${expected} (or .csv, .json, .jsonl, .parquet)`, list?.().slice(0, 20).join(', ') || 'no such file', 'Give the whole folder of the task, or leave the prediction out.');
}

/** FormatError MissingFile when a folder has no file of a split. */
export async function checkSplit(task: TaskSpec, path: string, split: Split): Promise<void> {
  if (!(await hasSplit(task, path, split))) throw noSuchSplit(openPath(path), USUAL[split] ?? split);
}

/** Whether a folder has a file of a split. */
export async function hasSplit(task: TaskSpec, path: string, split: Split): Promise<boolean> {
  return (await splitFinder(task, openPath(path))(split)).length > 0;
}
