import { bindTerms, objectiveTensors } from '../../../src/lab/bound_terms.ts';
import { classifierLoop, type ClassifierTraining } from '../../../src/lab/classifier_training.ts';
import { shapeOf } from '../../../src/lab/teacher_pass.ts';
import type { ObjectiveTerm } from '../../../src/experiment/recipe.ts';
import type { ModelConfig } from '../../../src/model/config.ts';
import { dispose, randomWeights, upload } from '../../../src/model/weights.ts';
import type { LoopState, TrainingLoop } from '../../../src/train/loop.ts';
import type * as tf from '../../../src/tensor/tf.ts';
import { CONFIG, OPTIONS, ROWS } from '../../train/small_job.ts';

const TEACHER: ModelConfig = { ...CONFIG, num_hidden_layers: 2 };
const STUDENT: ModelConfig = { ...CONFIG, num_hidden_layers: 1 };

/** Training arguments beside those of the optimiser. */
export const UNUSED = { seed: 3, num_train_epochs: 7, max_steps: 0, per_device_train_batch_size: 3, max_seq_length: 16, eval_steps: 0 };

export const KD: readonly ObjectiveTerm[] = [{ name: 'kd', weight: 1, parameters: { temperature: 2, kd_weight: 0.5 } }];

/** A distillation of random models, small enough for a software adapter. */
export interface MicroDistillation {
  readonly loop: TrainingLoop;
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  dispose(): void;
}

/** Batches of three rows in two lengths, dropout on, the teacher in every step. */
export function microDistillation(terms: readonly ObjectiveTerm[], changes: Partial<ClassifierTraining> = {}, saved?: LoopState): MicroDistillation {
  const parameters = upload(randomWeights(STUDENT, ['classification'], 5), true);
  const teacher = upload(randomWeights(TEACHER, ['classification'], 6), false);
  const bound = bindTerms(terms, { student: shapeOf(STUDENT), teacher: shapeOf(TEACHER), fidelity: 'corrected', rowLabels: Int32Array.from(ROWS, ({ label }) => label), seed: 3 });
  const trained = objectiveTensors('trained', bound);
  const memory = objectiveTensors('memory', bound);
  const loop = classifierLoop({
    config: STUDENT, parameters, terms: bound, trained, memory, examples: ROWS, options: { ...UNUSED, ...OPTIONS }, steps: 300, first: 0, padId: 0,
    fidelity: 'corrected', dropout: { student: true, teacher: false },
    teacher: { config: TEACHER, parameters: teacher, needsLogits: bound.some(({ objective }) => objective.needs.teacherLogits), dropout: false },
    ...changes,
  }, saved);
  return {
    loop,
    parameters,
    dispose: () => {
      loop.dispose();
      [parameters, teacher, trained, memory].forEach(dispose);
    },
  };
}
