import type { ObjectiveTerm, Stage, TrainingArguments } from '../experiment/recipe.ts';
import { dispose } from '../model/weights.ts';
import { deviceLimits } from '../tensor/limits.ts';
import * as tf from '../tensor/tf.ts';
import { collate, evaluationBatches, lengthStep, type EncodedExample } from '../train/batches.ts';
import { ForwardPass, overRows } from '../train/forward_pass.ts';
import { bindTerms, objectiveTensors } from './bound_terms.ts';
import { batchLosses, classifierLoop, teacherOf, weightOf, type BatchWeight, type ClassifierTraining } from './classifier_training.ts';
import type { LiveArm } from './experiment_state.ts';
import { maskingIds } from './masked_batch.ts';
import { stagePlan } from './memory_check.ts';
import { notReplayedNote } from './progress.ts';
import { stepInputs, uploadRows, type RowTensors } from './row_tensors.ts';
import type { ArmStage, OpenStage, Predicted, StageContext } from './stage.ts';
import { shapeOf } from './teacher_pass.ts';
import { needsOf, openTeacher } from './teacher_reading.ts';

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
  const teacher = needs.any ? await openTeacher(context, predicted, needs, terms) : undefined;
  const { steps, first, parameters, session } = context;
  const training: ClassifierTraining = {
    config, parameters, terms, trained, memory, examples, options, steps, first,
    padId: session.tokenizer.special.pad, fidelity: recipe.fidelity, dropout: recipe.dropout, ...(teacher ? { teacher: teacher.stage } : {}),
    hours: () => context.hours(),
    // Generated rows are padded as they were when their numbers were measured.
    ...(recipe.data.kind === 'mini-glue' ? {} : { lengthStep: lengthStep(examples, options.per_device_train_batch_size, options.max_seq_length, options.seed) }),
    compiling: context.compiling,
    ...(context.meter ? { meter: context.meter } : {}),
    ...(predicted === 'words' ? { masking: maskingIds(session.tokenizer) } : {}),
  };
  const loop = classifierLoop(training, saved?.loop);
  const forward = new ForwardPass(options.execution, context.compiling, (reason) => context.note(notReplayedNote('The loss on tuning rows is computed', reason)));
  return {
    loop,
    parameters: new Map([...parameters, ...trained]),
    ...(context.watchesLoss ? { lossOn: (rows: readonly EncodedExample[]) => overRows({ forward }, () => lossOn(training, rows, forward)) } : {}),
    estimate: stagePlan(context, list, teacher?.stage ?? {}, deviceLimits()),
    dispose: () => {
      loop.dispose();
      forward.dispose();
      teacher?.dispose();
      dispose(trained);
      dispose(memory);
    },
  };
}

/** Mean over rows, or over masked words, of the sum of the terms in evaluation mode; draws are those of batch 0. */
async function lossOn(training: ClassifierTraining, rows: readonly EncodedExample[], forward: ForwardPass): Promise<number> {
  const { options, padId, teacher } = training;
  const evaluated = teacher ? { ...training, teacher: { ...teacher, logits: undefined, kept: undefined, dropout: false } } : training;
  let [total, count] = [0, 0];
  for (const indices of evaluationBatches(rows, options.per_device_train_batch_size)) {
    let weight: BatchWeight | undefined;
    const [read] = await forward.run('loss', () => {
      const uploaded = uploadRows(evaluated, collate(rows, indices, padId, options.max_seq_length), 0);
      weight = weightOf(evaluated, uploaded);
      return { inputs: stepInputs(evaluated, uploaded, 0).tensors, compute: () => [batchLoss(evaluated, uploaded)] };
    });
    const [{ size, reduction }, loss] = [weight!, read![0]!];
    [total, count] = [total + (reduction === 'sum' ? loss : Math.fround(loss * size)), count + size];
  }
  return total / Math.max(1, count);
}

/** The sum of the terms of a batch in evaluation mode. */
function batchLoss(training: ClassifierTraining, uploaded: RowTensors): tf.Tensor {
  const pass = teacherOf(training, uploaded, 0);
  const { terms } = batchLosses(training, uploaded, 0, pass?.read(pass.tensors), true);
  return Object.values(terms).reduce<tf.Tensor>((a, b) => tf.add(a, b), tf.scalar(0));
}
