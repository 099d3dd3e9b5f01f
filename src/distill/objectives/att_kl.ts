import { scoreDivergence } from '../attention.ts';
import type { Objective } from '../objective.ts';
import { pairsOf, sumOverPairs, tapsOfPairs } from '../pairs.ts';

/** Student probabilities below this count as this in the released form. */
export const RELEASED_FLOOR = 1e-7;

/**
 * Att-KL: the student's attention distributions should match the teacher's.
 *
 *   L = Σ over layer pairs (s, t)  w · mean over B, H, real queries of  KL( softmax(A_t) ‖ softmax(A_s) )
 *
 * A_s, A_t: attention scores before softmax, [B, H, T, T], padded keys lowered by 10000. Where the numbers of heads differ,
 * distributions are averaged over groups of neighbouring heads.
 * Source: Wang et al. 2023, "Att-KL"; `att_kl_learn`, `mobile_feature_learn` (task-specific), `att_kl` (task-agnostic).
 * Released form: the mean takes padded queries in; student probabilities are clamped at `probability_floor`, 1e-7 (`mobile`
 * does not clamp: 0).
 */
export const attKl: Objective = {
  name: 'att_kl',
  aliases: ['att_kl_learn', 'mobile', 'mobile_feature_learn'],
  title: 'Attention KL',
  about: 'The student should look at the same words as its teacher: attention distributions, layer by layer.',
  formula: 'L = Σ_(s,t) mean KL(softmax(A_t) ‖ softmax(A_s))',
  source: 'Wang et al. 2023, "Att-KL"; `att_kl_learn`, `mobile_feature_learn`, `att_kl`',
  released: 'Padded queries count; student probabilities are clamped at 1e-7 (not in `mobile`, D6).',
  needs: { teacherLogits: false },
  controls: [],
  mapping: { kind: 'skip' },
  taps: (setting, step) => tapsOfPairs('attentionScores', pairsOf('att_kl', setting, step)),
  loss: (inputs) => {
    const { probability_floor = inputs.fidelity === 'released' ? RELEASED_FLOOR : 0 } = inputs.parameters;
    const pairs = pairsOf('att_kl', inputs, inputs.step);
    return { att_kl: sumOverPairs('att_kl', inputs, 'attentionScores', pairs, (s, t) => scoreDivergence(s, t, inputs, probability_floor)) };
  },
};
