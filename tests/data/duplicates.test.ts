import { describe, expect, it } from 'vitest';
import { sharedWith, TextSet } from '../../src/data/duplicates.ts';
import { Lengths } from '../../src/data/lengths.ts';

describe('duplicates', () => {
  it('are examples of the same texts, whatever their label', () => {
    const set = new TextSet();
    expect([set.add({ text: 'a', textPair: 'b' }), set.add({ text: 'a' }), set.add({ text: 'b', textPair: 'a' }), set.add({ text: 'a', textPair: 'b' })]).toEqual([false, false, false, true]);
    expect(set.repeated).toBe(1);
  });

  it('are counted among others part by part', async () => {
    const others = Array.from({ length: 45_001 }, (_, i) => ({ text: `row ${i % 45_000}` }));
    const examples = [{ text: 'row 7' }, { text: 'row 7' }, { text: 'row 44999' }, { text: 'row 0' }, { text: 'row 7', textPair: '' }];
    let waits = 0;
    expect(await sharedWith(examples, others, async () => void waits++)).toBe(4);
    expect(waits).toBe(3);
  });

  it('are not found among many different texts', () => {
    const set = new TextSet();
    for (let i = 0; i < 300_007; i++) set.add({ text: `row ${i}`, textPair: `${(i * 7919) % 300_007}` });
    expect(set.repeated).toBe(0);
  });
});

describe('lengths', () => {
  it('have quantiles, and bins of a round width', () => {
    const lengths = new Lengths();
    for (let i = 1; i <= 100; i++) lengths.add(i);
    lengths.add(1009);
    expect(lengths.report()).toEqual({
      least: 1, median: 51, p95: 96, largest: 1009, mean: 6059 / 101,
      bins: [{ from: 0, to: 15, rows: 15 }, ...[16, 32, 48, 64, 80].map((from) => ({ from, to: from + 15, rows: 16 })), { from: 96, to: 111, rows: 5 }, { from: 112, to: 127, rows: 0 }, { from: 128, to: 143, rows: 0 }, { from: 144, to: 1009, rows: 1 }],
    });
    expect(new Lengths().report()).toBeUndefined();
  });
});
