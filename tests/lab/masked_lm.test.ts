import { beforeAll, describe, expect, it } from 'vitest';
import type { ObjectiveTerm } from '../../src/experiment/recipe.ts';
import { classifierLoop } from '../../src/lab/classifier_training.ts';
import { maskedBatch, maskingIds } from '../../src/lab/masked_batch.ts';
import { randomWeights, upload } from '../../src/model/weights.ts';
import { collate } from '../../src/train/batches.ts';
import { open } from '../tensor/backends.ts';
import { SMALL_CONFIG } from './given_files.ts';
import { plainTraining } from './plain_training.ts';
import { smallRecipe, smallSession, smallTokenizer } from './small_session.ts';

const MASKED_WORDS: readonly ObjectiveTerm[] = [{ name: 'masked_lm', weight: 1, parameters: {} }];

/** Losses of the first steps of a model that does not move. */
async function losses(steps: number, gradient_accumulation_steps: number): Promise<number[]> {
  const parameters = upload(randomWeights(SMALL_CONFIG, ['masked-lm'], 5), true);
  const options = { ...smallRecipe().training, learning_rate: 0, gradient_accumulation_steps };
  const plain = plainTraining({ objectives: MASKED_WORDS, config: SMALL_CONFIG, parameters, examples: smallSession().data.train, options, steps });
  const loop = classifierLoop({ ...plain, masking: maskingIds(smallTokenizer()) });
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

describe('a masked batch', () => {
  const rows = collate(smallSession().data.train, [3, 1, 4, 15, 9], 0, 16);
  const ids = maskingIds(smallTokenizer());
  const at = (number: number, aug: boolean) => maskedBatch(rows, ids, { seed: 7, aug }, number, 'corrected');

  it('has tokens replaced in about half of the batches, by number, and predicts the same words', () => {
    const replaced = Array.from({ length: 40 }, (_, number) => {
      const [plain, changed] = [at(number, false), at(number, true)];
      expect(changed.words).toEqual(plain.words);
      expect(changed.positions).toEqual(plain.positions);
      expect(at(number, true)).toEqual(changed);
      return changed.rows.ids.join() !== plain.rows.ids.join();
    });
    const count = replaced.filter(Boolean).length;
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(30);
  });

  it('keeps [CLS], [SEP], padding and masks where tokens are replaced', () => {
    const kept = new Set([...ids.untouchable, ids.mask]);
    for (let number = 0; number < 9; number++) {
      const [plain, changed] = [at(number, false).rows, at(number, true).rows];
      expect(changed.mask).toEqual(plain.mask);
      plain.ids.forEach((id, i) => {
        if (kept.has(id)) expect(changed.ids[i]).toBe(id);
        else expect(kept.has(changed.ids[i]!)).toBe(false);
      });
    }
  });
});
