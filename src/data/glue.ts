/** GLUE tasks from folders: the original files, the Hub's, or a person's own tables, in any form that `openTable` reads. */
import { FormatError } from '../formats/format_error.ts';
import { key, permutation } from '../random/counter.ts';
import { sharedWith } from './duplicates.ts';
import { isChosen, missingSplit, splitFinder, type DataFolder, type SplitFile } from './folder_tables.ts';
import { readExamples } from './read_examples.ts';
import type { TableChoice } from './table_choice.ts';
import type { Example, TaskData, TaskSpec } from './task.ts';

export type { DataFolder } from './folder_tables.ts';

export interface GlueOptions extends TableChoice {
  /** Decides which training rows become the tuning split. */
  readonly seed: number;
  readonly signal?: AbortSignal | undefined;
  /** Told in one sentence of rows that were left out, and of rows that occur in both splits. */
  readonly onNote?: ((text: string) => void) | undefined;
  /** The bytes of the file that is being read. */
  readonly onBytes?: ((where: string, done: number, total: number) => void) | undefined;
  /** Waited for between parts of a file. */
  readonly gate?: (() => Promise<void>) | undefined;
}

const TUNING_SHARE = 0.1;
const MAX_TUNING = 2000;

/**
 * Reads the splits of a task from a folder.
 *
 * `dev` is the development file (for MNLI the matched one, with `mismatched` beside it where the folder has it). `tuning` is
 * cut out of the training rows by the seed: ⌊n/10⌋ of them, at least 1 and at most 2000; both parts keep the order of the
 * file. A development file alone, or one file that a person named, is parted first: a fifth of it is `dev`, the rest is for
 * training, and a note says so. Throws FormatError MissingFile, EmptyFile, MissingColumn, UnknownLabel, BadRow, NotUtf8 and
 * what else `openTable` throws, with file, row and column; Fault `ambiguous-file`.
 */
export async function readGlueFolder(task: TaskSpec, folder: DataFolder, options: GlueOptions): Promise<TaskData> {
  const find = splitFinder(task, folder, options, options);
  const trainFiles = await find('train');
  const given = trainFiles.length > 0 ? await readSplit(task, trainFiles, options) : undefined;
  const devFiles = await find('dev');
  if (devFiles.length === 0 && !(given && isChosen(options))) throw missingSplit(task, folder, given ? 'dev' : 'train');
  const held = devFiles.length > 0 ? await readSplit(task, devFiles, options) : undefined;
  const mismatchedFiles = await find('mismatched');
  const mismatched = mismatchedFiles.length > 0 ? await readSplit(task, mismatchedFiles, options) : undefined;
  const { all, dev } = given && held ? { all: given, dev: held } : parted(given ?? held ?? [], [...trainFiles, ...devFiles], options);
  if (all.length < 2) {
    throw new FormatError('EmptyFile', `${folder.name}/train.tsv`, 'at least 2 rows, one of them for tuning', `${all.length}`, 'Give more training rows.');
  }
  for (const [split, rows] of [['dev', dev], ['mismatched', mismatched ?? []]] as const) {
    const shared = await sharedWith(rows, all, options.gate ?? (() => Promise.resolve()));
    if (shared > 0) options.onNote?.(`${folder.name}: ${shared} of the ${rows.length} ${split} rows occur among the training rows too.`);
  }
  const tuningRows = Math.max(1, Math.min(MAX_TUNING, Math.floor(all.length * TUNING_SHARE)));
  const chosen = new Set(permutation(key(options.seed, 'split'), all.length).subarray(0, tuningRows));
  return { task, train: all.filter((_, i) => !chosen.has(i)), tuning: all.filter((_, i) => chosen.has(i)), dev, ...(mismatched ? { mismatched } : {}) };
}

/** One file that has to do for both: four fifths to train on, and the others for the scores. */
function parted(rows: readonly Example[], [file]: readonly SplitFile[], { seed, onNote }: GlueOptions): { all: Example[]; dev: Example[] } {
  const chosen = new Set(permutation(key(seed, 'split', 1), rows.length).subarray(0, Math.ceil(rows.length / 5)));
  onNote?.(`${file?.where ?? 'The file'} stands alone, without a file of training rows: ${rows.length - chosen.size} of its rows are trained on, and the scores are those of the other ${chosen.size}.`);
  return { all: rows.filter((_, i) => !chosen.has(i)), dev: rows.filter((_, i) => chosen.has(i)) };
}

/** The examples of a split that have a label; a note on rows that were left out. */
async function readSplit(task: TaskSpec, files: readonly SplitFile[], options: GlueOptions): Promise<Example[]> {
  const examples: Example[] = [];
  for await (const batch of readExamples(task, files, options)) {
    for (const { label, ...texts } of batch) if (label !== undefined) examples.push({ ...texts, label });
    await options.gate?.();
  }
  return examples;
}
