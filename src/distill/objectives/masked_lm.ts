import { wordReduction } from '../averages.ts';
import type { Objective } from '../objective.ts';
import { present } from '../pairs.ts';
import { hardLosses } from '../prediction.ts';

/**
 * Masked language modelling: the student should name the words that were masked.
 *
 *   L = mean over M of −log softmax(z_S)[w]
 *
 * z_S: masked-LM logits at the masked positions [M, V]; w: the words that stood there [M]. Released form: the sum over M.
 * Source: Devlin et al. 2019, section 3.1.
 */
export const maskedLm: Objective = {
  name: 'masked_lm',
  aliases: ['mlm'],
  title: 'Masked language modelling',
  about: 'The student learns to name masked words, without a teacher.',
  formula: 'L = CE(w, z_S) at masked positions',
  source: 'Devlin et al. 2019, section 3.1',
  released: 'The sum over masked tokens.',
  needs: { teacherLogits: false, maskedLm: true },
  controls: [],
  loss: (inputs) => {
    const logits = present(inputs.student.maskedLm, 'masked_lm', 'masked-LM logits of the student');
    return { masked_lm: wordReduction(hardLosses(logits, present(inputs.maskedLabels, 'masked_lm', 'the words at the masked positions')), inputs) };
  },
};
