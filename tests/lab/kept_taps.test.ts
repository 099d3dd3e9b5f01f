import { beforeAll, describe, expect, it } from 'vitest';
import { keptBytes, KeptTaps } from '../../src/lab/kept_taps.ts';
import { TAP_NAMES, type TapName } from '../../src/model/taps.ts';
import { open } from '../tensor/backends.ts';

const MODEL = { layers: 3, heads: 5, hidden_size: 35 };
const LENGTHS = [7, 0, 2, 11, 3];
const ALL = Object.fromEntries(TAP_NAMES.map((name) => [name, [1]]));

/** A value for each place of a padded batch: [row, block, token, value] are its digits. */
const SIZES: Readonly<Record<TapName, (length: number) => readonly [blocks: number, tokens: number, values: number]>> = {
  hiddenStates: (length) => [1, length, 35],
  firstTokens: () => [1, 1, 35],
  attentionScores: (length) => [5, length, length],
  attentionProbabilities: (length) => [5, length, length],
  queries: (length) => [5, length, 7],
  keys: (length) => [5, length, 7],
  values: (length) => [5, length, 7],
};
const numbered = (row: number, block: number, token: number, value: number) => 1 + value + 64 * (token + 16 * (block + 8 * row));

function batchOf(name: TapName, rows: readonly number[], length: number, padding: (row: number, token: number, key: number) => number | undefined): Float32Array {
  const [blocks, tokens, values] = SIZES[name](length);
  return Float32Array.from({ length: rows.length * blocks * tokens * values }, (_, n) => {
    const [value, token, block, i] = [n % values, Math.floor(n / values) % tokens, Math.floor(n / values / tokens) % blocks, Math.floor(n / values / tokens / blocks)];
    const key = values === length ? value : 0;
    return padding(rows[i]!, token, key) ?? numbered(rows[i]!, block, token, value);
  });
}

/** What stands at padding: another number where the teacher wrote it, the fill where a batch is put together. */
const PADDING: Readonly<Partial<Record<TapName, number>>> = { attentionScores: -10000 };
const filled = (fill: number) => (row: number, token: number, key: number) => (token >= LENGTHS[row]! || key >= LENGTHS[row]! ? fill : undefined);

describe('taps that are kept by row', () => {
  beforeAll(() => open('cpu'));

  it.each(TAP_NAMES)('%s come back at another length and in another order, padding replaced', (name) => {
    const kept = new KeptTaps(MODEL, ALL, LENGTHS);
    const tap = { name, index: 1 };
    kept.put(tap, { indices: [2, 0], length: 8 }, batchOf(name, [2, 0], 8, filled(NaN)));
    kept.put(tap, { indices: [4, 3], length: 11 }, batchOf(name, [4, 3], 11, filled(NaN)));
    const tensor = kept.tensor(tap, { indices: [0, 4, 2], length: 13 });
    expect([...tensor.dataSync()]).toEqual([...batchOf(name, [0, 4, 2], 13, filled(PADDING[name] ?? 0))]);
    const shapes: Partial<Record<TapName, number[]>> = { hiddenStates: [39, 35], firstTokens: [3, 35] };
    expect(tensor.shape).toEqual(shapes[name] ?? [3, ...SIZES[name](13)]);
  });

  it('take no more than their real tokens', () => {
    expect(keptBytes(MODEL, { hiddenStates: [0, 2], firstTokens: [1] }, LENGTHS)).toBe(4 * 35 * (2 * 23 + 4));
    expect(keptBytes(MODEL, { attentionScores: [1], values: [0] }, [7, 2])).toBe(4 * (5 * (49 + 4) + 35 * 9));
  });

  it('refuse what was not kept', () => {
    const kept = new KeptTaps(MODEL, { keys: [2] }, LENGTHS);
    expect(() => kept.tensor({ name: 'keys', index: 1 }, { indices: [0], length: 8 })).toThrow('the teacher\'s tap "keys" of index 1 is not kept');
    expect(() => kept.tensor({ name: 'keys', index: 2 }, { indices: [0, 1], length: 8 })).toThrow('nothing of the teacher is kept for row 1');
  });
});
