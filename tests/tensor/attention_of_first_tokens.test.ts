import { beforeAll, describe, expect, it } from 'vitest';
import { encode } from '../../src/model/encoder.ts';
import { firstTokens } from '../../src/model/first_tokens.ts';
import { uploadBatch } from '../../src/model/batch.ts';
import { dispose, randomWeights, upload } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import '../../src/tensor/kernels/attention.ts';
import { collate } from '../../src/train/batches.ts';
import { CONFIG, ROWS } from '../train/small_job.ts';
import { NODE_BACKENDS, open } from './backends.ts';
import { maskOf } from './exact.ts';
import { random, relativeL2, run } from './wasm_harness.ts';

const SHAPE = { batch: 3, length: 13, heads: 5, size: 7 };
const { batch, length, heads } = SHAPE;
const WIDTH = heads * SHAPE.size;
const bits = (x: tf.Tensor) => [...new Int32Array(x.dataSync().slice().buffer)];

/** Rows of the first `queries` tokens of each text. */
const asking = (x: tf.Tensor, queries: number) => tf.reshape(tf.slice(tf.reshape(x, [batch, length, WIDTH]), [0, 0, 0], [batch, queries, WIDTH]), [batch * queries, WIDTH]);

/** The same as gradients of all tokens, 0 where none asked. */
const spread = (dy: tf.Tensor, queries: number) => tf.reshape(tf.pad(tf.reshape(dy, [batch, queries, WIDTH]), [[0, 0], [0, length - queries], [0, 0]]), [batch * length, WIDTH]);

describe.each(NODE_BACKENDS)('attention of which only first tokens ask, on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each([[1, 0], [1, 0.3], [2, 0.3]])('%i of each text, dropout %f: what they would get if all asked', (queries, rate) => {
    const [q, k, v] = [0, 1, 2].map((i) => random([batch * length, WIDTH], i)) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const [dy, mask] = [random([batch * queries, WIDTH], 3), maskOf(SHAPE, true)];
    const attrs = { batch, length, heads, rate, key: 0x9abcdef1 };
    const [few, all] = [run('LabAttention', { q, k, v, mask }, { ...attrs, queries }), run('LabAttention', { q, k, v, mask }, attrs)];
    expect(few[0]!.shape).toEqual([batch * queries, WIDTH]);
    expect(bits(few[0]!)).toEqual(bits(asking(all[0]!, queries)));
    const gradients = run('LabAttentionGradient', { dy, q, k, v, mask }, { ...attrs, queries });
    const expected = run('LabAttentionGradient', { dy: spread(dy, queries), q, k, v, mask }, attrs);
    gradients.forEach((gradient, i) => {
      expect(relativeL2(gradient.dataSync(), expected[i]!.dataSync())).toBeLessThan(1e-6);
      expect([...gradient.dataSync()].map((value) => value + 0)).toEqual([...expected[i]!.dataSync()].map((value) => value + 0));
    });
  });

  it('ends an encoder in the bits of one that computes all tokens; in training it computes them all', () => {
    const parameters = upload(randomWeights(CONFIG, ['classification'], 5), false);
    const rows = uploadBatch(collate(ROWS, [0, 1, 2, 7, 11], 0, 16), CONFIG);
    const whole = encode(parameters, CONFIG, rows, { taps: { firstTokens: [3] } });
    const short = encode(parameters, CONFIG, rows, { taps: { firstTokens: [3] }, firstTokens: 'forward' });
    expect(short.last.shape[0]).toBe(backend === 'wasm' ? 5 : 5 * rows.length);
    expect(bits(firstTokens(short.last, rows))).toEqual(bits(firstTokens(whole.last, rows)));
    expect(bits(short.taps.at('firstTokens', 3))).toEqual(bits(whole.taps.at('firstTokens', 3)));
    for (const options of [{ firstTokens: 'trained' }, { firstTokens: 'forward', taps: { hiddenStates: [3] } }, { firstTokens: 'forward', trace: () => undefined }] as const) {
      expect(bits(encode(parameters, CONFIG, rows, options).last)).toEqual(bits(whole.last));
    }
    dispose(parameters);
  });
});
