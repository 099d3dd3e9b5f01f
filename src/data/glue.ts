/** GLUE tasks from folders in the original form: `train.tsv` and `dev.tsv`, plain or packed with gzip. */
import { FormatError } from '../formats/format_error.ts';
import { gunzip, isGzip } from '../formats/gzip.ts';
import { showValue } from '../formats/text.ts';
import { readTsv, type TsvLayout, type TsvRow } from '../formats/tsv.ts';
import { key, permutation } from '../random/counter.ts';
import type { Example, TaskData, TaskSpec } from './task.ts';

/** What is needed of a folder; `hub/folder.ts` has the sources. */
export interface DataFolder {
  readonly name: string;
  read(path: string, options?: { signal?: AbortSignal | undefined }): Promise<Uint8Array | undefined>;
  list?(): readonly string[];
}

export interface GlueOptions {
  /** Decides which training rows become the tuning split. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Told in one sentence of every row that was left out. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/** What is peculiar to the original files of one task. */
interface Peculiarity extends TsvLayout {
  /** Names of the development file without ending, the preferred one first. */
  readonly dev?: readonly string[];
}

const PECULIARITIES: ReadonlyMap<string, Peculiarity> = new Map<string, Peculiarity>([
  ['cola', { withoutHeader: ['source', 'label', 'author_mark', 'sentence'] }],
  ['mnli', { dev: ['dev_matched', 'dev'] }],
  // A handful of the 363 870 training rows of QQP are broken by line breaks within a question.
  ['qqp', { brokenShare: 0.001 }],
]);

const MAX_BYTES = 256 * 2 ** 20;
const TUNING_SHARE = 0.1;
const MAX_TUNING = 2000;

/**
 * Reads the splits of a task from a folder.
 *
 * `dev` is the development file (the matched one for MNLI). `tuning` is cut out of the training rows by the seed:
 * ⌊n/10⌋ of them, at least 1 and at most 2000; both parts keep the order of the file. A development file alone is parted
 * first: a fifth of it is `dev`, the rest is for training, and a note says so. Throws FormatError MissingFile, EmptyFile,
 * MissingColumn, UnknownLabel, BadRow, NotUtf8 or TooLarge with file, row and column.
 */
export async function readGlueFolder(task: TaskSpec, folder: DataFolder, options: GlueOptions): Promise<TaskData> {
  const peculiar = PECULIARITIES.get(task.name) ?? {};
  const devNames = peculiar.dev ?? ['dev'];
  const table = await findTable(folder, ['train'], options);
  const rows = table && readSplit(task, table, peculiar, options);
  const held = await findTable(folder, devNames, options);
  if (!held) throw missing(folder, rows ? devNames : ['train']);
  const heldRows = readSplit(task, held, peculiar, options);
  const { all, dev } = rows ? { all: rows, dev: heldRows } : parted(heldRows, held.where, options);
  if (all.length < 2) {
    throw new FormatError('EmptyFile', `${folder.name}/train.tsv`, 'at least 2 rows, one of them for tuning', `${all.length}`, 'Give more training rows.');
  }
  const tuningRows = Math.max(1, Math.min(MAX_TUNING, Math.floor(all.length * TUNING_SHARE)));
  const chosen = new Set(permutation(key(options.seed, 'split'), all.length).subarray(0, tuningRows));
  return { task, train: all.filter((_, i) => !chosen.has(i)), tuning: all.filter((_, i) => chosen.has(i)), dev };
}

/** A development file that has to do for both: four fifths to train on, and the others for the scores. */
function parted(rows: readonly Example[], where: string, { seed, onNote }: GlueOptions): { all: Example[]; dev: Example[] } {
  const chosen = new Set(permutation(key(seed, 'split', 1), rows.length).subarray(0, Math.ceil(rows.length / 5)));
  onNote?.(`${where} stands alone, without a file of training rows: ${rows.length - chosen.size} of its rows are trained on, and the scores are those of the other ${chosen.size}.`);
  return { all: rows.filter((_, i) => !chosen.has(i)), dev: rows.filter((_, i) => chosen.has(i)) };
}

interface Table {
  readonly bytes: Uint8Array;
  readonly where: string;
}

function readSplit(task: TaskSpec, { bytes, where }: Table, layout: TsvLayout, options: GlueOptions): Example[] {
  const wanted = [task.label, task.text, ...(task.textPair === undefined ? [] : [task.textPair])];
  const { rows, broken } = readTsv(bytes, where, wanted, layout);
  if (broken.length > 0) {
    options.onNote?.(`${where}: ${broken.length} rows with a wrong number of columns are left out (row ${broken.slice(0, 5).join(', ')}${broken.length > 5 ? ' …' : ''}).`);
  }
  return rows.map((row) => toExample(task, row, where));
}

const candidatesOf = (names: readonly string[]): string[] => names.flatMap((name) => [`${name}.tsv`, `${name}.tsv.gz`]);

async function findTable(folder: DataFolder, names: readonly string[], { signal }: GlueOptions): Promise<Table | undefined> {
  for (const path of [...candidatesOf(names), ...prefixed(folder, names)]) {
    const bytes = await folder.read(path, { signal });
    const where = `${folder.name}/${path}`;
    if (bytes) return { bytes: isGzip(bytes) ? await gunzip(bytes, where, MAX_BYTES) : checkSize(bytes, where), where };
  }
  return undefined;
}

function missing(folder: DataFolder, names: readonly string[]): FormatError {
  const listed = folder.list?.().slice(0, 20).join(', ');
  const got = listed === undefined ? 'none of them' : listed || 'no files';
  return new FormatError('MissingFile', folder.name, candidatesOf(names).join(' or '), got, 'Give the folder of one task, with train.tsv and dev.tsv.');
}

/** The only file whose name ends so, e.g. `16-100.train.tsv` of a few-shot folder. */
function prefixed(folder: DataFolder, names: readonly string[]): readonly string[] {
  const endings = names.flatMap((name) => [`.${name}.tsv`, `.${name}.tsv.gz`]);
  const found = (folder.list?.() ?? []).filter((path) => endings.some((ending) => path.endsWith(ending)));
  return found.length === 1 ? found : [];
}

function checkSize(bytes: Uint8Array, where: string): Uint8Array {
  if (bytes.length <= MAX_BYTES) return bytes;
  throw new FormatError('TooLarge', where, `at most ${MAX_BYTES} bytes`, `${bytes.length} bytes`, 'Give a smaller table.');
}

function toExample(task: TaskSpec, { line, values }: TsvRow, where: string): Example {
  const [word = '', text = '', textPair] = values;
  const label = task.labels.length === 0 ? toScore(task, word) : toClass(task, word);
  if (label === undefined) {
    const expected = task.labels.length === 0 ? `a number${task.scores ? ` from ${task.scores.join(' to ')}` : ''}` : `one of ${task.labels.map((name, id) => `${showValue(name)} or ${id}`).join(', ')}`;
    throw new FormatError('UnknownLabel', `${where}, row ${line}, column ${showValue(task.label)}`, expected, showValue(word), `Choose the task that the file belongs to; this is read as ${task.name}.`);
  }
  return textPair === undefined ? { text, label } : { text, textPair, label };
}

/** Class id of a label word, or of its number. */
function toClass({ labels }: TaskSpec, word: string): number | undefined {
  const named = labels.indexOf(word);
  if (named >= 0) return named;
  return /^\d+$/.test(word) && Number(word) < labels.length ? Number(word) : undefined;
}

function toScore({ scores: [least, largest] = [-Infinity, Infinity] }: TaskSpec, word: string): number | undefined {
  const score = /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : NaN;
  return score >= least && score <= largest ? score : undefined;
}
