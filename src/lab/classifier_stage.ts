import { objectiveNamed } from '../distill/objectives/index.ts';
import type { ObjectiveTerm, Stage, TrainingArguments } from '../experiment/recipe.ts';
import { dispose, upload } from '../model/weights.ts';
import * as tf from '../tensor/tf.ts';
import { collate, evaluationBatches, type EncodedExample, type LabelledBatch } from '../train/batches.ts';
import { logitsOf } from '../train/evaluate.ts';
import { BatchSequence } from './batch_sequence.ts';
import { bindTerms, objectiveTensors } from './bound_terms.ts';
import { batchLosses, classifierLoop, teacherOf, type ClassifierTraining } from './classifier_training.ts';
import type { LiveArm } from './experiment_state.ts';
import { maskingIds } from './masked_batch.ts';
import { uploadRows } from './row_tensors.ts';
import { batchesOf, type ArmStage, type OpenStage, type StageContext } from './stage.ts';
import { shapeOf, type StageTeacher } from './teacher_pass.ts';

/** What a stage's models predict: the classes of a task, or the masked words of texts. */
export type Predicted = 'classes' | 'words';

/** A stage of training by these terms. */
export function trainingStage(predicted: Predicted, terms: readonly ObjectiveTerm[], options: TrainingArguments, start: Stage['start'] = 'last'): ArmStage {
  return { options, start, open: (context, saved) => openStage(context, predicted, terms, saved) };
}

async function openStage(context: StageContext, predicted: Predicted, list: readonly ObjectiveTerm[], saved?: LiveArm): Promise<OpenStage> {
  const { recipe, examples, config, options } = context;
  const rowLabels = Int32Array.from(examples, ({ label }) => label);
  const needs = needsOf(list);
  const teacherShape = needs.any ? { teacher: shapeOf(context.teacher.config) } : {};
  const terms = bindTerms(list, { student: shapeOf(config), ...teacherShape, fidelity: recipe.fidelity, rowLabels, seed: options.seed });
  const trained = objectiveTensors('trained', terms, saved?.parameters);
  const memory = objectiveTensors('memory', terms);
  const teacher = needs.any ? await openTeacher(context, predicted, needs) : undefined;
  const { steps, first, parameters, session } = context;
  const training: ClassifierTraining = {
    config, parameters, terms, trained, memory, examples, options, steps, first,
    padId: session.tokenizer.special.pad, fidelity: recipe.fidelity, dropout: recipe.dropout, ...(teacher ? { teacher: teacher.stage } : {}),
    hours: () => context.hours(),
    ...(predicted === 'words' ? { masking: maskingIds(session.tokenizer) } : {}),
  };
  const loop = classifierLoop(training, saved?.loop);
  return {
    loop,
    parameters: new Map([...parameters, ...trained]),
    ...(context.watchesLoss ? { lossOn: (rows: readonly EncodedExample[]) => lossOn(training, rows) } : {}),
    dispose: () => {
      loop.dispose();
      teacher?.dispose();
      dispose(trained);
      dispose(memory);
    },
  };
}

/** What the terms of a stage ask of a teacher. */
interface TeacherNeeds {
  readonly any: boolean;
  readonly logits: boolean;
  readonly taps: boolean;
}

function needsOf(terms: readonly ObjectiveTerm[]): TeacherNeeds {
  const objectives = terms.map(({ name }) => objectiveNamed(name));
  const logits = objectives.some(({ needs }) => needs.teacherLogits);
  const taps = objectives.some((objective) => objective.taps !== undefined);
  return { any: logits || taps, logits, taps };
}

/**
 * The teacher on the device, or only its logits: those come from a pass of their own over the rows that the stage will
 * use, so that a continued run finds the same bits. A teacher with dropout, or of words that are masked anew each time,
 * runs in every step instead.
 */
async function openTeacher(context: StageContext, predicted: Predicted, needs: TeacherNeeds): Promise<{ readonly stage: StageTeacher; dispose(): void }> {
  const { teacher, recipe, watchesLoss } = context;
  const dropout = recipe.dropout.teacher;
  const parameters = upload(teacher, false);
  try {
    const kept = predicted === 'classes' && !dropout;
    const logits = needs.logits && kept ? { logits: await usedLogits(context, { config: teacher.config, parameters }) } : {};
    const shared = { config: teacher.config, needsLogits: needs.logits, dropout, ...logits };
    const stays = needs.taps || !kept || watchesLoss;
    if (!stays) dispose(parameters);
    return { stage: stays ? { ...shared, parameters } : shared, dispose: () => (stays ? dispose(parameters) : undefined) };
  } catch (error) {
    dispose(parameters);
    throw error;
  }
}

/** Logits of the rows that the stage's batches hold, at their places among all examples, [n·C]; 0 elsewhere. */
async function usedLogits(context: StageContext, model: Parameters<typeof logitsOf>[0]): Promise<Float32Array> {
  const { examples, session, recipe } = context;
  const used = rowsUsed(context);
  const onProgress = context.progress('The teacher reads the training rows', used.length);
  const read = (rows: readonly EncodedExample[]) => logitsOf(model, rows, { padId: session.tokenizer.special.pad, maxLength: recipe.training.max_seq_length, onProgress });
  if (used.length === examples.length) return read(examples);
  const [classes, some] = [model.config.labels.length, await read(used.map((row) => examples[row]!))];
  const all = new Float32Array(examples.length * classes);
  used.forEach((row, i) => all.set(some.subarray(i * classes, (i + 1) * classes), row * classes));
  return all;
}

/** Indices of the rows in the stage's batches, ascending. */
function rowsUsed({ examples, options, steps, first }: StageContext): number[] {
  const batches = new BatchSequence(examples, options, 0);
  const used = new Set<number>();
  for (let at = first; at < first + steps * batchesOf(options) && used.size < examples.length; at++) for (const row of batches.rowsAt(at)) used.add(row);
  return [...used].sort((a, b) => a - b);
}

/** Mean over rows, or over masked words, of the sum of the terms in evaluation mode; draws are those of batch 0. */
async function lossOn(training: ClassifierTraining, rows: readonly EncodedExample[]): Promise<number> {
  const { options, padId, teacher } = training;
  const evaluated = teacher ? { ...training, teacher: { ...teacher, logits: undefined, dropout: false } } : training;
  let [total, count] = [0, 0];
  for (const indices of evaluationBatches(rows, options.per_device_train_batch_size)) {
    const loss = tf.tidy(() => batchLoss(evaluated, collate(rows, indices, padId, options.max_seq_length)));
    const [sum, size] = await loss.data();
    [total, count] = [total + sum!, count + size!];
    loss.dispose();
  }
  return total / Math.max(1, count);
}

/** The sum of the terms over the rows or the masked words of a batch, and the number of these, [2]. */
function batchLoss(training: ClassifierTraining, rows: LabelledBatch): tf.Tensor {
  const uploaded = uploadRows(training, rows, 0);
  const pass = teacherOf(training, uploaded, 0);
  const { terms, size = 1, reduction } = batchLosses(training, uploaded, 0, pass?.read(pass.tensors), true);
  const sum = Object.values(terms).reduce<tf.Tensor>((a, b) => tf.add(a, b), tf.scalar(0));
  return tf.stack([reduction === 'sum' ? sum : tf.mul(sum, size), tf.scalar(size)]);
}
