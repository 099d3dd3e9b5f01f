/** The first rows of a table with all its columns, and which of them a task would read. */
import { openTable } from '../formats/open_table.ts';
import { isBroken, type BrokenRow, type GoodRow, type TableFormat } from '../formats/table.ts';
import type { ColumnMap } from './column_map.ts';
import { columnsOf, type Columns } from './columns.ts';
import { WITHOUT_HEADER } from './examples.ts';
import { readLabel } from './labels.ts';
import type { TaskSpec } from './task.ts';

export interface PreviewRow {
  readonly line: number;
  /** One value a column; undefined for a row that cannot be read. */
  readonly values?: readonly string[];
  /** Why it cannot. */
  readonly fault?: { readonly expected: string; readonly got: string };
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
    rows.push(...batch.slice(0, count - rows.length).map(previewRow));
    if (rows.length >= count) break;
  }
  return { where, format, columns, rows };
}

function previewRow(row: GoodRow | BrokenRow): PreviewRow {
  if (!isBroken(row)) return { line: row.line, values: row.values };
  const { expected, got } = row.fault;
  return { line: row.line, fault: { expected, got } };
}

/** A row whose label the task does not know. */
export interface UnknownLabel {
  readonly line: number;
  readonly word: string;
}

/** The rows of a preview with a label that the task does not know, which a training would stop at. */
export function unknownLabels(task: TaskSpec, { columns, rows }: TablePreview, label: string | undefined): readonly UnknownLabel[] {
  const at = label === undefined ? -1 : columns.indexOf(label);
  return rows.flatMap(({ line, values }) => {
    const word = values?.[at];
    return word === undefined || readLabel(task, word) !== undefined ? [] : [{ line, word }];
  });
}

/** The columns that a task reads of a table, undefined where a person has to say. */
export function guessedColumns(task: TaskSpec, preview: TablePreview, given: ColumnMap = {}): Columns | undefined {
  try {
    return columnsOf(task, preview, given);
  } catch {
    return undefined;
  }
}
