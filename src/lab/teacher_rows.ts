/** A pass of a teacher over rows: what it gives is kept in main memory, by row. */
import type { TapLayers } from '../distill/objective.ts';
import { batchTensors } from '../model/batch.ts';
import type { StepExecution } from '../experiment/recipe.ts';
import type { Fidelity } from '../model/config.ts';
import type { OnCompile } from '../tensor/plan/planner.ts';
import { collate, evaluationBatches, type EncodedExample, type LabelledBatch } from '../train/batches.ts';
import { ForwardPass } from '../train/forward_pass.ts';
import { KeptTaps, tapList } from './kept_taps.ts';
import type { OnRows } from './stage.ts';
import { shapeOf, teacherPass, uploadForTeacher, type StageTeacher } from './teacher_pass.ts';

/** Rows a batch while the teacher reads: fixed, so that what is kept does not depend on the training batch. */
const BATCH = 64;

/** Among which rows a teacher reads, and how they are put together. */
export interface RowsToRead {
  readonly examples: readonly EncodedExample[];
  readonly padId: number;
  readonly maxLength: number;
  readonly fidelity: Fidelity;
  /** How batches run on a GPU; `auto` when absent. */
  readonly execution?: StepExecution;
  /** Hears of kernels that are compiled. */
  readonly compiling?: OnCompile;
  /** Hears once of each reason why batches are not replayed on a GPU that could. */
  notReplayed?(reason: string): void;
  /** Begins to listen to a pass over so many rows. */
  progress(total: number): OnRows;
}

/** What a pass is asked for. */
export interface Asked {
  /** Indices among the examples, ascending. */
  readonly rows: readonly number[];
  readonly logits: boolean;
  /** Undefined where no tap is kept. */
  readonly taps?: TapLayers;
}

/**
 * Logits [n·C] at their places among all examples, 0 for rows that are not read, and taps, as far as they are asked for.
 *
 * The batches are canonical: by length, 64 at a time, so equal calls give equal bits.
 */
export async function readRows(among: RowsToRead, teacher: StageTeacher, { rows, logits: wantsLogits, taps }: Asked): Promise<Pick<StageTeacher, 'logits' | 'kept'>> {
  if (!wantsLogits && !taps) return {};
  const classes = teacher.config.labels.length;
  const logits = wantsLogits ? new Float32Array(among.examples.length * classes) : undefined;
  const kept = taps && new KeptTaps(shapeOf(teacher.config), taps, lengthsOf(among, rows));
  const onRows = among.progress(rows.length);
  const forward = new ForwardPass(among.execution, among.compiling, (reason) => among.notReplayed?.(reason));
  let done = 0;
  try {
    for (const batch of batchesOf(among, rows)) {
      const values = await read(forward, { ...teacher, needsLogits: wantsLogits }, batch, taps ?? {}, among.fidelity);
      tapList(taps ?? {}).forEach((tap, i) => kept!.put(tap, batch, values[i]!));
      if (logits) batch.indices.forEach((row, i) => logits.set(values.at(-1)!.subarray(i * classes, (i + 1) * classes), row * classes));
      done += batch.size;
      await onRows(done);
    }
  } finally {
    forward.dispose();
  }
  return { ...(logits ? { logits } : {}), ...(kept ? { kept } : {}) };
}

/** Tokens of each row that is read; 0 for the others. */
function lengthsOf({ examples }: RowsToRead, rows: readonly number[]): Int32Array {
  const lengths = new Int32Array(examples.length);
  for (const row of rows) lengths[row] = examples[row]!.ids.length;
  return lengths;
}

/** The rows that are read, by length. */
function* batchesOf({ examples, padId, maxLength }: RowsToRead, rows: readonly number[]): Generator<LabelledBatch> {
  const chosen = rows.map((row) => examples[row]!);
  for (const places of evaluationBatches(chosen, BATCH)) yield collate(examples, places.map((place) => rows[place]!), padId, maxLength);
}

/** The taps of a batch, then its logits where they are needed. */
function read(forward: ForwardPass, teacher: StageTeacher, batch: LabelledBatch, taps: TapLayers, fidelity: Fidelity): Promise<readonly Float32Array[]> {
  return forward.run('teacher', () => {
    const given = uploadForTeacher(teacher, batch, taps);
    return { inputs: given.batch ? batchTensors(given.batch) : [], compute: () => teacherPass(teacher, given, taps, fidelity, { seed: 0, step: 0 }).tensors };
  });
}
