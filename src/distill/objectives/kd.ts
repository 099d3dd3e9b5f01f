import * as tf from '../../tensor/tf.ts';
import { crossEntropy } from '../../tensor/kernels/cross_entropy.ts';
import { Fault } from '../../fault/fault.ts';
import type { Objective } from '../objective.ts';

/**
 * Vanilla KD: the student's softened predictions should match the teacher's, beside the labels.
 *
 *   L = (1−β)·CE(y, z_S) + β·τ²·KL( softmax(z_T/τ) ‖ softmax(z_S/τ) ),  both means over B
 *
 * z_S, z_T: student and teacher logits [B, C]; y: class ids [B]; β = `kd_weight`, τ = `temperature`.
 * Source: Hinton et al. 2015; Wang et al. 2023, "Vanilla KD"; criterion `sentence_prediction_crd` with crd_weight 0.
 */
export const kd: Objective = {
  name: 'kd',
  aliases: ['vanilla_kd', 'logit_kd'],
  title: 'Logit KD',
  formula: 'L = (1−β)·CE(y, z_S) + β·τ²·KL(softmax(z_T/τ) ‖ softmax(z_S/τ))',
  source: 'Hinton et al. 2015; Wang et al. 2023, section 2; criterion `sentence_prediction_crd`',
  needs: { teacherLogits: true, studentTaps: [], teacherTaps: [] },
  controls: [
    { name: 'temperature', label: 'Temperature τ', initial: 2, minimum: 0.5, maximum: 20, step: 0.5 },
    { name: 'kd_weight', label: 'Weight β of the teacher', initial: 0.5, minimum: 0, maximum: 1, step: 0.05 },
  ],
  loss: ({ student, teacher, labels }, { temperature = 2, kd_weight = 0.5 }) => {
    if (!teacher) throw missingTeacher();
    const hard = tf.mean(crossEntropy(student.logits, labels));
    const soft = softenedKl(teacher.logits, student.logits, temperature);
    return {
      ce: tf.mul(hard, 1 - kd_weight) as tf.Scalar,
      kd: tf.mul(soft, kd_weight * temperature ** 2) as tf.Scalar,
    };
  },
};

/** Mean over the batch of KL(softmax(z_T/τ) ‖ softmax(z_S/τ)); logits [B, C]. */
export function softenedKl(teacher: tf.Tensor2D, student: tf.Tensor2D, temperature: number): tf.Scalar {
  const logP = tf.logSoftmax(tf.div(teacher, temperature));
  const logQ = tf.logSoftmax(tf.div(student, temperature));
  return tf.mean(tf.sum(tf.mul(tf.exp(logP), tf.sub(logP, logQ)), -1)) as tf.Scalar;
}

const missingTeacher = () =>
  new Fault({
    code: 'no-teacher',
    where: 'objective kd',
    expected: 'the logits of a teacher',
    got: 'none',
    remedy: 'Choose a teacher, or finetune without one (objective ce).',
  });
