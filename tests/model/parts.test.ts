import { beforeAll, describe, expect, it } from 'vitest';
import { joined, rowsOfParts, split, splitLike, wholeShapes, WORD_TABLE } from '../../src/model/parts.ts';
import { assign, dispose, download, randomWeights, upload, type HostTensor } from '../../src/model/weights.ts';
import type { LoopState } from '../../src/train/loop.ts';
import * as tf from '../../src/tensor/tf.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { bitsOf, CONFIG, smallLoop, stateBits } from '../train/small_job.ts';
import { differences, given, HEADS, LIMIT } from './split_model.ts';
import { VARIANTS } from './variants.ts';

const { bert, roberta } = VARIANTS;

describe('a table in parts', () => {
  it('has whole rows, none above the limit', () => {
    expect(rowsOfParts([17, 21], LIMIT)).toEqual([5, 5, 5, 2]);
    expect(rowsOfParts([17, 21], 4 * 21 * 17)).toEqual([17]);
    expect(rowsOfParts([50_265, 768], 2 ** 27)).toEqual([43_690, 6575]);
    expect(() => rowsOfParts([17, 21], 83)).toThrow(/a row of 21 values/);
  });

  it('comes back bit for bit, and leaves everything else alone', () => {
    const { tensors } = randomWeights(bert!, HEADS, 3);
    const parts = split(tensors, LIMIT);
    expect([...parts].filter(([name]) => name.startsWith(WORD_TABLE)).map(([name, { shape }]) => [name.slice(WORD_TABLE.length), shape])).toEqual([['.part0', [5, 21]], ['.part1', [5, 21]], ['.part2', [5, 21]], ['.part3', [2, 21]]]);
    expect(split(tensors, 4 * 17 * 21)).toBe(tensors);
    const back = joined(parts);
    expect([...back.keys()]).toEqual([...tensors.keys()]);
    for (const [name, tensor] of tensors) expect([name, back.get(name)!.shape, bitsOf(back.get(name)!)]).toEqual([name, tensor.shape, bitsOf(tensor)]);
    const shapes = new Map([...parts].map(([name, { shape }]) => [name, shape]));
    expect([...splitLike(shapes, back)].map(([name, tensor]) => [name, bitsOf(tensor)])).toEqual([...parts].map(([name, tensor]) => [name, bitsOf(tensor)]));
    expect([...wholeShapes(shapes)]).toEqual([...tensors].map(([name, { shape }]) => [name, shape]));
  });
});

describe.each(NODE_BACKENDS)('a model whose word embeddings are in parts, on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each([['bert', bert!], ['roberta', roberta!]])('gives what the whole %s gives', async (_name, config) => {
    const [whole, parts] = [await given(config, Infinity), await given(config, LIMIT)];
    expect([whole.parts, parts.parts]).toEqual([1, 4]);
    const found = differences(whole.tensors, parts.tensors);
    expect([found.get('embeddings'), found.size]).toEqual([0, whole.tensors.size - 2]);
    for (const [name, difference] of found) expect([name, difference < 1e-6]).toEqual([name, true]);
  });

  it('is trained as the whole one is, saved as one and continued in other parts', async () => {
    const limits = [Infinity, 4 * 15 * 5, 4 * 15 * 7];
    const weights = randomWeights(CONFIG, ['classification'], 5);
    interface Saved {
      readonly tensors: ReadonlyMap<string, HostTensor>;
      readonly state: LoopState;
    }
    const steps = async (limit: number, from?: Saved): Promise<Saved> => {
      const parameters = upload(from ? { ...weights, tensors: from.tensors } : weights, true, limit);
      const { loop } = smallLoop({ parameters }, from?.state);
      for (let step = 0; step < 2; step++) await loop.next();
      const saved = { tensors: await download(parameters), state: await loop.save() };
      loop.dispose();
      dispose(parameters);
      return saved;
    };
    const whole = await steps(Infinity, await steps(Infinity));
    for (const limit of limits.slice(1)) {
      const parts = await steps(limit, await steps(limits[1]!));
      expect([...parts.state.optimizer.moments.keys()]).toEqual([...whole.state.optimizer.moments.keys()]);
      for (const [name, difference] of differences(whole.tensors, parts.tensors)) expect([name, difference < 1e-5]).toEqual([name, true]);
    }
  });

  it('takes the values of whole tensors', async () => {
    const [weights, other] = [randomWeights(CONFIG, ['classification'], 5), randomWeights(CONFIG, ['classification'], 6)];
    const parameters = upload(weights, true, 4 * 15 * 5);
    assign(parameters, other.tensors);
    const back = await download(parameters);
    for (const [name, tensor] of other.tensors) expect(bitsOf(back.get(name)!)).toEqual(bitsOf(tensor));
    dispose(parameters);
    expect(tf.memory().numTensors).toBe(0);
  });

  it('refuses moments of another table', async () => {
    const parameters = upload(randomWeights(CONFIG, ['classification'], 5), true, 4 * 15 * 5);
    const { loop } = smallLoop({ parameters });
    await loop.next();
    const state = await loop.save();
    const shorter = { shape: [16, 15], data: new Float32Array(240) };
    const moments = new Map([...state.optimizer.moments, [`m/${WORD_TABLE}`, shorter]]);
    expect(() => smallLoop({ parameters }, { ...state, optimizer: { ...state.optimizer, moments } })).toThrow(/expected m\/embeddings.word_embeddings.weight \[17, 15\]/);
    expect(await stateBits(parameters, loop)).toBeDefined();
    loop.dispose();
    dispose(parameters);
  });
});
