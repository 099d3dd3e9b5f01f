import * as tf from '../../tensor/tf.ts';
import type { Objective } from '../objective.ts';
import { present } from '../pairs.ts';
import { hardLosses } from '../prediction.ts';

/**
 * Next-sentence prediction: the student should tell whether the second of two texts follows the first.
 *
 *   L = mean over B of −log softmax(z_S)[y]
 *
 * z_S: next-sentence logits of the pooled first token [B, 2]; y: 0 where the second text follows, 1 where it was drawn from
 * another document [B]. The released form is a mean too. Source: Devlin et al. 2019, section 3.1; reference
 * `BertForPreTraining`, option `--add_nsp`.
 */
export const nextSentence: Objective = {
  name: 'next_sentence',
  aliases: ['nsp'],
  title: 'Next-sentence prediction',
  about: 'The student learns to tell whether one text follows another, without a teacher.',
  formula: 'L = CE(y, z_S) of pairs',
  source: 'Devlin et al. 2019, section 3.1; `--add_nsp`',
  needs: { teacherLogits: false, nextSentence: true },
  controls: [],
  loss: ({ student, labels }) => ({ next_sentence: tf.mean(hardLosses(present(student.nextSentence, 'next_sentence', 'next-sentence logits of the student'), labels)) }),
};
