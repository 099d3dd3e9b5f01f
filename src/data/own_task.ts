/** A task of a person's own tables, found in its training rows as Hugging Face's `run_glue` does where no task is named. */
import { FormatError } from '../formats/format_error.ts';
import { openTable } from '../formats/open_table.ts';
import { isBroken, missingColumns, type TableOptions } from '../formats/table.ts';
import { showValue } from '../formats/text.ts';
import type { ColumnMap } from './column_map.ts';
import { isInteger, isNumber } from './labels.ts';
import type { TaskSpec } from './task.ts';

/** What such a task is called in recipes, files and tables. */
export const OWN_TASK = 'custom';

/** More labels than this are no classes. */
const MOST_LABELS = 1000;

export interface OwnTaskOptions extends Pick<TableOptions, 'signal' | 'onBytes'> {
  readonly columns?: ColumnMap | undefined;
}

/**
 * The task of a table of training rows.
 *
 * Label: the column `label`. Texts: `sentence1` and `sentence2` where both are there, else the first two columns that are
 * not the label, or the only one; `columns` goes before all of it. Labels are the different values in order: of the numbers
 * for integers, else of the alphabet. Numbers with a fraction make it a regression. Throws FormatError MissingColumn,
 * UnknownLabel for fewer than two labels or more than 1000, and what opening a table throws. Source: `run_glue.py`.
 */
export async function ownTask(blob: Blob, where: string, { columns: given = {}, ...options }: OwnTaskOptions = {}): Promise<TaskSpec> {
  const table = await openTable(blob, where, options);
  const label = given.label ?? 'label';
  const texts = textsOf(table.columns.filter((name) => name !== label), given);
  const wanted = [label, texts.text, texts.textPair].filter((name) => name !== undefined);
  if (texts.text === undefined || !wanted.every((name) => table.columns.includes(name))) {
    throw missingColumns(table, wanted, 'Name the columns, e.g. --columns sentence1=question,sentence2=answer,label=gold; or name a task of GLUE with --task_name.');
  }
  const place = `${where}, column ${showValue(label)}`;
  const words = await labelWords(table.batches([label]), place);
  const { text, textPair } = texts;
  const own = { name: OWN_TASK, text, ...(textPair === undefined ? {} : { textPair }), label };
  if (isRegression(words)) return { ...own, labels: [], metrics: ['pearson', 'spearmanr', 'mse'] };
  if (words.length >= 2 && words.length <= MOST_LABELS) return { ...own, labels: words.sort(words.every(isInteger) ? byNumber : byCharacters), metrics: ['accuracy'] };
  throw noClasses(place, words.length > MOST_LABELS ? `more than ${MOST_LABELS}` : words.map((word) => showValue(word)).join(', ') || 'none');
}

function textsOf(others: readonly string[], { sentence1, sentence2 }: ColumnMap): { readonly text: string | undefined; readonly textPair: string | undefined } {
  if (sentence1 !== undefined || sentence2 !== undefined) return { text: sentence1 ?? others.find((name) => name !== sentence2), textPair: sentence2 };
  const [text, textPair] = others.includes('sentence1') && others.includes('sentence2') ? ['sentence1', 'sentence2'] : others;
  return { text, textPair };
}

/** The different labels; rows that are broken or have none are told of when they are read. */
async function labelWords(batches: ReturnType<Awaited<ReturnType<typeof openTable>>['batches']>, where: string): Promise<string[]> {
  const words = new Set<string>();
  let numbers = true;
  for await (const rows of batches) {
    for (const row of rows) {
      const word = isBroken(row) ? '' : (row.values[0] ?? '').trim();
      if (word === '') continue;
      words.add(word);
      numbers &&= isNumber(word);
      if (words.size > MOST_LABELS && !numbers) throw noClasses(where, `more than ${MOST_LABELS}`);
    }
  }
  return [...words];
}

function noClasses(where: string, got: string): FormatError {
  return new FormatError('UnknownLabel', where, `2 to ${MOST_LABELS} different labels, or numbers with a fraction`, got, 'Name the column of the label, e.g. --columns label=gold.');
}

const isRegression = (words: readonly string[]): boolean => words.length > 0 && words.every(isNumber) && !words.every(isInteger);
const byNumber = (a: string, b: string): number => Number(a) - Number(b);
const byCharacters = (a: string, b: string): number => (a < b ? -1 : 1);
