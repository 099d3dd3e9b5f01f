import { variant } from '../compose.ts';
import { minilm } from './minilm.ts';

/**
 * MiniLM with a teacher layer drawn anew in every step from each student layer's block, apart for attention and values.
 *
 *   L = minilm with i ↔ one of i·k … i·k + k − 1, k = ⌊N/S⌋
 *
 * Source: `minilm_random` of the reference's `method_comparison.py`, which is written for 12 → 6 layers.
 */
export const minilmRandom = variant(minilm, {
  name: 'minilm_random',
  aliases: [],
  title: 'MiniLM, random layers',
  about: 'As MiniLM, with a teacher layer drawn from each block in every step.',
  formula: 'L = minilm with teacher layers drawn from each block in each step',
  source: '`minilm_random` of the reference’s `method_comparison.py`',
  released: 'As minilm (D6); the draws are the lab’s own (D21).',
}, { mapping: { kind: 'random_block' } });
