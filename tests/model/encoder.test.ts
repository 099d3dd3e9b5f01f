import { beforeAll, describe, expect, it } from 'vitest';
import { uploadBatch, type TokenBatch } from '../../src/model/batch.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { encode, tapsOf } from '../../src/model/encoder.ts';
import { classify } from '../../src/model/heads.ts';
import { TAP_NAMES, type TapRequest } from '../../src/model/taps.ts';
import { dispose, randomWeights, upload } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { LENGTHS, smallBatch, VARIANTS } from './variants.ts';

const variants = Object.entries(VARIANTS);
const bert = VARIANTS.bert!;
const roberta = VARIANTS.roberta!;

/** Output of the last layer and logits of a model with fixed random weights. */
function outputs(config: ModelConfig, rows: TokenBatch, fidelity: 'corrected' | 'released' = 'corrected') {
  const parameters = upload(randomWeights(config, ['classification'], 11), false);
  const batch = uploadBatch(rows, config);
  const { last } = encode(parameters, config, batch, { fidelity });
  const { logits } = classify(parameters, config, last, batch);
  const result = { last: tf.reshape(last, [rows.size, rows.length, -1]).arraySync() as number[][][], logits: logits.arraySync() };
  dispose(parameters);
  return result;
}

/** Vectors of the real tokens. */
const ofRealTokens = (last: number[][][]) => last.flatMap((text, row) => text.slice(0, LENGTHS[row]));
const largestDifference = (a: number[][], b: number[][]) => Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))));

describe.each(NODE_BACKENDS)('encoders on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(variants)('%s: added padding, whatever its ids, moves no output of a real token', (_name, config) => {
    const short = outputs(config, smallBatch(config));
    // The ids of RoBERTa's padding are what its positions are counted by.
    const other = config.model_type === 'roberta' ? config.pad_token_id : 16;
    const long = outputs(config, smallBatch(config, 7, other));
    expect(largestDifference(ofRealTokens(short.last), ofRealTokens(long.last))).toBeLessThan(1e-5);
    expect(largestDifference(short.logits, long.logits)).toBeLessThan(1e-5);
  });

  it.each(variants)('%s: the mask decides what is read', (_name, config) => {
    const rows = smallBatch(config);
    const unmasked = { ...rows, mask: rows.mask.map(() => 1) };
    expect(largestDifference(ofRealTokens(outputs(config, rows).last), ofRealTokens(outputs(config, unmasked).last))).toBeGreaterThan(1e-2);
  });

  it('differ between every two architectures', () => {
    const all = variants.filter(([, { type_vocab_size }]) => type_vocab_size === 2).map(([, config]) => outputs(config, smallBatch(config)).logits);
    for (const [i, one] of all.entries()) for (const other of all.slice(i + 1)) expect(largestDifference(one, other)).toBeGreaterThan(1e-4);
  });

  it('keep chosen taps only, and those are what all taps hold', () => {
    const parameters = upload(randomWeights(bert, [], 11), false);
    const batch = uploadBatch(smallBatch(bert), bert);
    const all = encode(parameters, bert, batch, { taps: new Set(TAP_NAMES) }).taps;
    const { taps } = encode(parameters, bert, batch, { taps: { hiddenStates: [2, 0], keys: [1] } });
    for (const index of [0, 2]) expect(taps.at('hiddenStates', index).arraySync()).toEqual(all.at('hiddenStates', index).arraySync());
    expect(taps.at('keys', 1).arraySync()).toEqual(all.at('keys', 1).arraySync());
    const states = tf.reshape(all.at('hiddenStates', 1), [3, 5, -1]);
    expect(all.at('firstTokens', 1).arraySync()).toEqual((states.arraySync() as number[][][]).map(([first]) => first));
    expect(() => taps.at('hiddenStates', 1)).toThrow(/"hiddenStates" of index 1 was not asked for/);
    expect(() => taps.get('keys')).toThrow(/"keys" of index 0/);
    expect(() => taps.get('values')).toThrow(/"values" was not asked for/);
    expect(all.get('hiddenStates').length).toBe(3);
    expect(all.get('attentionScores').map(({ shape }) => shape)).toEqual([[3, 3, 5, 5], [3, 3, 5, 5]]);
    dispose(parameters);
  });

  it.each<[TapRequest, readonly string[]]>([
    [{ hiddenStates: [0] }, ['embedding_layernorm']],
    [{ hiddenStates: [1] }, ['embedding_layernorm', '0.attention_context', '0.attention_dense_output', '0.attention_block_output', '0.intermediate_act', '0.ffn_output']],
    [{ attentionScores: [0], values: [0] }, ['embedding_layernorm']],
  ])('stop behind the deepest tap of %j', (taps, computed) => {
    const parameters = upload(randomWeights(bert, [], 11), false);
    const batch = uploadBatch(smallBatch(bert), bert);
    const seen: string[] = [];
    const kept = tapsOf(parameters, bert, batch, { taps, trace: (name) => seen.push(name.replace('encoder.layer.', '')) });
    expect(seen).toEqual(computed);
    const whole = encode(parameters, bert, batch, { taps }).taps;
    for (const name of TAP_NAMES) {
      const indices = taps[name];
      if (indices === undefined || indices === 'all') continue;
      for (const index of indices) expect(kept.at(name, index).arraySync()).toEqual(whole.at(name, index).arraySync());
    }
    dispose(parameters);
  });

  it('leave nothing in memory but the taps that were asked for', () => {
    const parameters = upload(randomWeights(bert, [], 11), false);
    const before = tf.memory().numTensors;
    const kept = tf.tidy(() => {
      const taps = tapsOf(parameters, bert, uploadBatch(smallBatch(bert), bert), { taps: { attentionScores: [1], hiddenStates: [1] } });
      return [taps.at('attentionScores', 1), taps.at('hiddenStates', 1)];
    });
    expect(tf.memory().numTensors - before).toBe(2);
    tf.dispose(kept);
    dispose(parameters);
  });

  it('refuse a tap of a layer that is not there', () => {
    const parameters = upload(randomWeights(bert, [], 11), false);
    const batch = uploadBatch(smallBatch(bert), bert);
    expect(() => encode(parameters, bert, batch, { taps: { keys: [2] } })).toThrow(/"keys" has the indices 0 to 1 in a model of 2 layers, not 2/);
    expect(() => encode(parameters, bert, batch, { taps: { hiddenStates: [-1] } })).toThrow(/indices 0 to 2/);
    dispose(parameters);
  });
});

describe.each(NODE_BACKENDS)('RoBERTa on %s', (backend) => {
  beforeAll(() => open(backend));

  it('counts positions from behind the padding’s, by the tokens that are no padding', () => {
    const rows: TokenBatch = { size: 2, length: 4, ids: Int32Array.of(5, 6, 1, 7, 1, 4, 1, 1), typeIds: new Int32Array(8), mask: Float32Array.of(1, 1, 1, 1, 1, 1, 0, 0) };
    expect([...uploadBatch(rows, roberta).positions!.ids.dataSync()]).toEqual([2, 3, 1, 4, 1, 2, 1, 1]);
    expect(uploadBatch(rows, bert).positions).toBeUndefined();
  });

  it('takes as many tokens as there are positions behind the padding’s', () => {
    expect(() => uploadBatch(smallBatch(roberta, 7), roberta)).not.toThrow();
    expect(() => uploadBatch(smallBatch(roberta, 8), roberta)).toThrow(/8 tokens is longer than the model's 7 positions/);
    expect(() => uploadBatch(smallBatch(bert, 8), bert)).toThrow(/8 tokens is longer than the model's 7 positions/);
  });

  it('starts padded positions at 0 in its released form alone, where real tokens come out the same', () => {
    const parameters = upload(randomWeights(roberta, [], 11), false);
    const first = (fidelity: 'corrected' | 'released') =>
      tapsOf(parameters, roberta, uploadBatch(smallBatch(roberta), roberta), { taps: { hiddenStates: [0] }, fidelity }).at('hiddenStates', 0).arraySync() as number[][];
    const { mask } = smallBatch(roberta);
    const zero = (rows: number[][]) => rows.map((row) => Number(row.some((value) => value !== 0)));
    expect(zero(first('released'))).toEqual([...mask]);
    expect(zero(first('corrected'))).toEqual(Array(15).fill(1));
    const [corrected, released] = [outputs(roberta, smallBatch(roberta)), outputs(roberta, smallBatch(roberta), 'released')];
    expect(largestDifference(corrected.logits, released.logits)).toBeLessThan(1e-5);
    dispose(parameters);
  });
});
