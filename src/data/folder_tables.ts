/** The files of a task's splits in a folder, wherever it lies. */
import { FormatError } from '../formats/format_error.ts';
import { findSplits, folderOf, splitOfName, type Split } from './split_files.ts';
import type { FileChoice } from './table_choice.ts';
import type { TaskSpec } from './task.ts';

interface FolderOptions {
  readonly signal?: AbortSignal | undefined;
}

/** What is needed of a folder; `hub/folder.ts` has the sources. */
export interface DataFolder {
  readonly name: string;
  read(path: string, options?: FolderOptions): Promise<Uint8Array | undefined>;
  /** The file without its bytes being held, where the source can give it so. */
  blob?(path: string, options?: FolderOptions): Promise<Blob | undefined>;
  list?(): readonly string[];
}

/** One file of a split, with its name for messages. */
export interface SplitFile {
  readonly where: string;
  readonly blob: Blob;
}

const CHOICES: Readonly<Partial<Record<Split, keyof FileChoice>>> = { train: 'train_file', dev: 'validation_file', test: 'test_file' };

/** Names of files where the source cannot list them, the preferred one first. */
const USUAL: Readonly<Partial<Record<Split, readonly string[]>>> = { train: ['train'], dev: ['dev'] };

/** Looks up the files of splits; a split without any has none. */
export type SplitFinder = (split: Split) => Promise<readonly SplitFile[]>;

/** Whether a person named a file to train or to score with; a test file says nothing of those. */
export function isChosen({ train_file, validation_file }: FileChoice): boolean {
  return (train_file ?? validation_file) !== undefined;
}

/**
 * A finder for the splits of a task in a folder. FormatError MissingFile when a named file is not there; Fault
 * `ambiguous-file` when several files could be one split.
 */
export function splitFinder(task: TaskSpec, folder: DataFolder, choice: FileChoice = {}, options: FolderOptions = {}): SplitFinder {
  const listed = folder.list && !isChosen(choice) ? findSplits(task, folder.list(), folder.name) : undefined;
  return async (split) => {
    const option = CHOICES[split];
    const named = option && choice[option];
    if (named !== undefined) return [await namedFile(folder, named, options)];
    if (isChosen(choice)) return option === undefined ? Promise.all(besides(task, folder, choice, split).map((path) => namedFile(folder, path, options))) : [];
    if (listed) return Promise.all((listed.get(split) ?? []).map((path) => namedFile(folder, path, options)));
    for (const path of candidates(usualNames(task, split))) {
      const file = await fileAt(folder, path, options);
      if (file) return [file];
    }
    return [];
  };
}

/** The files of a split that no person can name, by their names, among those that lie beside the chosen ones. */
function besides(task: TaskSpec, folder: DataFolder, choice: FileChoice, split: Split): readonly string[] {
  const chosen = Object.values(CHOICES).flatMap((name) => choice[name] ?? []);
  const beside = (folder.list?.() ?? []).filter((path) => splitOfName(path) === split && !chosen.includes(path) && chosen.some((other) => folderOf(other) === folderOf(path)));
  return findSplits(task, beside, folder.name).get(split) ?? [];
}

/** What a split's file is called where nothing else says so. */
function usualNames({ name }: TaskSpec, split: Split): readonly string[] {
  return name === 'mnli' && split === 'dev' ? ['dev_matched', 'dev'] : (USUAL[split] ?? []);
}

/** The error for a folder without a file of a split. */
export function missingSplit(task: TaskSpec, folder: DataFolder, split: Split): FormatError {
  const remedy = 'Give the folder of one task, with train.tsv and dev.tsv, or the same as .csv, .json, .jsonl or .parquet.';
  return new FormatError('MissingFile', folder.name, candidates(usualNames(task, split)).join(' or '), listing(folder), remedy);
}

const candidates = (names: readonly string[]): string[] => names.flatMap((name) => [`${name}.tsv`, `${name}.tsv.gz`]);

function listing(folder: DataFolder): string {
  const listed = folder.list?.().slice(0, 20).join(', ');
  return listed === undefined ? 'none of them' : listed || 'no files';
}

async function namedFile(folder: DataFolder, path: string, options: FolderOptions): Promise<SplitFile> {
  const file = await fileAt(folder, path, options);
  if (file) return file;
  throw new FormatError('MissingFile', folder.name, path, listing(folder), 'Name a file that is there.');
}

async function fileAt(folder: DataFolder, path: string, options: FolderOptions): Promise<SplitFile | undefined> {
  const bytes = folder.blob ? undefined : await folder.read(path, options);
  const blob = folder.blob ? await folder.blob(path, options) : bytes && new Blob([bytes.slice()]);
  return blob && { where: `${folder.name}/${path}`, blob };
}
