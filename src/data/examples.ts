/** The examples of a table, batch by batch; rows that cannot be read are told apart, with their place and why. */
import { FormatError } from '../formats/format_error.ts';
import { openTable } from '../formats/open_table.ts';
import { isBroken, type BrokenRow, type GoodRow, type Table, type TableOptions } from '../formats/table.ts';
import { showValue } from '../formats/text.ts';
import type { ColumnMap } from './column_map.ts';
import { columnsOf, type Columns } from './columns.ts';
import { isHidden, knownLabels, readLabel } from './labels.ts';
import type { Example, TaskSpec } from './task.ts';

/** Columns of a task's original files that have no header. */
export const WITHOUT_HEADER: Readonly<Record<string, readonly string[]>> = { cola: ['source', 'label', 'author_mark', 'sentence'] };

/** An example of a file; test files hide their labels. */
export type FileExample = Omit<Example, 'label'> & { readonly label: number | undefined };

export interface ExampleBatch {
  readonly examples: readonly FileExample[];
  readonly broken: readonly BrokenRow[];
}

/** A table as a task reads it. */
export interface ExampleTable {
  readonly table: Pick<Table, 'where' | 'format' | 'columns'>;
  readonly columns: Columns;
  batches(): AsyncIterable<ExampleBatch>;
}

export interface ExampleOptions extends Omit<TableOptions, 'withoutHeader'> {
  /** Columns as a person names them. */
  readonly columns?: ColumnMap | undefined;
  /** Whether rows must have a label; the column may be absent otherwise, and -1 stands for a hidden one. */
  readonly isLabelNeeded?: boolean;
}

/** Opens a table of a task's examples; throws what `openTable` and `columnsOf` throw. */
export async function openExamples(task: TaskSpec, blob: Blob, where: string, { columns: given, isLabelNeeded = true, ...options }: ExampleOptions = {}): Promise<ExampleTable> {
  const table = await openTable(blob, where, { ...options, withoutHeader: WITHOUT_HEADER[task.name] });
  const columns = columnsOf(task, table, given, isLabelNeeded);
  const wanted = [columns.text, ...(columns.textPair === undefined ? [] : [columns.textPair]), ...(columns.label === undefined ? [] : [columns.label])];
  return {
    table,
    columns,
    async *batches() {
      for await (const rows of table.batches(wanted)) {
        const examples: FileExample[] = [];
        const broken: BrokenRow[] = [];
        for (const row of rows) {
          const example = isBroken(row) ? row : toExample(task, row, columns, where, isLabelNeeded);
          if ('fault' in example) broken.push(example);
          else examples.push(example);
        }
        yield { examples, broken };
      }
    },
  };
}

function toExample(task: TaskSpec, { line, values }: GoodRow, columns: Columns, where: string, isLabelNeeded: boolean): FileExample | BrokenRow {
  const text = values[0] ?? '';
  const word = columns.label === undefined ? undefined : values.at(-1);
  const label = word === undefined ? undefined : readLabel(task, word);
  if (word !== undefined && label === undefined && (isLabelNeeded || !isHidden(word))) return { line, fault: unknownLabel(task, word, `${where}, row ${line}, column ${showValue(columns.label)}`) };
  return columns.textPair === undefined ? { text, label } : { text, textPair: values[1] ?? '', label };
}

function unknownLabel(task: TaskSpec, word: string, where: string): FormatError {
  return new FormatError('UnknownLabel', where, knownLabels(task), showValue(word), `Choose the task that the file belongs to; this is read as ${task.name}.`);
}
