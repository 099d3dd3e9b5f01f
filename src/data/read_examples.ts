/** The examples of a split's files as a stream, with each file judged by its broken rows when it ends. */
import { BrokenRows } from './broken_rows.ts';
import type { ColumnMap } from './column_map.ts';
import { openExamples, type ExampleTable, type FileExample } from './examples.ts';
import type { SplitFile } from './folder_tables.ts';
import type { TaskSpec } from './task.ts';

/** A handful of the 363 870 training rows of QQP are broken by line breaks within a question; the reference drops them too. */
const TOLERATED: Readonly<Record<string, number>> = { qqp: 0.001 };

export interface ReadingOptions {
  readonly columns?: ColumnMap | undefined;
  /** Leave out rows that cannot be read. */
  readonly skip_broken_rows?: boolean | undefined;
  /** Rows may hide their label; they need one by default. */
  readonly isLabelNeeded?: boolean;
  /** Whether the place of a row counts, so that none is ever left out. */
  readonly keepsPlaces?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** The bytes of the file that is being read. */
  readonly onBytes?: ((where: string, done: number, total: number) => void) | undefined;
  /** Told of a table before its first row. */
  readonly onTable?: (table: ExampleTable) => void;
  /** Told of a table's broken rows after its last one. */
  readonly onBroken?: (broken: BrokenRows) => void;
  /** Told in one sentence of rows that were left out. */
  readonly onNote?: ((text: string) => void) | undefined;
}

/**
 * The examples of one file after another, in batches. Broken rows are left out where the person agreed, or where the task's
 * original files are known to have so few of them; throws what `openExamples` and `BrokenRows.settle` throw.
 */
export async function* readExamples(task: TaskSpec, files: readonly SplitFile[], options: ReadingOptions): AsyncGenerator<readonly FileExample[]> {
  const { columns, isLabelNeeded = true, keepsPlaces = false, skip_broken_rows = false, signal, onBytes } = options;
  for (const { where, blob } of files) {
    const table = await openExamples(task, blob, where, { signal, columns, isLabelNeeded, onBytes: (done, total) => onBytes?.(where, done, total) });
    options.onTable?.(table);
    const broken = new BrokenRows();
    let rows = 0;
    for await (const batch of table.batches()) {
      broken.add(batch.broken);
      rows += batch.examples.length + batch.broken.length;
      yield batch.examples;
    }
    const note = broken.settle(where, rows, !keepsPlaces && skip_broken_rows, keepsPlaces ? 0 : (TOLERATED[task.name] ?? 0));
    if (note !== undefined) options.onNote?.(note);
    options.onBroken?.(broken);
  }
}
