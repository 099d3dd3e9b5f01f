import { describe, expect, it } from 'vitest';
import { Comparison } from '../../src/parity/comparison.ts';
import { GoldenTensors } from '../../src/parity/golden_tensors.ts';
import { bound, readManifest } from '../../src/parity/manifest.ts';
import { manifestOf, memoryFolder, tensorFile } from './golden_folders.ts';

const tensor = (...values: number[]) => ({ shape: [values.length], data: Float32Array.from(values) });

function comparison(tensors: Record<string, ReturnType<typeof tensor>>): Comparison {
  const file = new GoldenTensors(tensorFile(new Map(Object.entries(tensors))), 'file');
  return new Comparison(file, file.names(), { values: 2e-5, gradients: 2e-4 });
}

describe('the metric', () => {
  it('is the largest difference over the largest magnitude', async () => {
    const one = comparison({ 'expected/x': tensor(1, -4, 2) });
    await one.near('expected/x', [1, -4, 2.002]);
    expect(one.differences[0]!.difference).toBeCloseTo(0.0005, 6);
    expect(one.differences[0]!.tolerance).toBe(2e-5);
  });

  it('measures small tensors on a thousandth of the scale of the case', async () => {
    const one = comparison({ 'grad/a': tensor(500), 'grad/b': tensor(1e-6), 'expected/c': tensor(9e9) });
    await one.near('grad/b', [2e-6]);
    expect(one.differences[0]!.difference).toBeCloseTo(2e-6, 8);
    expect(one.differences[0]!.tolerance).toBe(2e-4);
  });

  it('leaves masked scores out of the difference and of the scale, but not out of sight', async () => {
    const one = comparison({ 'expected/x': tensor(2, -10003, -Infinity) });
    await one.near('expected/x', [2, -9998, -10000]);
    expect(one.differences[0]!.difference).toBe(0);
    await one.near('expected/x', [2, -9998, 0]);
    expect(one.differences[1]!.difference).toBe(Infinity);
    await one.near('expected/x', [-10000, -10000, -10000]);
    expect(one.differences[2]!.difference).toBeGreaterThan(1000);
  });

  it('never lets NaN pass', async () => {
    const one = comparison({ 'expected/x': tensor(1, 2) });
    await expect(one.near('expected/x', [NaN, 2])).rejects.toThrow('NaN');
    expect(one.differences[0]!.difference <= 1e9).toBe(false);
  });

  it('refuses another number of values', async () => {
    await expect(comparison({ 'expected/x': tensor(1, 2) }).near('expected/x', [1])).rejects.toThrow('expected 2 values, got 1');
  });

  it('takes a gradient that is not in the file for zero', async () => {
    const one = comparison({ 'grad/a': tensor(3) });
    await one.gradient('grad/b', [0, 6e-9]);
    await one.gradient('grad/b', [1, 0]);
    expect(one.differences.map(({ difference }) => difference <= 2e-4)).toEqual([true, false]);
  });

  it('knows what nothing was compared with', async () => {
    const one = comparison({ 'expected/x': tensor(1), 'expected/y': tensor(1) });
    await one.near('expected/y', [1]);
    expect(one.left()).toEqual(['expected/x']);
  });

  it('measures rates one by one', async () => {
    const one = comparison({ 'expected/lr': tensor(1, 1e-4, 0) });
    await one.near('expected/lr', [1, 1.01e-4, 0], { measure: 'elementwise', tolerance: 1e-6 });
    expect(one.differences[0]!.difference).toBeCloseTo(0.01, 5);
  });
});

describe('bounds in a text', () => {
  it.each([
    ['losses relative 1e-4; parameters abs 5e-5, key.bias abs 3e-4', 'key.bias abs', 3e-4],
    ['losses relative 1e-4; parameters abs 5e-5, key.bias abs 3e-4', 'losses relative', 1e-4],
    ['1e-9 relative (Pearson with large offset 1e-8)', 'relative', 1e-9],
    ['1e-9 relative (Pearson with large offset 1e-8)', 'Pearson with large offset', 1e-8],
    ['abs 0.002', 'abs', 0.002],
  ])('"%s": %s', async (tolerance, phrase, expected) => {
    const manifest = await readManifest(memoryFolder({ 'manifest.json': manifestOf({ one: { tolerance }, other: { tolerance: 'as one' } }) }));
    expect(bound(manifest, 'one', phrase)).toBe(expected);
    expect(bound(manifest, 'other', phrase)).toBe(expected);
    expect(() => bound(manifest, 'one', 'nothing of that kind')).toThrow(/a number beside "nothing of that kind"/);
  });
});
