/** All rows of one split in the order of its file, as predictions are made for them; test rows hide their labels. */
import { FormatError } from '../formats/format_error.ts';
import type { FileExample } from './examples.ts';
import { missingSplit, splitFinder, type DataFolder } from './folder_tables.ts';
import { readExamples } from './read_examples.ts';
import type { Split } from './split_files.ts';
import type { TableChoice } from './table_choice.ts';
import type { TaskSpec } from './task.ts';

/** The splits that a run's models are asked about: the dev rows and MNLI's mismatched ones as they were scored, or the rows of a test file. */
export type AskedSplit = Extract<Split, 'dev' | 'mismatched' | 'test' | 'test_mismatched'>;

/** Rows, and what a person should know of them, a sentence each. */
export interface SplitRows {
  readonly rows: readonly FileExample[];
  readonly notes: readonly string[];
}

/** What the files of the further splits are called. */
const USUAL: Readonly<Partial<Record<Split, string>>> = { test: 'test.tsv, or test_matched.tsv', mismatched: 'dev_mismatched.tsv', test_mismatched: 'test_mismatched.tsv' };

/**
 * Reads a split of a folder. Rows that cannot be read are left out where the task's own files are known to have some or
 * the choice says so, and never of a test file, whose order is an index.
 *
 * FormatError MissingFile when there is no file of the split, and what reading a table throws.
 */
export async function readSplitRows(task: TaskSpec, folder: DataFolder, split: Split, choice: TableChoice = {}): Promise<SplitRows> {
  const files = await splitFinder(task, folder, choice)(split);
  if (files.length === 0) throw noSuchSplit(task, folder, split);
  const isTest = split === 'test' || split === 'test_mismatched';
  const rows: FileExample[] = [];
  const notes: string[] = [];
  const options = { ...choice, isLabelNeeded: !isTest, keepsPlaces: isTest, onNote: (text: string) => notes.push(text) };
  for await (const batch of readExamples(task, files, options)) rows.push(...batch);
  return { rows, notes };
}

/** The error for a folder without a file of a split. */
export function noSuchSplit(task: TaskSpec, folder: DataFolder, split: Split): FormatError {
  const expected = USUAL[split];
  if (expected === undefined) return missingSplit(task, folder, split);
  return new FormatError('MissingFile', folder.name, `${expected} (or .csv, .json, .jsonl, .parquet)`, folder.list?.().slice(0, 20).join(', ') || 'no such file', 'Give the whole folder of the task, or leave the prediction out.');
}
