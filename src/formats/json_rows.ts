/** Rows as JSON objects: one a line, a list of them, or an object of them by key. */
import { FormatError } from './format_error.ts';
import { JsonMembers, type Member } from './json_members.ts';
import { brokenRow, emptyFile, type BrokenRow, type Table, type TableFormat, type TableOptions, type TableRow } from './table.ts';
import { isJsonObject, parseObject, showValue, type JsonObject } from './text.ts';
import { lineBatches } from './text_stream.ts';

/** A row before its columns are picked. */
interface ObjectRow {
  readonly line: number;
  readonly value: JsonObject;
}

type Rows = AsyncGenerator<readonly (ObjectRow | BrokenRow)[]>;

/** Rows whose names are the columns: an object may leave out what it has no value for. */
const LOOKED_THROUGH = 100;
const REMEDY = 'Each row is an object such as {"sentence": "…", "label": 1}.';

/** One object a line; lines that are none are broken. FormatError EmptyFile when there is no line. */
export function openJsonLines(parts: AsyncGenerator<string>, where: string, options: TableOptions = {}): Promise<Table> {
  return openRows(lineRows(parts, where), where, 'jsonl', options);
}

/** A list of objects, or an object of objects; members that are no objects are broken. FormatError NotJson where the text breaks off. */
export function openJson(parts: AsyncGenerator<string>, where: string, options: TableOptions = {}): Promise<Table> {
  return openRows(memberRows(parts, where), where, 'json', options);
}

/** The columns are the names in the first rows, in the order in which they come. */
async function openRows(rows: Rows, where: string, format: TableFormat, { isShown = false }: TableOptions): Promise<Table> {
  const begun: (readonly (ObjectRow | BrokenRow)[])[] = [];
  const columns = new Set<string>();
  for (let seen = 0; seen < LOOKED_THROUGH; ) {
    const batch = await rows.next();
    if (batch.done) break;
    begun.push(batch.value);
    for (const row of batch.value.slice(0, LOOKED_THROUGH - seen)) {
      if (!('value' in row)) continue;
      seen++;
      for (const name of Object.keys(row.value)) columns.add(name);
    }
  }
  const [first] = begun.flat();
  if (first === undefined) throw emptyFile(where);
  if (columns.size === 0 && 'fault' in first) throw first.fault;
  const asked = (batch: readonly (ObjectRow | BrokenRow)[], wanted: readonly string[]) => batch.map((row) => picked(row, wanted, where, isShown));
  return {
    where,
    format,
    columns: [...columns],
    async *batches(wanted) {
      for (const batch of begun) yield asked(batch, wanted);
      for await (const batch of rows) yield asked(batch, wanted);
    },
  };
}

function picked(row: ObjectRow | BrokenRow, wanted: readonly string[], where: string, isShown: boolean): TableRow {
  if ('fault' in row) return row;
  const values: string[] = [];
  for (const name of wanted) {
    const value = Object.hasOwn(row.value, name) ? row.value[name] : undefined;
    const isOne = value !== undefined && (typeof value !== 'object' || value === null);
    if (!isOne && !isShown) return brokenRow(where, row.line, `a text or a number as ${showValue(name)}`, showValue(value), REMEDY);
    values.push(value === null || value === undefined ? '' : isOne ? String(value) : showValue(value));
  }
  return { line: row.line, values };
}

async function* lineRows(parts: AsyncIterable<string>, where: string): Rows {
  for await (const { first, lines } of lineBatches(parts, where)) {
    yield lines.flatMap((text, i) => (text.trim() === '' ? [] : [objectRow(text, first + i, where)]));
  }
}

function objectRow(text: string, line: number, where: string): ObjectRow | BrokenRow {
  const found = parseObject(text);
  return 'value' in found ? { line, value: found.value } : brokenRow(where, line, 'a JSON object', found.got, REMEDY);
}

async function* memberRows(parts: AsyncIterable<string>, where: string): Rows {
  const members = new JsonMembers(where);
  let line = 1;
  for await (const part of parts) {
    const found = members.push(part);
    if (found.length > 0) yield found.map((member) => memberRow(member, line++, where));
  }
  members.end();
}

/** A member of an object has its key before it. */
function memberRow({ text, isNamed }: Member, line: number, where: string): ObjectRow | BrokenRow {
  if (text.trim() === '') return brokenRow(where, line, 'a JSON object', 'a comma without one', REMEDY);
  if (!isNamed) return objectRow(text, line, where);
  const found = parseObject(`{${text}}`);
  const value = 'value' in found ? Object.values(found.value)[0] : undefined;
  return isJsonObject(value) ? { line, value } : brokenRow(where, line, 'a JSON object', 'got' in found ? found.got : showValue(value), REMEDY);
}

/**
 * Which of the forms a JSON text has, by its first characters: a list, an object whose first value is an object, or rows
 * one a line. FormatError UnsupportedFormat for an object of columns.
 */
export function jsonForm(head: string, where: string): 'json' | 'jsonl' {
  if (/^\s*\[/.test(head)) return 'json';
  const first = /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*(.)/s.exec(head)?.[1];
  if (first === '[') throw new FormatError('UnsupportedFormat', where, 'rows as JSON objects', 'an object of lists', 'Write one object a row, e.g. with pandas: to_json(orient="records", lines=True).');
  return first === '{' ? 'json' : 'jsonl';
}
