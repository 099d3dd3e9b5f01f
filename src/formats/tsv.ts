/** Tab-separated text as GLUE writes it: one row a line, and quote characters are ordinary text. */
import { brokenRow, emptyFile, placesOf, type Table, type TableOptions, type TableRow } from './table.ts';
import { lineBatches, type Lines } from './text_stream.ts';

const REMEDY = 'Columns are separated by one tab each, and no field holds a tab or a line break.';

/**
 * Opens a table whose columns are named in its first line, or by `withoutHeader`.
 *
 * Rows with another number of columns are broken. FormatError EmptyFile when there is no line.
 */
export async function openTsv(parts: AsyncGenerator<string>, where: string, { withoutHeader }: TableOptions = {}): Promise<Table> {
  const batches = lineBatches(parts, where);
  const first = await batches.next();
  if (first.done) throw emptyFile(where);
  const head = (first.value.lines[0] ?? '').split('\t');
  const isHeader = withoutHeader === undefined || head.length !== withoutHeader.length || head.filter((name) => withoutHeader.includes(name)).length >= 2;
  const columns = isHeader ? head : withoutHeader;
  const begun: Lines = isHeader ? { first: first.value.first + 1, lines: first.value.lines.slice(1) } : first.value;
  return {
    where,
    format: 'tsv',
    columns,
    async *batches(wanted) {
      const at = placesOf(wanted, columns);
      const rows = ({ first, lines }: Lines) => lines.map((line, i) => toRow(line, first + i, columns.length, at, where));
      yield rows(begun);
      for await (const lines of batches) yield rows(lines);
    },
  };
}

function toRow(text: string, line: number, columns: number, at: readonly number[], where: string): TableRow {
  const fields = text.split('\t');
  if (fields.length !== columns) return brokenRow(where, line, `${columns} columns`, `${fields.length}`, REMEDY);
  return { line, values: at.map((column) => fields[column] ?? '') };
}
