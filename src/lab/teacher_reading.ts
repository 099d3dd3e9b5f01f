/** A stage's teacher: what of it is computed once for each training row and kept, and what is computed in every step. */
import type { TapLayers } from '../distill/objective.ts';
import { objectiveNamed } from '../distill/objectives/index.ts';
import type { ObjectiveTerm } from '../experiment/recipe.ts';
import { dispose, upload } from '../model/weights.ts';
import * as tf from '../tensor/tf.ts';
import { collate, evaluationBatches, type LabelledBatch } from '../train/batches.ts';
import { BatchSequence } from './batch_sequence.ts';
import { tapsOfSteps, type BoundTerm } from './bound_terms.ts';
import { byteSize } from './byte_size.ts';
import { keptBytes, KeptTaps, tapList } from './kept_taps.ts';
import { batchesOf, type Predicted, type StageContext } from './stage.ts';
import { shapeOf, teacherPass, uploadForTeacher, type StageTeacher } from './teacher_pass.ts';

/** The most that is kept of what is inside of a teacher, in main memory: 512 MiB. Its logits are kept whatever they take. */
export const MOST_KEPT_BYTES = 512 * 2 ** 20;

/** Rows a batch while the teacher reads: fixed, so that what is kept does not depend on the training batch. */
const BATCH = 64;

/** What the terms of a stage ask of a teacher. */
export interface TeacherNeeds {
  readonly any: boolean;
  readonly logits: boolean;
  readonly taps: boolean;
}

/** What these terms ask of a teacher. */
export function needsOf(terms: readonly ObjectiveTerm[]): TeacherNeeds {
  const objectives = terms.map(({ name }) => objectiveNamed(name));
  const logits = objectives.some(({ needs }) => needs.teacherLogits);
  const taps = objectives.some((objective) => objective.taps !== undefined);
  return { any: logits || taps, logits, taps };
}

/** A teacher that is open for a stage. */
export interface OpenTeacher {
  readonly stage: StageTeacher;
  dispose(): void;
}

/**
 * The teacher of a stage, on the device where a step needs it.
 *
 * Its logits and the taps that terms look at come from one pass over the rows that the stage will use, in batches that the
 * training does not change, so that a continued run finds the same bits. A teacher with dropout, or of words that are
 * masked anew each time, runs in every step instead; so do the taps of released losses, which look at padding, and those
 * that would take more than `most` bytes. A note says which of the two.
 */
export async function openTeacher(context: StageContext, predicted: Predicted, needs: TeacherNeeds, terms: readonly BoundTerm[], most = MOST_KEPT_BYTES): Promise<OpenTeacher> {
  const { teacher, recipe, watchesLoss } = context;
  const { config } = teacher;
  const parameters = upload(teacher, false);
  try {
    const live: StageTeacher = { config, parameters, needsLogits: needs.logits, dropout: recipe.dropout.teacher };
    const reading = readingOf(context, predicted, needs, terms, most);
    if (reading.note !== undefined) context.note(reading.note);
    const { logits, kept } = await read(context, live, reading);
    const { parameters: _onDevice, ...lookedUp } = { ...live, ...(logits ? { logits } : {}), ...(kept ? { kept } : {}) };
    const stays = (needs.taps && !kept) || (needs.logits && !logits) || watchesLoss;
    if (!stays) dispose(parameters);
    return { stage: stays ? { ...lookedUp, parameters } : lookedUp, dispose: () => (stays ? dispose(parameters) : undefined) };
  } catch (error) {
    dispose(parameters);
    throw error;
  }
}

/** What a pass over the rows gives, and a sentence on it where the inside of the teacher is looked at. */
interface Reading {
  /** Rows in the stage's batches, ascending. */
  readonly rows: readonly number[];
  readonly logits: boolean;
  /** Undefined where no tap is kept. */
  readonly taps?: TapLayers;
  readonly note?: string;
}

function readingOf(context: StageContext, predicted: Predicted, needs: TeacherNeeds, terms: readonly BoundTerm[], most: number): Reading {
  const anew = drawnAnew(context, predicted);
  if (anew !== undefined) return { rows: [], logits: false, ...(needs.taps && { note: everyStep(anew) }) };
  const rows = rowsUsed(context);
  if (!needs.taps) return { rows, logits: needs.logits };
  if (context.recipe.fidelity === 'released') return { rows, logits: needs.logits, note: everyStep('released losses look at padding, which depends on the batch') };
  const { first, steps, options, examples, teacher } = context;
  const taps = tapsOfSteps(terms, 'teacher', first, steps * batchesOf(options));
  const bytes = keptBytes(shapeOf(teacher.config), taps, rows.map((row) => examples[row]!.ids.length));
  const what = `what its ${rows.length.toLocaleString('en-GB')} rows give to the losses takes ${byteSize(bytes)}`;
  if (bytes > most) return { rows, logits: needs.logits, note: everyStep(`${what}, and at most ${byteSize(most)} are kept`) };
  return { rows, logits: needs.logits, taps, note: `The teacher reads the training rows once, and not in every step: ${what}, which is kept in main memory.` };
}

const everyStep = (reason: string): string => `The teacher runs in every step: ${reason}.`;

/** Why a teacher gives other values each time that it reads a row; undefined where it does not. */
function drawnAnew({ recipe }: StageContext, predicted: Predicted): string | undefined {
  if (predicted === 'words') return 'words are masked anew in every batch';
  return recipe.dropout.teacher ? 'it runs with dropout, which is drawn anew in every batch' : undefined;
}

/** Indices of the rows in the stage's batches, ascending. */
function rowsUsed({ examples, options, steps, first }: StageContext): number[] {
  const batches = new BatchSequence(examples, options, 0);
  const used = new Set<number>();
  for (let at = first; at < first + steps * batchesOf(options) && used.size < examples.length; at++) for (const row of batches.rowsAt(at)) used.add(row);
  return [...used].sort((a, b) => a - b);
}

/** Logits [n·C] at their places among all examples, 0 for rows that are not used, and the taps. */
async function read(context: StageContext, live: StageTeacher, { rows, logits: wantsLogits, taps }: Reading): Promise<Pick<StageTeacher, 'logits' | 'kept'>> {
  if (!wantsLogits && !taps) return {};
  const { examples } = context;
  const classes = live.config.labels.length;
  const logits = wantsLogits ? new Float32Array(examples.length * classes) : undefined;
  const kept = taps && new KeptTaps(shapeOf(live.config), taps, lengthsOf(context, rows));
  const onRows = context.progress('The teacher reads the training rows', rows.length);
  let done = 0;
  for (const { batch, taps: values, logits: ofBatch } of batchesRead(context, { ...live, needsLogits: wantsLogits }, rows, taps ?? {})) {
    const given = await Promise.all(values.map((tensor) => tensor.data<'float32'>()));
    tapList(taps ?? {}).forEach((tap, i) => kept!.put(tap, batch, given[i]!));
    const numbers = await ofBatch?.data<'float32'>();
    if (numbers) batch.indices.forEach((row, i) => logits!.set(numbers.subarray(i * classes, (i + 1) * classes), row * classes));
    tf.dispose([...values, ...(ofBatch ? [ofBatch] : [])]);
    done += batch.size;
    await onRows(done);
  }
  return { ...(logits ? { logits } : {}), ...(kept ? { kept } : {}) };
}

/** Tokens of each row that is used; 0 for the others. */
function lengthsOf({ examples }: StageContext, rows: readonly number[]): Int32Array {
  const lengths = new Int32Array(examples.length);
  for (const row of rows) lengths[row] = examples[row]!.ids.length;
  return lengths;
}

/** What the teacher gives for one batch of rows; the tensors are the caller's. */
interface BatchRead {
  readonly batch: LabelledBatch;
  readonly taps: readonly tf.Tensor[];
  readonly logits?: tf.Tensor;
}

/** Reads the rows in canonical batches: by length, 64 at a time, so that equal calls give equal bits. */
function* batchesRead({ examples, session, options, recipe }: StageContext, teacher: StageTeacher, rows: readonly number[], taps: TapLayers): Generator<BatchRead> {
  const chosen = rows.map((row) => examples[row]!);
  const count = tapList(taps).length;
  for (const places of evaluationBatches(chosen, BATCH)) {
    const batch = collate(examples, places.map((place) => rows[place]!), session.tokenizer.special.pad, options.max_seq_length);
    const tensors = tf.tidy(() => teacherPass(teacher, uploadForTeacher(teacher, batch, taps), taps, recipe.fidelity, { seed: 0, step: 0 }).tensors);
    yield { batch, taps: tensors.slice(0, count), ...(tensors[count] ? { logits: tensors[count] } : {}) };
  }
}
