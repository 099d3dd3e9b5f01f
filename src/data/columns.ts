/** Which columns of a table hold the texts and the label of a task: by the names that its files are known to have, or as a person says. */
import { Fault } from '../fault/fault.ts';
import { ambiguousColumn, missingColumns, type Table } from '../formats/table.ts';
import type { ColumnMap } from './column_map.ts';
import type { TaskSpec } from './task.ts';

/** The columns of a table that are read. */
export interface Columns {
  readonly text: string;
  readonly textPair?: string;
  /** Absent where rows have no label and need none. */
  readonly label?: string;
}

/** Names of the columns of two texts in the original files, on the Hub, and in tables prepared from either. */
const PAIRS: readonly (readonly [string, string])[] = [
  ['sentence1', 'sentence2'], ['premise', 'hypothesis'], ['question1', 'question2'], ['question', 'sentence'],
  ['#1 String', '#2 String'], ['text_a', 'text_b'], ['text1', 'text2'], ['text', 'text_pair'],
];
/** Names of the column of one text. */
const SINGLES: readonly string[] = ['sentence', 'text', 'text_a', 'sentence1'];
const LABELS: readonly string[] = ['label', 'gold_label'];

const REMEDY = 'Rename the columns, or choose the task that the file belongs to.';
const MAPPING_REMEDY = 'Say which columns are meant: under “Your own files” on the page, with --columns sentence1=premise,sentence2=hypothesis,label=gold on a command line.';

/**
 * The columns of a task in a table; those that `given` names go before the known names. FormatError MissingColumn where
 * there is no such column, or where none of the known names is there, and DuplicateName where it is there twice; `label`
 * may be missing unless it is needed. Fault `no-second-text` for a table of pairs where the task has single texts and
 * nobody said which column is meant.
 */
export function columnsOf(task: TaskSpec, table: Pick<Table, 'where' | 'columns' | 'format'>, given: ColumnMap = {}, isLabelNeeded = true): Columns {
  const { columns } = table;
  const has = (name: string | undefined): name is string => name !== undefined && columns.includes(name);
  const named = Object.values(given).filter((name) => name !== undefined);
  if (!named.every(has)) throw missingColumns(table, named, 'Name columns as they are in the file.');
  if (task.textPair === undefined && given.sentence2 !== undefined) throw noPair(task, given.sentence2);
  const texts = task.textPair === undefined ? single(task, table, given, has) : pair([task.text, task.textPair], given, has);
  const label = given.label ?? [task.label, ...LABELS].find(has);
  if (texts === undefined || (label === undefined && isLabelNeeded)) {
    const wanted = [task.label, task.text, ...(task.textPair === undefined ? [] : [task.textPair])];
    throw missingColumns(table, wanted, `${REMEDY} ${MAPPING_REMEDY}`);
  }
  const found = { ...texts, ...(label === undefined ? {} : { label }) };
  const twice = Object.values(found).find((name) => columns.indexOf(name) !== columns.lastIndexOf(name));
  if (twice !== undefined) throw ambiguousColumn(table, twice);
  return found;
}

/** The columns of a table that a task reads; undefined where its names do not tell, so that a person may choose among all. */
export function neededColumns(task: TaskSpec, columns: readonly string[], given: ColumnMap = {}): readonly string[] | undefined {
  try {
    return Object.values(columnsOf(task, { where: task.name, columns, format: 'parquet' }, given)).filter((name) => name !== undefined);
  } catch {
    return undefined;
  }
}

type Has = (name: string | undefined) => name is string;

function single(task: TaskSpec, table: Pick<Table, 'where'>, given: ColumnMap, has: Has): Pick<Columns, 'text'> | undefined {
  const text = given.sentence1 ?? [task.text, ...SINGLES].find(has);
  const pairOf = PAIRS.find((names) => names.every(has) && names.some((name) => name === text));
  if (given.sentence1 === undefined && pairOf) throw aPair(task, table, pairOf);
  return text === undefined ? undefined : { text };
}

function pair(own: readonly [string, string], given: ColumnMap, has: Has): Pick<Columns, 'text' | 'textPair'> | undefined {
  const [first, second] = [own, ...PAIRS].find(([a, b]) => has(given.sentence1 ?? a) && has(given.sentence2 ?? b)) ?? [];
  const [text, textPair] = [given.sentence1 ?? first, given.sentence2 ?? second];
  return text === undefined || textPair === undefined ? undefined : { text, textPair };
}

function aPair(task: TaskSpec, { where }: Pick<Table, 'where'>, names: readonly string[]): Fault {
  return new Fault({ code: 'no-second-text', where, expected: `one text, since ${task.name} has no pairs`, got: `the columns ${names.map((name) => JSON.stringify(name)).join(' and ')}`, remedy: 'Choose the task that the file belongs to, or say which column is the text, e.g. sentence=sentence1 as --columns.' });
}

function noPair(task: TaskSpec, got: string): Fault {
  return new Fault({ code: 'no-second-text', where: 'columns', expected: `one text, since ${task.name} has no pairs`, got: `${JSON.stringify(got)} as the second`, remedy: 'Leave sentence2 out, or choose a task of pairs.' });
}
