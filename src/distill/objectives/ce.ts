import { batchReduction } from '../averages.ts';
import type { Objective } from '../objective.ts';
import { present } from '../pairs.ts';
import { hardLosses } from '../prediction.ts';

/**
 * Cross-entropy with the labels: finetuning without a teacher.
 *
 *   L = mean over B of −log softmax(z_S)[y];  for a regression the mean of (z_S − y)²
 *
 * z_S: student logits [B, C]; y: class ids [B], or real targets with C = 1. Released form: the sum over B.
 * Source: Devlin et al. 2019, section 4.1; fairseq criterion `sentence_prediction`.
 */
export const ce: Objective = {
  name: 'ce',
  aliases: ['sentence_prediction'],
  title: 'Cross-entropy',
  about: 'The student learns from the labels alone, without a teacher.',
  formula: 'L = CE(y, z_S)',
  source: 'Wang et al. 2023, section 2; fairseq criterion `sentence_prediction`',
  released: 'The sum over the batch.',
  needs: { teacherLogits: false, labels: 'any' },
  controls: [],
  loss: (inputs) => ({ ce: batchReduction(hardLosses(present(inputs.student.logits, 'ce', 'student logits'), inputs.labels), inputs) }),
};
