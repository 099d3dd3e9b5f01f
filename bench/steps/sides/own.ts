/** The step as the lab makes it in a run: its training loop, its objectives, the teacher read in every step. */
import type { TrainingArguments } from '../../../src/experiment/recipe.ts';
import { bindTerms, objectiveTensors } from '../../../src/lab/bound_terms.ts';
import { classifierLoop } from '../../../src/lab/classifier_training.ts';
import { shapeOf } from '../../../src/lab/teacher_pass.ts';
import { upload } from '../../../src/model/weights.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { STEP, type Problem } from '../problem.ts';
import type { Stepper } from '../side.ts';

const OPTIONS: TrainingArguments = {
  seed: 1, num_train_epochs: 1, max_steps: 0, per_device_train_batch_size: 1, max_seq_length: 512, eval_steps: 0,
  learning_rate: STEP.learningRate, warmup_ratio: 0, lr_scheduler_type: 'constant',
  weight_decay: STEP.weightDecay, adam_beta1: STEP.beta1, adam_beta2: STEP.beta2, adam_epsilon: STEP.epsilon, max_grad_norm: STEP.maxGradNorm,
};

/** Logit distillation with the constants that all sides share; any other objective as it comes, beside the labels. */
const termsOf = (objective: string) => (objective === 'kd'
  ? [{ name: 'kd', weight: 1, parameters: { temperature: STEP.temperature, kd_weight: STEP.kdWeight } }]
  : [{ name: 'kd', weight: 1, parameters: {} }, { name: objective, weight: 1, parameters: {} }]);

/** Opens a backend of the lab and puts the problem on it. */
export async function open({ teacher, student, batch }: Problem, device: 'webgpu' | 'wasm', wasmPaths?: Readonly<Record<string, string>>, objective = 'kd'): Promise<Stepper> {
  let fault: Error | undefined;
  await openBackend({ choice: device, ...(wasmPaths ? { wasmPaths } : {}), onFault: (found) => (fault ??= found) });
  const parametersOf = ({ config, tensors }: Problem['student'], trainable: boolean) => upload({ config, heads: ['classification'], tensors }, trainable);
  const setting = { student: shapeOf(student.config), teacher: shapeOf(teacher.config), fidelity: 'corrected', rowLabels: batch.labels, seed: OPTIONS.seed } as const;
  const terms = bindTerms(termsOf(objective), setting);
  const loop = classifierLoop({
    config: student.config, parameters: parametersOf(student, true), terms, options: OPTIONS, steps: Number.MAX_SAFE_INTEGER, first: 0, examples: [], padId: 0,
    trained: objectiveTensors('trained', terms), memory: objectiveTensors('memory', terms),
    teacher: { config: teacher.config, parameters: parametersOf(teacher, false), needsLogits: true, dropout: false },
    fidelity: 'corrected', dropout: { student: false, teacher: false }, batchAt: () => batch,
  });
  return {
    step: async () => {
      const { loss, skipped } = await loop.next();
      if (fault) throw fault;
      if (skipped) throw new Error('a step was skipped: a number was not finite');
      if (device === 'webgpu' && loop.execution.notReplayed.length > 0) throw new Error(`steps were not replayed: ${loop.execution.notReplayed.join('; ')}`);
      return loss;
    },
  };
}
