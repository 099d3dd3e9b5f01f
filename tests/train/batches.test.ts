import { describe, expect, it } from 'vitest';
import { BatchSequence } from '../../src/lab/batch_sequence.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import { integer, key } from '../../src/random/counter.ts';
import { bucketLength, collate, epochBatches, evaluationBatches, lengthStep, realShare, type EncodedExample } from '../../src/train/batches.ts';

const COUNT = 1009;
const BATCH = 13;
const lengths = key(5, 'grammar');
const EXAMPLES: readonly EncodedExample[] = Array.from({ length: COUNT }, (_, i) => {
  const ids = Array.from({ length: 3 + integer(lengths, i, 41) }, (_, j) => 1 + ((i + j) % 97));
  return { ids, typeIds: ids.map((_, j) => Number(j > 5)), label: i % 3 };
});

const sorted = (batches: readonly number[][]) => batches.flat().sort((a, b) => a - b);
const all = [...EXAMPLES.keys()];

/** Share of the positions that hold padding. */
function paddingShare(batches: readonly number[][]): number {
  const made = batches.map((indices) => collate(EXAMPLES, indices, 0, 64));
  const positions = made.reduce((sum, { ids }) => sum + ids.length, 0);
  return 1 - made.reduce((sum, { mask }) => sum + mask.reduce((a, b) => a + b, 0), 0) / positions;
}

describe('the batches of an epoch', () => {
  it('hold every example once, in batches of one size but for the last', () => {
    const batches = epochBatches(EXAMPLES, BATCH, 7, 0);
    expect(sorted(batches)).toEqual(all);
    const sizes = batches.map((batch) => batch.length).sort((a, b) => a - b);
    expect(sizes).toEqual([COUNT % BATCH, ...Array<number>(Math.floor(COUNT / BATCH)).fill(BATCH)]);
  });

  it('are a function of seed and epoch', () => {
    const at = (seed: number, epoch: number) => epochBatches(EXAMPLES, BATCH, seed, epoch);
    expect(at(7, 2)).toEqual(at(7, 2));
    expect(at(7, 3)).not.toEqual(at(7, 2));
    expect(at(8, 2)).not.toEqual(at(7, 2));
  });

  it('have little padding, and are in no order of length', () => {
    const batches = epochBatches(EXAMPLES, BATCH, 7, 0);
    const unsorted = all.reduce<number[][]>((made, i) => (i % BATCH === 0 ? [...made, [i]] : [...made.slice(0, -1), [...made.at(-1)!, i]]), []);
    expect(paddingShare(batches)).toBeLessThan(0.19);
    expect(paddingShare(unsorted)).toBeGreaterThan(0.4);
    const longest = batches.map((indices) => Math.max(...indices.map((i) => EXAMPLES[i]!.ids.length)));
    const rises = longest.slice(1).filter((length, i) => length > longest[i]!).length;
    expect(rises / longest.length).toBeGreaterThan(0.3);
    expect(rises / longest.length).toBeLessThan(0.7);
  });

  it('are found again by the step', () => {
    const options = { ...DEFAULT_RECIPE.training, per_device_train_batch_size: BATCH, seed: 7, max_seq_length: 64 };
    const perEpoch = Math.ceil(COUNT / BATCH);
    const [one, other] = [new BatchSequence(EXAMPLES, options, 0), new BatchSequence(EXAMPLES, options, 0)];
    const steps = [0, 1, perEpoch - 1, perEpoch, 2 * perEpoch + 3];
    const forwards = steps.map((step) => one.at(step).indices);
    expect(steps.toReversed().map((step) => other.at(step).indices).toReversed()).toEqual(forwards);
    expect(forwards[3]).toEqual(epochBatches(EXAMPLES, BATCH, 7, 1)[0]);
  });
});

describe('the batches of an evaluation', () => {
  it('hold every example once, the longest first', () => {
    const batches = evaluationBatches(EXAMPLES, 64);
    expect(sorted(batches)).toEqual(all);
    const order = batches.flat().map((i) => EXAMPLES[i]!.ids.length);
    expect(order).toEqual(order.toSorted((a, b) => b - a));
    expect(evaluationBatches([], 64)).toEqual([]);
  });
});

describe('the step of padded lengths', () => {
  const ofLengths = (count: number, length: (i: number) => number): EncodedExample[] => Array.from({ length: count }, (_, i) => ({ ids: new Uint8Array(length(i)), typeIds: new Uint8Array(length(i)), label: 0 }));

  it('is 8 where that leaves at least 85 % of the tokens real, and 4 where it does not', () => {
    const [long, short] = [ofLengths(211, (i) => 29 + (i % 31)), ofLengths(211, (i) => 3 + (i % 11))];
    const shares = [long, short].map((rows) => realShare(rows, epochBatches(rows, 13, 7, 0), 64));
    expect(shares[0]).toBeGreaterThan(0.85);
    expect(shares[1]).toBeLessThan(0.85);
    expect([long, short].map((rows) => lengthStep(rows, 13, 64, 7))).toEqual([8, 4]);
    expect(realShare(short, epochBatches(short, 13, 7, 0), 64, 4)).toBeGreaterThan(shares[1]! + 0.05);
  });

  it('counts what the batches hold', () => {
    const batches = epochBatches(EXAMPLES, BATCH, 7, 0);
    expect(realShare(EXAMPLES, batches, 64)).toBeCloseTo(1 - paddingShare(batches), 12);
    expect([realShare([], [], 64), lengthStep([], 13, 64, 7)]).toEqual([1, 8]);
  });

  it('is that of a sequence of batches', () => {
    const options = { ...DEFAULT_RECIPE.training, per_device_train_batch_size: BATCH, seed: 7, max_seq_length: 64 };
    const [plain, fine] = [new BatchSequence(EXAMPLES, options, 0), new BatchSequence(EXAMPLES, options, 0, 4)];
    const lengths = (batches: BatchSequence) => Array.from({ length: 29 }, (_, i) => batches.at(i).length);
    expect(fine.at(5).indices).toEqual(plain.at(5).indices);
    expect(lengths(plain).every((length) => length % 8 === 0)).toBe(true);
    expect(lengths(fine).some((length) => length % 8 === 4)).toBe(true);
  });
});

describe('a padded batch', () => {
  it('has its texts on the left, padding on the right, and a mask that says which is which', () => {
    const examples = [
      { ids: [2, 5, 3], typeIds: [0, 0, 1], label: 1 },
      { ids: [2, 7, 8, 9, 3], typeIds: [0, 0, 0, 1, 1], label: 0 },
      { ids: [9], typeIds: [0], label: 2 },
    ];
    const batch = collate(examples, [2, 0], 4, 64);
    expect([batch.size, batch.length, [...batch.labels], batch.indices]).toEqual([2, 8, [2, 1], [2, 0]]);
    expect([...batch.ids]).toEqual([9, 4, 4, 4, 4, 4, 4, 4, 2, 5, 3, 4, 4, 4, 4, 4]);
    expect([...batch.typeIds]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    expect([...batch.mask]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0]);
  });

  it('is as long as its longest text in multiples of another step, or as long as any may be', () => {
    const one = [{ ids: new Uint16Array([2, 7, 8, 9, 3]), typeIds: new Uint8Array([0, 0, 0, 1, 1]), label: 0 }];
    expect([collate(one, [0], 4, 64).length, collate(one, [0], 4, 64, { step: 3 }).length, collate(one, [0], 4, 61, { toMax: true }).length]).toEqual([8, 6, 61]);
    const { ids, typeIds, mask } = collate(one, [0], 4, 64, { step: 7 });
    expect([[...ids], [...typeIds], [...mask]]).toEqual([[2, 7, 8, 9, 3, 4, 4], [0, 0, 0, 1, 1, 0, 0], [1, 1, 1, 1, 1, 0, 0]]);
  });

  it.each([
    [1, 64, 8],
    [8, 64, 8],
    [9, 64, 16],
    [61, 64, 64],
    [17, 19, 19],
  ])('of texts up to %i tokens, at most %i, has length %i', (longest, most, expected) => {
    expect(bucketLength(longest, most)).toBe(expected);
  });
});
