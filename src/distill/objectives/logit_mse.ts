import * as tf from '../../tensor/tf.ts';
import { batchReduction } from '../averages.ts';
import type { Objective, ObjectiveInputs } from '../objective.ts';
import { present, teacherOf } from '../pairs.ts';
import { hardLosses } from '../prediction.ts';

/**
 * Logit regression: the student's logits should equal the teacher's, beside the labels.
 *
 *   L = (1−β)·CE(y, z_S) + β·mean over B·C of (z_S − z_T)²
 *
 * z_S, z_T: logits [B, C]; y: class ids [B]; β = `kd_weight`.
 * Source: Ba & Caruana 2014; flag `--use_mse` of the reference's criteria.
 * Released form: β·τ²·mean of (log softmax(z_S/τ) − softmax(z_T/τ))², which compares log-probabilities with probabilities;
 * cross-entropy as a sum over B.
 */
export const logitMse: Objective = {
  name: 'logit_mse',
  aliases: ['use_mse'],
  title: 'Logit MSE',
  about: 'The student’s scores for every class should equal the teacher’s.',
  formula: 'L = (1−β)·CE(y, z_S) + β·mean (z_S − z_T)²',
  source: 'Ba & Caruana 2014; flag `--use_mse` of the reference’s criteria',
  released: 'Log-probabilities of the student against probabilities of the teacher, times τ² (`--use_mse`, D7).',
  needs: { teacherLogits: true, labels: 'any' },
  controls: [{ name: 'kd_weight', label: 'Weight β of the teacher', initial: 0.5, minimum: 0, maximum: 1, step: 0.05 }],
  loss: (inputs) => {
    const { kd_weight = 0.5 } = inputs.parameters;
    const target = present(teacherOf('logit_mse', inputs).logits, 'logit_mse', 'teacher logits');
    const logits = present(inputs.student.logits, 'logit_mse', 'student logits');
    const soft = inputs.fidelity === 'released' ? releasedMse(target, logits, inputs) : tf.mean(tf.squaredDifference(logits, target));
    return {
      ce: tf.mul(batchReduction(hardLosses(logits, inputs.labels), inputs), 1 - kd_weight) as tf.Scalar,
      logit_mse: tf.mul(soft, kd_weight) as tf.Scalar,
    };
  },
};

function releasedMse(teacher: tf.Tensor2D, student: tf.Tensor2D, { parameters: { temperature = 2 } }: ObjectiveInputs): tf.Tensor {
  const difference = tf.squaredDifference(tf.logSoftmax(tf.div(student, temperature)), tf.softmax(tf.div(teacher, temperature)));
  return tf.mul(tf.mean(difference), temperature ** 2);
}
