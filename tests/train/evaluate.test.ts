import { beforeAll, describe, expect, it } from 'vitest';
import { collate } from '../../src/train/batches.ts';
import { logitsOf, meanCrossEntropy, predictions } from '../../src/train/evaluate.ts';
import { uploadBatch } from '../../src/model/batch.ts';
import { encode } from '../../src/model/encoder.ts';
import { classify } from '../../src/model/heads.ts';
import { dispose, upload } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import { smallSession } from '../lab/small_session.ts';
import { open } from '../tensor/backends.ts';

describe('predictions', () => {
  it('are the largest logit of each row, the first one on a tie', () => {
    expect(predictions(Float32Array.of(1, 3, 2, 5, 5, 4, -7, -8, -7), 3)).toEqual([1, 0, 0]);
    expect(predictions(new Float32Array(0), 3)).toEqual([]);
  });
});

describe('mean cross-entropy', () => {
  it('is that of the softmax, by hand', () => {
    const expected = (-Math.log(Math.exp(2) / (Math.exp(2) + Math.exp(-1) + 1)) - Math.log(1 / 3)) / 2;
    expect(meanCrossEntropy(Float32Array.of(2, -1, 0, 7, 7, 7), [0, 2], 3)).toBeCloseTo(expected, 12);
  });

  it('is finite for logits beyond the range of exp', () => {
    expect(meanCrossEntropy(Float32Array.of(1e4, -1e4), [1], 2)).toBeCloseTo(2e4, 6);
    expect(meanCrossEntropy(new Float32Array(0), [], 2)).toBe(0);
  });
});

describe('the logits of many examples', () => {
  beforeAll(() => open('wasm'));

  it('are those of each example alone, in the order of the examples, with the progress told', async () => {
    const { start, data, teacherRows } = smallSession();
    const examples = [...teacherRows, ...data.dev];
    const before = tf.memory().numTensors;
    const parameters = upload(start, false);
    const done: number[] = [];
    const options = { padId: 0, maxLength: 16 };
    const logits = await logitsOf({ config: start.config, parameters }, examples, { ...options, onProgress: (n) => void done.push(n) });
    expect([logits.length, done]).toEqual([2 * 96, [64, 96]]);
    for (const i of [0, 41, 95]) {
      const alone = tf.tidy(() => {
        const batch = uploadBatch(collate(examples, [i], 0, 16), start.config);
        return classify(parameters, start.config, encode(parameters, start.config, batch).last, batch).logits.dataSync();
      });
      expect(Math.max(...alone.map((value, c) => Math.abs(value - logits[2 * i + c]!)))).toBeLessThan(1e-5);
    }
    dispose(parameters);
    expect(tf.memory().numTensors).toBe(before);
  });
});
