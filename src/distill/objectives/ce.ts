import * as tf from '../../tensor/tf.ts';
import { crossEntropy } from '../../tensor/kernels/cross_entropy.ts';
import type { Objective } from '../objective.ts';

/**
 * Cross-entropy with the labels: finetuning without a teacher.
 *
 *   L = mean over B of −log softmax(z_S)[y]
 *
 * z_S: student logits [B, C]; y: class ids [B].
 */
export const ce: Objective = {
  name: 'ce',
  aliases: ['sentence_prediction'],
  title: 'Cross-entropy',
  formula: 'L = CE(y, z_S)',
  source: 'Wang et al. 2023, section 2; fairseq criterion `sentence_prediction`',
  needs: { teacherLogits: false, studentTaps: [], teacherTaps: [] },
  controls: [],
  loss: ({ student, labels }) => ({ ce: tf.mean(crossEntropy(student.logits, labels)) as tf.Scalar }),
};
