import { variant } from '../compose.ts';
import { attKl } from './att_kl.ts';

/**
 * Att-KL with teacher layers that are drawn anew in every step.
 *
 *   L = att_kl with S of the N teacher layers in order, uniformly drawn
 *
 * Source: `attn_rand` of the reference's `feature_learn.py`. Released form: as att_kl, without a clamp of probabilities.
 */
export const attnRand = variant(attKl, {
  name: 'attn_rand',
  aliases: [],
  title: 'Attention KL, random layers',
  about: 'Attention distributions of teacher layers that are drawn anew in every step.',
  formula: 'L = Σ_(s,r) mean KL(softmax(A_r) ‖ softmax(A_s)), r drawn in each step',
  source: '`attn_rand` of the reference’s `feature_learn.py`',
  released: 'Padded queries count (D6); the draws are the lab’s own (D21).',
}, { mapping: { kind: 'random' }, parameters: { probability_floor: 0 } });
