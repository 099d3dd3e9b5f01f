/**
 * Comma-separated text (RFC 4180): fields may stand in double quotes, and then hold separators, line breaks and `""`.
 *
 * Libraries for it read more dialects than tables of examples come in, and end at a broken row or join it with the next;
 * here a row is told with its line, and reading goes on at the line after it.
 */
import { brokenRow, emptyFile, MAX_ROW, placesOf, rowTooLong, type BrokenRow, type Table, type TableRow } from './table.ts';

/** Separators that spreadsheets write; the commonest in the header is the file's. */
const SEPARATORS = [',', ';', '\t'] as const;
const QUOTE_REMEDY = 'A field in double quotes ends with one, and a quote within it is written twice.';
/** Most characters of a row with a quote that is still open; a stray quote would take in the rest of the file. */
const MAX_QUOTED = 2 ** 20;

interface Record {
  readonly line: number;
  readonly fields: readonly string[];
}

/** A record, and where the next one begins. */
interface Found {
  readonly fields: readonly string[];
  readonly end: number;
}

/** A record that breaks off in a quoted field, or has text after one. */
type Wrong = 'open' | 'after-quote';

/**
 * Opens a table whose columns are named in its first row. Rows with another number of fields, or with quotes that do not
 * close, are broken. FormatError EmptyFile when there is no row.
 */
export async function openCsv(parts: AsyncGenerator<string>, where: string): Promise<Table> {
  const batches = recordBatches(parts, where);
  const first = await batches.next();
  const [head, ...begun] = first.done ? [] : first.value;
  if (head === undefined) throw emptyFile(where);
  if ('fault' in head) throw head.fault;
  const columns = head.fields;
  return {
    where,
    format: 'csv',
    columns,
    async *batches(wanted) {
      const at = placesOf(wanted, columns);
      const rows = (records: readonly (Record | BrokenRow)[]) => records.map((record) => ('fault' in record ? record : toRow(record, columns.length, at, where)));
      yield rows(begun);
      for await (const records of batches) yield rows(records);
    },
  };
}

function toRow({ line, fields }: Record, columns: number, at: readonly number[], where: string): TableRow {
  if (fields.length !== columns) return brokenRow(where, line, `${columns} columns`, `${fields.length}`, 'Fields with a separator or a line break in them stand in double quotes.');
  return { line, values: at.map((column) => fields[column] ?? '') };
}

async function* recordBatches(parts: AsyncIterable<string>, where: string): AsyncGenerator<readonly (Record | BrokenRow)[]> {
  const reader = new RecordReader(where);
  for await (const part of parts) {
    const records = reader.push(part, false);
    if (records.length > 0) yield records;
  }
  const records = reader.push('', true);
  if (records.length > 0) yield records;
}

/** Finds the records in parts of a text; what is not yet a whole record is kept for the next part. */
class RecordReader {
  #rest = '';
  #line = 1;
  #separator: string | undefined;

  constructor(private readonly where: string) {}

  push(part: string, isLast: boolean): readonly (Record | BrokenRow)[] {
    const text = this.#rest + part;
    const separator = (this.#separator ??= separatorOf(text));
    const records: (Record | BrokenRow)[] = [];
    let at = 0;
    while (at < text.length) {
      const found = recordAt(text, at, separator, isLast);
      if (found === undefined || (typeof found === 'string' && !isLast && !isLost(found, text, at))) break;
      const end = typeof found === 'string' ? lineEnd(text, at) : found.end;
      if (typeof found === 'string') records.push(this.#broken(found));
      else if (found.fields.length > 1 || found.fields[0] !== '') records.push({ line: this.#line, fields: found.fields });
      this.#line += lineFeeds(text, at, end);
      at = end;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > MAX_ROW) throw rowTooLong(this.where, this.#line);
    return records;
  }

  #broken(wrong: Wrong): BrokenRow {
    const [expected, got] = wrong === 'open' ? ['a closing double quote', 'none'] : ['a separator or the end of the line after a closing quote', 'other text'];
    return brokenRow(this.where, this.#line, expected, got, QUOTE_REMEDY);
  }
}

/** Whether more text cannot mend a wrong record, and its line is there to be left out. */
function isLost(wrong: Wrong, text: string, at: number): boolean {
  return text.includes('\n', at) && (wrong === 'after-quote' || text.length - at > MAX_QUOTED);
}

/** The separator that is commonest in the first line. */
function separatorOf(text: string): string {
  const head = text.slice(0, lineEnd(text, 0));
  const count = (separator: string) => head.split(separator).length;
  return SEPARATORS.reduce((best, separator) => (count(separator) > count(best) ? separator : best));
}

/** Where the next line begins, or the text ends. */
function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end + 1;
}

function lineFeeds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** The record that begins at a place; undefined when the text breaks off within it. */
function recordAt(text: string, start: number, separator: string, isLast: boolean): Found | Wrong | undefined {
  const fields: string[] = [];
  for (let at = start; ; ) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at, separator);
    if (typeof field === 'string') return field;
    fields.push(field.value);
    const next = text[field.end];
    if (next === separator) at = field.end + 1;
    else if (next === undefined) return isLast ? { fields, end: text.length } : undefined;
    else if (next === '\n') return { fields, end: field.end + 1 };
    else if (next === '\r' && text[field.end + 1] === '\n') return { fields, end: field.end + 2 };
    else if (next === '\r' && field.end + 1 === text.length) return isLast ? { fields, end: text.length } : undefined;
    else return 'after-quote';
  }
}

interface Field {
  readonly value: string;
  /** Where what follows the field begins. */
  readonly end: number;
}

function plainField(text: string, start: number, separator: string): Field {
  const line = text.indexOf('\n', start);
  const lineStop = line < 0 ? text.length : line;
  const next = text.indexOf(separator, start);
  const stop = next < 0 || next > lineStop ? lineStop : next;
  const end = stop === lineStop && stop > start && text[stop - 1] === '\r' ? stop - 1 : stop;
  return { value: text.slice(start, end), end };
}

function quotedField(text: string, start: number): Field | Wrong {
  for (let at = start + 1; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return 'open';
    if (text[quote + 1] !== '"') return { value: text.slice(start + 1, quote).replaceAll('""', '"'), end: quote + 1 };
    at = quote + 2;
  }
}
