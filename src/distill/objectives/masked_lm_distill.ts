import { distillationLoss } from '../../tensor/kernels/distillation_loss.ts';
import type { Objective } from '../objective.ts';
import { present, teacherOf } from '../pairs.ts';

/**
 * Masked-LM distillation: the student's softened predictions of masked words should match the teacher's.
 *
 *   L = (1−β)·CE(w, z_S) + β·τ²·KL( softmax(z_T/τ) ‖ softmax(z_S/τ) ),  both means over M
 *
 * z_S, z_T: masked-LM logits at the M masked positions [M, V]; w: the words that stood there [M]; β = `kd_weight`, 1 as in
 * the reference; τ = `temperature`. Source: Sanh et al. 2019; criterion `masked_lm_distill`. Released form: sums over M.
 */
export const maskedLmDistill: Objective = {
  name: 'masked_lm_distill',
  aliases: ['mlm_kd'],
  title: 'Masked-LM distillation',
  about: 'The student copies the teacher’s probabilities for masked words.',
  formula: 'L = (1−β)·CE(w, z_S) + β·τ²·KL(softmax(z_T/τ) ‖ softmax(z_S/τ)) at masked positions',
  source: 'Sanh et al. 2019; criterion `masked_lm_distill`',
  released: 'Sums over masked tokens.',
  needs: { teacherLogits: true, maskedLm: true },
  controls: [
    { name: 'temperature', label: 'Temperature τ', initial: 1, minimum: 0.5, maximum: 20, step: 0.5 },
    { name: 'kd_weight', label: 'Weight β of the teacher', initial: 1, minimum: 0, maximum: 1, step: 0.05 },
  ],
  loss: (inputs) => {
    const { temperature = 1, kd_weight = 1 } = inputs.parameters;
    const target = present(teacherOf('masked_lm_distill', inputs).maskedLm, 'masked_lm_distill', 'masked-LM logits of the teacher');
    const logits = present(inputs.student.maskedLm, 'masked_lm_distill', 'masked-LM logits of the student');
    const words = present(inputs.maskedLabels, 'masked_lm_distill', 'the words at the masked positions');
    const [masked_lm, masked_lm_kd] = distillationLoss(target, logits, words, { temperature, weight: kd_weight, mean: inputs.fidelity !== 'released' }, inputs.maskedShares);
    return { masked_lm, masked_lm_kd };
  },
};
