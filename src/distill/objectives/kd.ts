import * as tf from '../../tensor/tf.ts';
import { distillationLoss } from '../../tensor/kernels/distillation_loss.ts';
import { batchReduction } from '../averages.ts';
import type { Objective, ObjectiveInputs, Terms } from '../objective.ts';
import { teacherOf, present } from '../pairs.ts';
import { hardLosses, isRegression } from '../prediction.ts';

/**
 * Vanilla KD: the student's softened predictions should match the teacher's, beside the labels.
 *
 *   L = (1−β)·CE(y, z_S) + β·τ²·KL( softmax(z_T/τ) ‖ softmax(z_S/τ) ),  both means over B
 *
 * z_S, z_T: student and teacher logits [B, C]; y: class ids [B]; β = `kd_weight`, τ = `temperature`. For a regression, C = 1
 * and y real: (1−β)·(z_S − y)² + β·(z_S − z_T)².
 * Source: Hinton et al. 2015; Wang et al. 2023, "Vanilla KD"; criterion `sentence_prediction_crd` with crd_weight 0.
 * Released form: sums over B, which the trainer divides; a regression compares every z_S with every z_T.
 */
export const kd: Objective = {
  name: 'kd',
  aliases: ['vanilla_kd', 'logit_kd'],
  title: 'Logit KD',
  about: 'The student copies the teacher’s probabilities for every class.',
  formula: 'L = (1−β)·CE(y, z_S) + β·τ²·KL(softmax(z_T/τ) ‖ softmax(z_S/τ))',
  source: 'Hinton et al. 2015; Wang et al. 2023, section 2; criterion `sentence_prediction_crd`',
  released: 'Sums over the batch; a regression compares every student with every teacher output (D7).',
  needs: { teacherLogits: true, labels: 'any' },
  controls: [
    { name: 'temperature', label: 'Temperature τ', hint: 'higher shows more of the wrong classes', initial: 2, minimum: 0.5, maximum: 20, step: 0.5 },
    { name: 'kd_weight', label: 'Weight β of the teacher', hint: '0: labels only, 1: teacher only', initial: 0.5, minimum: 0, maximum: 1, step: 0.05 },
  ],
  loss: (inputs) => {
    const { temperature = 2, kd_weight = 0.5 } = inputs.parameters;
    const target = present(teacherOf('kd', inputs).logits, 'kd', 'teacher logits');
    const logits = present(inputs.student.logits, 'kd', 'student logits');
    if (isRegression(inputs.labels)) return regressionTerms(target, logits, inputs, kd_weight);
    const [ce, kd] = distillationLoss(target, logits, inputs.labels, { temperature, weight: kd_weight, mean: inputs.fidelity !== 'released' });
    return { ce, kd };
  },
};

function regressionTerms(target: tf.Tensor2D, logits: tf.Tensor2D, inputs: ObjectiveInputs, weight: number): Terms {
  const soft = squares(target, logits, inputs.fidelity === 'released');
  return {
    ce: tf.mul(batchReduction(hardLosses(logits, inputs.labels), inputs), 1 - weight) as tf.Scalar,
    kd: tf.mul(batchReduction(soft, inputs), weight) as tf.Scalar,
  };
}

/** (z_S − z_T)² by example [B, 1], or of all B·B combinations, which broadcasting gave in the reference. */
function squares(teacher: tf.Tensor2D, student: tf.Tensor2D, allCombinations: boolean): tf.Tensor {
  return tf.square(tf.sub(allCombinations ? tf.transpose(student) : student, teacher));
}
