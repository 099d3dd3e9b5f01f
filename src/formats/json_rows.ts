/** Rows as JSON objects: one a line, a list of them, or an object of them by key. */
import { FormatError } from './format_error.ts';
import { JsonMembers, type Member } from './json_members.ts';
import { brokenRow, emptyFile, type BrokenRow, type Table, type TableFormat, type TableRow } from './table.ts';
import { isJsonObject, parseObject, showValue, type JsonObject } from './text.ts';
import { lineBatches } from './text_stream.ts';

/** A row before its columns are picked. */
interface ObjectRow {
  readonly line: number;
  readonly value: JsonObject;
}

type Rows = AsyncGenerator<readonly (ObjectRow | BrokenRow)[]>;

const REMEDY = 'Each row is an object such as {"sentence": "…", "label": 1}.';

/** One object a line; lines that are none are broken. FormatError EmptyFile when there is no line. */
export function openJsonLines(parts: AsyncGenerator<string>, where: string): Promise<Table> {
  return openRows(lineRows(parts, where), where, 'jsonl');
}

/** A list of objects, or an object of objects; members that are no objects are broken. FormatError NotJson where the text breaks off. */
export function openJson(parts: AsyncGenerator<string>, where: string): Promise<Table> {
  return openRows(memberRows(parts, where), where, 'json');
}

async function openRows(rows: Rows, where: string, format: TableFormat): Promise<Table> {
  const begun: (readonly (ObjectRow | BrokenRow)[])[] = [];
  let first: JsonObject | undefined;
  while (first === undefined) {
    const batch = await rows.next();
    if (batch.done) break;
    begun.push(batch.value);
    first = batch.value.find((row) => 'value' in row)?.value;
  }
  const [broken] = begun.flat();
  if (broken === undefined) throw emptyFile(where);
  if (first === undefined && 'fault' in broken) throw broken.fault;
  return {
    where,
    format,
    columns: Object.keys(first ?? {}),
    async *batches(wanted) {
      for (const batch of begun) yield batch.map((row) => picked(row, wanted, where));
      for await (const batch of rows) yield batch.map((row) => picked(row, wanted, where));
    },
  };
}

function picked(row: ObjectRow | BrokenRow, wanted: readonly string[], where: string): TableRow {
  if ('fault' in row) return row;
  const values: string[] = [];
  for (const name of wanted) {
    const value = Object.hasOwn(row.value, name) ? row.value[name] : undefined;
    if (value === undefined || (typeof value === 'object' && value !== null)) {
      return brokenRow(where, row.line, `a text or a number as ${showValue(name)}`, showValue(value), REMEDY);
    }
    values.push(value === null ? '' : String(value));
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
