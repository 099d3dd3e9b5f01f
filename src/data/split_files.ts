/** Which files of a folder hold which split of a task, by their names. */
import { Fault } from '../fault/fault.ts';
import { formatOfName } from '../formats/open_table.ts';
import type { TaskSpec } from './task.ts';

/** The splits that files come in; `mismatched` is the second development set of MNLI. */
export const SPLITS = ['train', 'dev', 'mismatched', 'test', 'test_mismatched'] as const;
export type Split = (typeof SPLITS)[number];

/** The files of a split, by their paths: one, or the numbered parts of one. */
export type SplitFiles = ReadonlyMap<Split, readonly string[]>;

/** What a file's name says: `16-100.train.tsv`, `dev_matched.rows0001-4000.jsonl`, `train-00000-of-00002.parquet`. */
interface Named {
  readonly path: string;
  readonly folder: string;
  readonly split: Split;
  /** What stands before and after the split's name. */
  readonly before: string;
  readonly after: string;
  /** The matched set of MNLI, as it is called there. */
  readonly isMatched: boolean;
  readonly part?: string;
}

const NAME = /^(.*[._-])?(train(?:ing)?|dev|devel|valid(?:ation)?|val|test)(?!_results)(?:_(matched|mismatched))?([._-].*)?\.(?:tsv|csv|json|jsonl|ndjson|parquet)(?:\.gz)?$/i;
const PART = /^-(\d+)-of-\d+$/;

/** The split that a file's name says it holds; undefined when it says none. */
export function splitOfName(path: string): Split | undefined {
  return named(path)?.split;
}

/** Files of JSON that lie beside models, runs and tables, and are none themselves. */
const OTHER_JSON = /config|results|state|recipe|tokenizer|tokens|vocab|merges|index|encoder|labels/i;

/** Whether a file may be a table, by its name. */
export function isTableName(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const format = formatOfName(name);
  return format !== undefined && (format !== 'json' || splitOfName(name) !== undefined || !OTHER_JSON.test(name));
}

function named(path: string): Named | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const [, before = '', word = '', kind = '', after = ''] = (formatOfName(name) && NAME.exec(name)) ?? [];
  if (word === '') return undefined;
  const part = PART.exec(after)?.[1];
  const base = /^train/i.test(word) ? 'train' : /^test/i.test(word) ? 'test' : 'dev';
  const mismatched: Readonly<Record<typeof base, Split>> = { train: 'train', dev: 'mismatched', test: 'test_mismatched' };
  const split = kind.toLowerCase() === 'mismatched' ? mismatched[base] : base;
  return { path, folder: folderOf(path), split, before, after: part === undefined ? after : '', isMatched: kind.toLowerCase() === 'matched', ...(part === undefined ? {} : { part }) };
}

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/**
 * The splits among the paths of a folder: those at its top, else those of the folder named after the task, else those of
 * the only folder that has any. Where several files could be one split, `train.tsv` goes before `16-100.train.tsv`, and a
 * name with the task in it before one without; parts are put in order. Fault `ambiguous-file` when several are left.
 */
export function findSplits(task: TaskSpec, paths: readonly string[], where: string): SplitFiles {
  const all = paths.map(named).filter((file) => file !== undefined);
  const folder = taskFolder(task, all.map((file) => file.folder));
  const found = new Map<Split, readonly string[]>();
  if (folder === undefined) return found;
  for (const split of SPLITS) {
    const files = oneTable(task, all.filter((file) => file.folder === folder && file.split === split), where);
    if (files.length > 0) found.set(split, files);
  }
  return found;
}

/** The folder of a task among those of its files: the top, else the one named after the task, else the only one. */
export function taskFolder(task: TaskSpec, folders: readonly string[]): string | undefined {
  const isTask = (folder: string) => plain(folder.slice(folder.lastIndexOf('/') + 1)) === plain(task.name);
  return folders.find((name) => name === '') ?? folders.find(isTask) ?? (new Set(folders).size === 1 ? folders[0] : undefined);
}

/** The folder of a path; empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The paths of all files to train and to score with, among those of a folder. */
export function filesToTrain(task: TaskSpec, paths: readonly string[], where: string): readonly string[] {
  const splits = findSplits(task, paths, where);
  return (['train', 'dev', 'mismatched'] as const).flatMap((split) => splits.get(split) ?? []);
}

/** The files of one table among those of a split. */
function oneTable(task: TaskSpec, files: readonly Named[], where: string): readonly string[] {
  const exact = files.filter(({ before, after }) => before === '' && after === '');
  const ofTask = files.filter(({ before, after }) => plain(before + after).includes(plain(task.name)));
  const alike = exact.length > 0 ? exact : ofTask.length > 0 ? ofTask : files;
  const left = alike.some(({ isMatched }) => isMatched) ? alike.filter(({ isMatched }) => isMatched) : alike;
  const parts = left.filter(({ part }) => part !== undefined);
  if (parts.length === left.length) return parts.map(({ path }) => path).sort();
  if (left.length === 1) return left.map(({ path }) => path);
  const original = left.filter(({ path }) => /\.tsv(\.gz)?$/i.test(path)).sort((a, b) => a.path.length - b.path.length);
  if (exact.length > 0 && original[0]) return [original[0].path];
  throw new Fault({ code: 'ambiguous-file', where, expected: `one file of ${left[0]?.split ?? 'rows'}`, got: left.map(({ path }) => path).join(' and '), remedy: 'Keep one of them there, or choose the files: under “Your own files” on the page, with --train_file FILE --validation_file FILE on a command line.' });
}
