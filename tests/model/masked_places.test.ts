import { expect, it } from 'vitest';
import { paddedCount } from '../../src/model/masked_places.ts';

it('has room for every number of words, in few sizes, and adds little', () => {
  expect([0, 1, 16, 17, 127, 255, 256, 257, 511, 513, 1025].map(paddedCount)).toEqual([16, 16, 16, 32, 128, 256, 256, 288, 512, 576, 1152]);
  const sizes = new Set<number>();
  for (let words = 1; words <= 4096; words++) {
    const places = paddedCount(words);
    expect(places).toBeGreaterThanOrEqual(words);
    expect(paddedCount(places)).toBe(places);
    if (words >= 128) expect(places - words).toBeLessThan(words / 8);
    sizes.add(places);
  }
  expect(sizes.size).toBe(16 + 8 * 4);
});
