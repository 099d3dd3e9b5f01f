import { describe, expect, it } from 'vitest';
import { replaceTokens, type ReplacementOptions } from '../../src/distill/augmentation.ts';
import { maskedLmFirst } from '../../src/distill/two_stage.ts';
import type { TokenBatch } from '../../src/model/batch.ts';

const [SIZE, LENGTH, PAD, CLS, SEP] = [3, 41, 0, 1, 2];
const LENGTHS = [41, 23, 7];
const place = (i: number) => ({ row: Math.floor(i / LENGTH), at: i % LENGTH });
const idAt = (i: number) => {
  const { row, at } = place(i);
  if (at >= LENGTHS[row]!) return PAD;
  return at === 0 ? CLS : at === LENGTHS[row]! - 1 ? SEP : 5;
};
const BATCH: TokenBatch = {
  size: SIZE,
  length: LENGTH,
  ids: Int32Array.from({ length: SIZE * LENGTH }, (_, i) => idAt(i)),
  typeIds: new Int32Array(SIZE * LENGTH),
  mask: Float32Array.from({ length: SIZE * LENGTH }, (_, i) => Number(idAt(i) !== PAD)),
};
const options = (more: Partial<ReplacementOptions> = {}): ReplacementOptions => ({ seed: 3, step: 0, vocabulary: 17, special: new Set([PAD, CLS, SEP, 3, 4]), fidelity: 'corrected', probability: 1, ...more });
const changed = (batch: TokenBatch) => [...batch.ids.keys()].filter((i) => batch.ids[i] !== BATCH.ids[i]);

describe('token replacement', () => {
  it('changes real tokens that are not special, and nothing else', () => {
    for (let step = 0; step < 20; step++) {
      const batch = replaceTokens(BATCH, options({ step }));
      expect(changed(batch).every((i) => BATCH.ids[i] === 5)).toBe(true);
      expect([...batch.ids].filter((id, i) => id !== BATCH.ids[i]).every((id) => id > 4 && id < 17)).toBe(true);
      expect(batch.mask).toEqual(BATCH.mask);
    }
  });

  it('gives 100 of 128 places another draw: 30, 16 and 4 of 39, 21 and 5; one draw of 12 is the old id', () => {
    const shares = Array.from({ length: 300 }, (_, step) => changed(replaceTokens(BATCH, options({ step }))).length / 65);
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    expect(Math.abs(mean - (50 / 65) * (11 / 12))).toBeLessThan(0.01);
  });

  it('leaves about half of the batches as they are', () => {
    const same = Array.from({ length: 400 }, (_, step) => replaceTokens(BATCH, options({ step, probability: 0.5 }))).filter((batch) => batch === BATCH).length;
    expect(Math.abs(same / 400 - 0.5)).toBeLessThan(0.08);
  });

  it('is a function of seed and step', () => {
    expect(replaceTokens(BATCH, options())).toEqual(replaceTokens(BATCH, options()));
    expect(replaceTokens(BATCH, options({ step: 1 })).ids).not.toEqual(replaceTokens(BATCH, options()).ids);
    expect(replaceTokens(BATCH, options({ seed: 4 })).ids).not.toEqual(replaceTokens(BATCH, options()).ids);
  });

  it('as released overwrites padding and special tokens, and unmasks them', () => {
    const batches = Array.from({ length: 20 }, (_, step) => replaceTokens(BATCH, options({ step, fidelity: 'released' })));
    const hit = new Set(batches.flatMap(changed).map((i) => BATCH.ids[i]));
    expect([...hit].sort()).toEqual([PAD, CLS, SEP, 5].sort());
    expect(batches.some((batch) => batch.mask.some((m, i) => m === 1 && BATCH.mask[i] === 0))).toBe(true);
    for (const batch of batches) for (const i of changed(batch)) expect(batch.mask[i]).toBe(1);
  });
});

describe('masked language modelling, then relations', () => {
  it('turns at a share of the steps, half of them by default', () => {
    expect(maskedLmFirst('masked_lm', ['minilm'])).toEqual([{ name: 'masked-lm', share: 0.5, terms: ['masked_lm'] }, { name: 'distillation', share: 0.5, terms: ['minilm'] }]);
    expect(maskedLmFirst('masked_lm', ['minilm', 'pkd'], 0.25).map(({ share }) => share)).toEqual([0.25, 0.75]);
  });
});
