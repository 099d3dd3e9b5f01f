/** What the tables of a task hold: rows, labels, lengths, duplicates; read as a stream, so that no table is kept. */
import type { FormatError } from '../formats/format_error.ts';
import type { TableFormat } from '../formats/table.ts';
import type { ColumnMap } from './column_map.ts';
import type { Columns } from './columns.ts';
import { TextSet } from './duplicates.ts';
import type { FileExample } from './examples.ts';
import type { SplitFile } from './folder_tables.ts';
import { Lengths, type LengthReport } from './lengths.ts';
import { readExamples } from './read_examples.ts';
import type { TaskSpec } from './task.ts';

/** The tables to look at, by the name of their split. */
export type TablesBySplit = ReadonlyMap<string, readonly SplitFile[]>;

/** A row that was left out. */
export interface BrokenReport {
  readonly row: number;
  readonly where: string;
  readonly expected: string;
  readonly got: string;
}

export interface SplitReport {
  readonly split: string;
  readonly files: readonly string[];
  readonly format: TableFormat;
  /** All columns of the file, and those that are read. */
  readonly columns: readonly string[];
  readonly read: Columns;
  /** Rows that can be used. */
  readonly rows: number;
  /** How many of them have no label, as those of test files. */
  readonly unlabelled: number;
  /** Rows by label, of a classification. */
  readonly labels?: Readonly<Record<string, number>>;
  /** Of a regression. */
  readonly scores?: { readonly least: number; readonly largest: number; readonly mean: number };
  readonly lengths?: LengthReport;
  /** Rows whose texts had occurred in the split before. */
  readonly repeated: number;
  readonly broken: { readonly count: number; readonly first: readonly BrokenReport[] };
}

export interface DataReport {
  readonly task: string;
  readonly splits: readonly SplitReport[];
  /** Rows of one split whose texts occur in another. */
  readonly shared: readonly { readonly of: string; readonly among: string; readonly rows: number }[];
  readonly notes: readonly string[];
}

export interface ReportOptions {
  readonly columns?: ColumnMap | undefined;
  readonly skip_broken_rows?: boolean | undefined;
  /** The length of a row, in tokens or in words. */
  readonly lengthOf: (example: FileExample) => number;
  readonly signal?: AbortSignal | undefined;
  readonly onBytes?: ((where: string, done: number, total: number) => void) | undefined;
}

/** Looks through all tables; rows of splits called `test…` need no label. Throws what reading them to train on would throw. */
export async function reportOn(task: TaskSpec, tables: TablesBySplit, options: ReportOptions): Promise<DataReport> {
  const seen = new Map<string, TextSet>();
  const shared = new Map<string, number>();
  const notes: string[] = [];
  const splits: SplitReport[] = [];
  for (const [split, files] of tables) {
    const texts = new TextSet();
    const onExample = (example: FileExample) => {
      texts.add(example);
      for (const [other, set] of seen) shared.set(`${split}\n${other}`, (shared.get(`${split}\n${other}`) ?? 0) + Number(set.has(example)));
    };
    const counts = new Counts(task);
    const { broken, ...kind } = await readAll(task, split, files, { ...options, onExample, counts, notes });
    splits.push({ split, files: files.map(({ where }) => where), ...kind, ...counts.report(), repeated: texts.repeated, broken });
    seen.set(split, texts);
  }
  const pairs = [...shared].map(([pair, rows]) => ({ of: pair.split('\n')[0] ?? '', among: pair.split('\n')[1] ?? '', rows }));
  return { task: task.name, splits, shared: pairs, notes };
}

interface Reading extends ReportOptions {
  readonly onExample: (example: FileExample) => void;
  readonly counts: Counts;
  readonly notes: string[];
}

async function readAll(task: TaskSpec, split: string, files: readonly SplitFile[], { onExample, counts, notes, lengthOf, ...options }: Reading): Promise<Pick<SplitReport, 'format' | 'columns' | 'read' | 'broken'>> {
  let kind: Pick<SplitReport, 'format' | 'columns' | 'read'> | undefined;
  const first: BrokenReport[] = [];
  let count = 0;
  const batches = readExamples(task, files, {
    ...options,
    isLabelNeeded: !split.startsWith('test'),
    onTable: ({ table: { format, columns }, columns: read }) => void (kind ??= { format, columns, read }),
    onBroken: (broken) => {
      count += broken.count;
      first.push(...broken.first.map(({ line, fault }) => brokenReport(line, fault)));
    },
    onNote: (note) => notes.push(note),
  });
  for await (const batch of batches) {
    for (const example of batch) {
      onExample(example);
      counts.add(example, lengthOf(example));
    }
  }
  if (kind === undefined) throw new RangeError(`the split ${split} has no files`);
  return { ...kind, broken: { count, first } };
}

const brokenReport = (row: number, { where, expected, got }: FormatError): BrokenReport => ({ row, where, expected, got });

/** Rows, labels and lengths of a split. */
class Counts {
  #rows = 0;
  #unlabelled = 0;
  readonly #lengths = new Lengths();
  readonly #labels: number[];
  #least = Infinity;
  #largest = -Infinity;
  #sum = 0;

  constructor(private readonly task: TaskSpec) {
    this.#labels = task.labels.map(() => 0);
  }

  add({ label }: FileExample, length: number): void {
    this.#rows++;
    this.#lengths.add(length);
    if (label === undefined) this.#unlabelled++;
    else if (this.#labels.length > 0) this.#labels[label] = (this.#labels[label] ?? 0) + 1;
    else this.#score(label);
  }

  #score(score: number): void {
    this.#least = Math.min(this.#least, score);
    this.#largest = Math.max(this.#largest, score);
    this.#sum += score;
  }

  report(): Pick<SplitReport, 'rows' | 'unlabelled' | 'labels' | 'scores' | 'lengths'> {
    const labelled = this.#rows - this.#unlabelled;
    const lengths = this.#lengths.report();
    const ofLabels = { labels: Object.fromEntries(this.task.labels.map((name, id) => [name, this.#labels[id] ?? 0])) };
    const ofScores = { scores: { least: this.#least, largest: this.#largest, mean: this.#sum / Math.max(1, labelled) } };
    const values = labelled === 0 ? {} : this.task.labels.length > 0 ? ofLabels : ofScores;
    return { rows: this.#rows, unlabelled: this.#unlabelled, ...values, ...(lengths ? { lengths } : {}) };
  }
}
