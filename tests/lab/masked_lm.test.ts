import { beforeAll, describe, expect, it } from 'vitest';
import { maskedLmLoop } from '../../src/lab/masked_lm.ts';
import { randomWeights, upload } from '../../src/model/weights.ts';
import { open } from '../tensor/backends.ts';
import { SMALL_CONFIG } from './given_files.ts';
import { smallRecipe, smallSession, smallTokenizer } from './small_session.ts';

/** Losses of the first steps of a model that does not move. */
async function losses(steps: number, gradient_accumulation_steps: number): Promise<number[]> {
  const parameters = upload(randomWeights(SMALL_CONFIG, ['masked-lm'], 5), true);
  const options = { ...smallRecipe().training, learning_rate: 0, gradient_accumulation_steps };
  const loop = maskedLmLoop({ config: SMALL_CONFIG, parameters, examples: smallSession().data.train, options, steps, tokenizer: smallTokenizer() });
  const seen = [];
  while (!loop.finished) seen.push((await loop.next()).loss);
  return seen;
}

describe('masked language modelling', () => {
  beforeAll(() => open('wasm'));

  it('makes an update of batches in order, each with masks of its own and weighed by its masked tokens', async () => {
    const [one, two] = [await losses(6, 1), await losses(3, 2)];
    expect(new Set(one).size).toBe(6);
    two.forEach((loss, step) => {
      const [first, second] = [one[2 * step]!, one[2 * step + 1]!];
      const share = (loss - second) / (first - second);
      expect(share).toBeGreaterThan(0.1);
      expect(share).toBeLessThan(0.9);
    });
  });
});
