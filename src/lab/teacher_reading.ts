/** A stage's teacher: what of it is computed once for each training row and kept, and what is computed in every step. */
import { objectiveNamed } from '../distill/objectives/index.ts';
import type { ObjectiveTerm } from '../experiment/recipe.ts';
import { dispose, upload } from '../model/weights.ts';
import { BatchSequence } from './batch_sequence.ts';
import { tapsOfSteps, type BoundTerm } from './bound_terms.ts';
import { byteSize } from './byte_size.ts';
import { keptBytes } from './kept_taps.ts';
import { notReplayedNote } from './progress.ts';
import { batchesOf, type Predicted, type StageContext } from './stage.ts';
import { shapeOf, type StageTeacher } from './teacher_pass.ts';
import { readRows, type Asked, type RowsToRead } from './teacher_rows.ts';

/** The most that is kept of what is inside of a teacher, in main memory: 512 MiB. Its logits are kept whatever they take. */
export const MOST_KEPT_BYTES = 512 * 2 ** 20;

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
    const { logits, kept } = await readRows(rowsOf(context), live, reading);
    const { parameters: _onDevice, ...lookedUp } = { ...live, ...(logits ? { logits } : {}), ...(kept ? { kept } : {}) };
    const stays = (needs.taps && !kept) || (needs.logits && !logits) || watchesLoss;
    if (!stays) dispose(parameters);
    return { stage: stays ? { ...lookedUp, parameters } : lookedUp, dispose: () => (stays ? dispose(parameters) : undefined) };
  } catch (error) {
    dispose(parameters);
    throw error;
  }
}

/** What is asked of a pass over the rows in the stage's batches, and a sentence on it where the inside of the teacher is looked at. */
interface Reading extends Asked {
  readonly note?: string;
}

function rowsOf({ examples, session, options, recipe, progress, compiling, note }: StageContext): RowsToRead {
  const { execution } = options;
  return { ...(execution && { execution }), compiling, notReplayed: (reason) => note(notReplayedNote('The teacher’s reading runs', reason)), examples, padId: session.tokenizer.special.pad, maxLength: options.max_seq_length, fidelity: recipe.fidelity, progress: (total) => progress('The teacher reads the training rows', total) };
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

/** Indices of the rows in a stage's batches, ascending. */
export function rowsUsed({ examples, options, steps, first }: Pick<StageContext, 'examples' | 'options' | 'steps' | 'first'>): number[] {
  const batches = new BatchSequence(examples, options, 0);
  const used = new Set<number>();
  for (let at = first; at < first + steps * batchesOf(options) && used.size < examples.length; at++) for (const row of batches.rowsAt(at)) used.add(row);
  return [...used].sort((a, b) => a - b);
}
