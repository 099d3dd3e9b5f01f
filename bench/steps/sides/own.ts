/** The step as the lab makes it in a run: its training loop, its objectives, its teacher. */
import { objectiveNamed } from '../../../src/distill/objectives/index.ts';
import type { ObjectiveTerm, TrainingArguments } from '../../../src/experiment/recipe.ts';
import { bindTerms, objectiveTensors, tapsOfSteps, type BoundTerm } from '../../../src/lab/bound_terms.ts';
import { classifierLoop } from '../../../src/lab/classifier_training.ts';
import { shapeOf, type StageTeacher } from '../../../src/lab/teacher_pass.ts';
import { readRows } from '../../../src/lab/teacher_rows.ts';
import { upload } from '../../../src/model/weights.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import type { EncodedExample, LabelledBatch } from '../../../src/train/batches.ts';
import { shortened, STEP, type Problem } from '../problem.ts';
import type { OwnTraining, Stepper } from '../side.ts';

const OPTIONS: TrainingArguments = {
  seed: 1, num_train_epochs: 1, max_steps: 0, per_device_train_batch_size: 1, max_seq_length: 512, eval_steps: 0,
  learning_rate: STEP.learningRate, warmup_ratio: 0, lr_scheduler_type: 'constant',
  weight_decay: STEP.weightDecay, adam_beta1: STEP.beta1, adam_beta2: STEP.beta2, adam_epsilon: STEP.epsilon, max_grad_norm: STEP.maxGradNorm,
};

/** What every side trains with. */
const LOGITS: OwnTraining = { terms: ['kd'], keptLogits: false, keptTaps: false };

/** Logit distillation has the constants that all sides share, any other objective its own. */
const termOf = (name: string): ObjectiveTerm => ({ name, weight: 1, parameters: name === 'kd' ? { temperature: STEP.temperature, kd_weight: STEP.kdWeight } : {} });

/** Opens a backend of the lab and puts the problem on it. */
export async function open({ teacher, student, batch, size }: Problem, device: 'webgpu' | 'wasm', wasmPaths?: Readonly<Record<string, string>>, training = LOGITS, wholeLayers = false): Promise<Stepper> {
  let fault: Error | undefined;
  await openBackend({ choice: device, ...(wasmPaths ? { wasmPaths } : {}), onFault: (found) => (fault ??= found) });
  const { examples } = training;
  const parametersOf = ({ config, tensors }: Problem['student'], trainable: boolean) => upload({ config, heads: ['classification'], tensors }, trainable);
  const rowLabels = examples ? Int32Array.from(examples, ({ label }) => label) : batch.labels;
  const setting = { student: shapeOf(student.config), teacher: shapeOf(teacher.config), fidelity: 'corrected', rowLabels, seed: OPTIONS.seed } as const;
  const terms = bindTerms(training.terms.map(termOf), setting);
  const memory = objectiveTensors('memory', terms);
  const live: StageTeacher = {
    config: teacher.config, parameters: parametersOf(teacher, false), dropout: false, wholeLayers,
    needsLogits: training.terms.some((name) => objectiveNamed(name).needs.teacherLogits),
  };
  let current = batch;
  const kept = await keptOf(live, examples ?? rowsOf(batch), terms, training);
  const loop = classifierLoop({
    config: student.config, parameters: parametersOf(student, true), terms, options: { ...OPTIONS, per_device_train_batch_size: size.batch },
    steps: Number.MAX_SAFE_INTEGER, first: 0, examples: examples ?? [], padId: student.config.pad_token_id,
    trained: objectiveTensors('trained', terms), memory,
    teacher: { ...live, ...kept }, wholeLayers,
    fidelity: 'corrected', dropout: { student: (size.dropout ?? 0) > 0, teacher: false }, ...(examples ? {} : { batchAt: () => current }),
  });
  return {
    step: async () => {
      const { loss, skipped } = await loop.next();
      if (fault) throw fault;
      if (skipped) throw new Error('a step was skipped: a number was not finite');
      if (device === 'webgpu' && loop.execution.notReplayed.length > 0) throw new Error(`steps were not replayed: ${loop.execution.notReplayed.join('; ')}`);
      return loss;
    },
    ...(device === 'webgpu' && { traces: () => loop.execution.traces }),
    ...(device === 'webgpu' && !examples && { shorten: () => void (current = shortened(batch)) }),
  };
}

/** Steps whose random layers are kept: enough to draw every layer. */
const DRAWS = 64;

/** What the teacher gives by row, as far as the training looks it up. */
function keptOf(teacher: StageTeacher, examples: readonly EncodedExample[], terms: readonly BoundTerm[], { keptLogits, keptTaps }: OwnTraining): Promise<Pick<StageTeacher, 'logits' | 'kept'>> {
  const among = { examples, padId: teacher.config.pad_token_id, maxLength: OPTIONS.max_seq_length, fidelity: 'corrected', progress: () => () => Promise.resolve() } as const;
  const taps = tapsOfSteps(terms, 'teacher', 0, DRAWS);
  return readRows(among, teacher, { rows: [...examples.keys()], logits: keptLogits && teacher.needsLogits, ...(keptTaps && Object.keys(taps).length > 0 ? { taps } : {}) });
}

/** The texts of a batch without their padding. */
function rowsOf({ size, length, ids, typeIds, mask, labels }: LabelledBatch): EncodedExample[] {
  return Array.from({ length: size }, (_, row) => {
    const end = row * length + mask.subarray(row * length, (row + 1) * length).reduce((sum, real) => sum + real, 0);
    return { ids: ids.subarray(row * length, end), typeIds: typeIds.subarray(row * length, end), label: labels[row]! };
  });
}
