import { beforeAll, describe, expect, it } from 'vitest';
import { agree, partsOf, peakBytes } from '../../bench/pretraining.ts';
import { openScene, type Scene } from '../../bench/pretraining/scene.ts';
import { open } from '../tensor/backends.ts';

const SIZES = { width: 20, vocabulary: 331, teacher: 5, student: 2, batch: 3, length: 11 };

describe('the benchmark of pretraining', () => {
  let scene: Scene;
  beforeAll(async () => {
    await open('wasm');
    scene = openScene(SIZES);
  });

  it('masks some words of its batch, at their places', () => {
    const { ids, masked: { positions, words } } = scene.rows;
    expect(positions.length).toBeGreaterThan(1);
    expect(positions.length).toBeLessThan(0.4 * ids.length);
    expect([...positions].every((at, i) => ids[at] === 4 && words[i]! >= 5)).toBe(true);
  });

  it('compares forms that have the same loss, of which the lab’s own holds the fewest bytes', async () => {
    for (const { title, forms } of partsOf(scene, ['0,1', '1,3'])) {
      await agree(title, forms);
      const bytes: number[] = [];
      for (const form of Object.values(forms)) bytes.push(await peakBytes(form));
      expect(bytes[0], title).toBe(Math.min(...bytes));
      expect(bytes[0], title).toBeLessThan(bytes.at(-1)!);
    }
  });

  it('refuses forms that differ', async () => {
    await expect(agree('x', { a: async () => 1, b: async () => 1.001 })).rejects.toThrow('x: the losses differ, 1, 1.001');
  });
});
