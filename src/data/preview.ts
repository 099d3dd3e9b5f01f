/** The first rows of a table with all its columns, and which of them a task would read. */
import { openTable } from '../formats/open_table.ts';
import { isBroken, type TableFormat } from '../formats/table.ts';
import type { ColumnMap } from './column_map.ts';
import { columnsOf, type Columns } from './columns.ts';
import { WITHOUT_HEADER } from './examples.ts';
import type { TaskSpec } from './task.ts';

export interface PreviewRow {
  readonly line: number;
  /** One value a column; undefined for a row that cannot be read. */
  readonly values: readonly string[] | undefined;
}

export interface TablePreview {
  readonly where: string;
  readonly format: TableFormat;
  readonly columns: readonly string[];
  readonly rows: readonly PreviewRow[];
}

/** Reads so many rows from the beginning of a table, and no more than they need; throws what `openTable` throws. */
export async function previewTable(task: TaskSpec, blob: Blob, where: string, count: number): Promise<TablePreview> {
  const { columns, format, batches } = await openTable(blob, where, { withoutHeader: WITHOUT_HEADER[task.name], isShown: true });
  const rows: PreviewRow[] = [];
  for await (const batch of batches(columns)) {
    rows.push(...batch.slice(0, count - rows.length).map((row) => ({ line: row.line, values: isBroken(row) ? undefined : row.values })));
    if (rows.length >= count) break;
  }
  return { where, format, columns, rows };
}

/** The columns that a task reads of a table, undefined where a person has to say. */
export function guessedColumns(task: TaskSpec, preview: TablePreview, given: ColumnMap = {}): Columns | undefined {
  try {
    return columnsOf(task, preview, given);
  } catch {
    return undefined;
  }
}
