/** A run's step reports, as columns of 64-bit floats in chunks, so that a reload shows the same curves. */
import { promisifyRequest } from 'idb-keyval';
import { ARMS, type Arm, type StepReport } from '../experiment/run.ts';
import { labDatabase, under, type Database } from './database.ts';

/** Rows of a chunk; appending rewrites the last chunk, some 40 kB. */
const CHUNK_ROWS = 512;

type NumberField = Exclude<keyof StepReport, 'arm' | 'terms'>;
const FIELDS: readonly NumberField[] = [
  'step', 'steps', 'epoch', 'loss', 'learning_rate', 'grad_norm', 'stepsPerSecond', 'secondsLeft',
];

/** Consecutive reports of one arm with the same loss terms: one column for each field, then one for each term. */
interface Chunk {
  readonly arm: Arm;
  readonly terms: readonly string[];
  readonly columns: readonly Float64Array[];
}

/**
 * Adds reports at the end of the run's history, in one transaction.
 * @throws Fault `storage-full`; the history before is intact
 */
export async function appendHistory(
  run: string,
  reports: readonly StepReport[],
  database: Database = labDatabase,
): Promise<void> {
  if (reports.length === 0) return;
  await database.relaxed('readwrite', async (entries) => {
    const cursor = await promisifyRequest(entries.openCursor(under('history', run), 'prev'));
    const last: unknown = cursor?.value;
    const count = sequenceOf(cursor?.key);
    const open = isChunk(last) && rowsOf(last) < CHUNK_ROWS;
    const chunks = [...split([...(open ? decode(last) : []), ...reports])];
    for (const [i, chunk] of chunks.entries()) entries.put(chunk, ['history', run, count + i + (open ? 0 : 1)]);
  });
}

/**
 * All reports of a run, arm after arm as they were trained.
 *
 * A run that was continued from a checkpoint has reported some steps twice; the later report counts.
 */
export async function readHistory(run: string, database: Database = labDatabase): Promise<StepReport[]> {
  const chunks = await database.relaxed('readonly', (entries) =>
    promisifyRequest<unknown[]>(entries.getAll(under('history', run))));
  const byStep = new Map<string, StepReport>();
  for (const report of chunks.filter(isChunk).flatMap(decode)) byStep.set(`${report.arm} ${report.step}`, report);
  return [...byStep.values()];
}

/** Reports as chunks: a new one begins where the arm or the terms change, and every 512 rows. */
function* split(reports: readonly StepReport[]): Generator<Chunk> {
  let begin = 0;
  for (let end = 1; end <= reports.length; end += 1) {
    const first = reports[begin]!;
    const next = reports[end];
    if (next !== undefined && end - begin < CHUNK_ROWS && kindOf(next) === kindOf(first)) continue;
    yield encode(first, reports.slice(begin, end));
    begin = end;
  }
}

function kindOf({ arm, terms }: StepReport): string {
  return JSON.stringify([arm, ...Object.keys(terms)]);
}

function encode({ arm, terms }: StepReport, reports: readonly StepReport[]): Chunk {
  const names = Object.keys(terms);
  const fields = FIELDS.map((field) => Float64Array.from(reports, (report) => report[field]));
  const losses = names.map((name) => Float64Array.from(reports, (report) => report.terms[name] ?? NaN));
  return { arm, terms: names, columns: [...fields, ...losses] };
}

function decode(chunk: Chunk): StepReport[] {
  return Array.from({ length: rowsOf(chunk) }, (_, row) => {
    const at = (column: number): number => chunk.columns[column]?.[row] ?? NaN;
    const field = (name: NumberField): number => at(FIELDS.indexOf(name));
    return {
      arm: chunk.arm,
      step: field('step'),
      steps: field('steps'),
      epoch: field('epoch'),
      loss: field('loss'),
      terms: Object.fromEntries(chunk.terms.map((name, i) => [name, at(FIELDS.length + i)])),
      learning_rate: field('learning_rate'),
      grad_norm: field('grad_norm'),
      stepsPerSecond: field('stepsPerSecond'),
      secondsLeft: field('secondsLeft'),
    };
  });
}

function rowsOf(chunk: Chunk): number {
  return chunk.columns[0]?.length ?? 0;
}

function sequenceOf(key: IDBValidKey | undefined): number {
  return Array.isArray(key) && typeof key[2] === 'number' ? key[2] : -1;
}

function isChunk(value: unknown): value is Chunk {
  if (typeof value !== 'object' || value === null) return false;
  const { arm, terms, columns }: { arm?: unknown; terms?: unknown; columns?: unknown } = value;
  return ARMS.some((name) => name === arm)
    && Array.isArray(terms)
    && Array.isArray(columns)
    && columns.length === FIELDS.length + terms.length
    && columns.every((column) => column instanceof Float64Array);
}
