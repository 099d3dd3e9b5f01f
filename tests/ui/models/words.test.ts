import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../../src/model/config.ts';
import { BUNDLED } from '../../../src/ui/models/bundled.ts';
import { barSize, layerBlocks } from '../../../src/ui/models/layer_parts.ts';
import { memoryAnswer } from '../../../src/ui/models/memory_words.ts';
import { architectureWords, histogramWords, obstacles, printable, reportParts } from '../../../src/ui/models/words.ts';

const CONFIG: ModelConfig = {
  model_type: 'bert', vocab_size: 1301, hidden_size: 35, num_hidden_layers: 3, num_attention_heads: 5, intermediate_size: 47, hidden_act: 'relu', hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1, max_position_embeddings: 67, type_vocab_size: 2, initializer_range: 0.02, layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['no', 'yes\u202e'],
};
const FITS = { architecture: 'BertModel', heads: ['classification'], missing: [], unexpected: [], misshaped: [] } as const;
const line = (name: string, dtype = 'F32') => ({ name, dtype, shape: [2], values: 2, bytes: 8 });
const stats = (nonFinite: number) => ({ min: -1, max: 3, mean: 0, std: 1, nonFinite, histogram: [1, 0, 6, 1] });

describe('what the page says of a model', () => {
  it('describes what the diagram draws', () => {
    expect(architectureWords(CONFIG, ['classification', 'next-sentence'])).toEqual([
      'Embeddings of 1,301 tokens, 67 positions and 2 token types, 35 wide, with LayerNorm.',
      '3 layers, each with 5 attention heads of 7 and a feed-forward part 35 → 47 → 35 (relu); LayerNorm behind each of the two.',
      'On top: a pooler and a classifier of 2 labels (no, yes\uFFFD); a next-sentence head.',
    ]);
    const pre = architectureWords({ ...CONFIG, encoder_ln_mode: 'pre-ln', layernorm_embedding: false, num_hidden_layers: 1, type_vocab_size: 1 }, []);
    expect(pre[0]).toContain('1 token type, 35 wide, without LayerNorm');
    expect(pre[1]).toMatch(/^1 layer, .*LayerNorm before each of the two, and once at the end\.$/);
    expect(pre[2]).toBe('No head: an encoder alone.');
  });

  it('hides nothing and lets nothing hide', () => {
    expect(printable('<img src=x onerror=alert(1)>\u001b[31m\u202e')).toBe('<img src=x onerror=alert(1)>\uFFFD[31m\uFFFD');
    expect(printable('a'.repeat(500))).toHaveLength(161);
  });

  it('reports one good sentence, or every tensor', () => {
    expect(reportParts(FITS)).toEqual([{ sentence: 'Every tensor that the configuration describes is there, and no other.', names: [], bad: false }]);
    const parts = reportParts({ ...FITS, heads: [], missing: ['a', 'b'], unexpected: ['c'], misshaped: [{ name: 'd', expected: [2, 3], got: [5] }] });
    expect(parts.map(({ sentence, names, bad }) => [sentence, names, bad])).toEqual([
      ['2 tensors that the configuration describes are missing.', ['a', 'b'], true],
      ['One tensor has another shape than the configuration describes.', ['d is [5] instead of [2, 3]'], true],
      ['One tensor that no part of the architecture uses is left out.', ['c'], false],
      ['There is no classification head: for a task it begins at random, and is trained first.', [], false],
    ]);
    expect(reportParts({ ...FITS, missing: Array.from({ length: 2107 }, (_, i) => `t${i}`) })[0]?.names.at(-1)).toBe('and 107 more');
  });

  it('says why a model cannot be a teacher', () => {
    const model = { name: 'm', file: 'model.safetensors', tensors: [line('a'), line('b')], config: CONFIG, fit: FITS };
    expect(obstacles(model, [stats(0), undefined])).toEqual([]);
    expect(obstacles(model, [stats(3), null])).toEqual(['One tensor holds values that are not finite.']);
    expect(obstacles({ name: 'm', file: 'w', tensors: [line('a', 'F8_E5M2')] }, [])).toEqual([
      'It has no config.json that says how many heads and layers there are.', 'One tensor is of a dtype that cannot be trained with (F8_E5M2).',
    ]);
    expect(obstacles({ ...model, tensors: [line('bert.embeddings.position_ids', 'I64')], fit: { ...FITS, missing: ['x'] } }, [])).toEqual(['Tensors are missing or of another shape.']);
  });

  it('puts a histogram into words', () => {
    expect(histogramWords(stats(0))).toBe('from −1.000 to 3.000; 75 % lie between 1.000 and 2.000');
    expect(histogramWords({ ...stats(0), max: -1 })).toBe('all finite values are −1.000');
    expect(histogramWords({ ...stats(2), histogram: [0, 0] })).toBe('no finite values');
  });
});

describe('what is drawn', () => {
  const kinds = (config: ModelConfig) => layerBlocks(config).map(({ kind }) => kind);

  it('has LayerNorm where the model has it, and each residual around its part', () => {
    expect(kinds(CONFIG)).toEqual(['attention', 'sum', 'norm', 'feed-forward', 'sum', 'norm']);
    expect(kinds({ ...CONFIG, encoder_ln_mode: 'pre-ln' })).toEqual(['norm', 'attention', 'sum', 'norm', 'feed-forward', 'sum']);
    expect(layerBlocks(CONFIG).flatMap(({ around }) => (around === undefined ? [] : [around]))).toEqual([0, 3]);
  });

  it.each([1, 12, 24, 48])('keeps a stack of %i layers within its height', (layers) => {
    const { height, gap } = barSize(layers, 230);
    expect(layers * (height + gap)).toBeLessThanOrEqual(230);
    expect(height).toBeGreaterThan(2);
  });
});

describe('whether it fits the device', () => {
  const question = { config: CONFIG, heads: [], batch: 7, length: 11 } as const;

  it('gives numbers, bounds and the largest batch', () => {
    const limits = { total: 2_000_000, binding: 150_000, fusedAttention: true };
    const { plan, parts, sentences, fits } = memoryAnswer({ ...question, student: 2, limits });
    expect(parts.reduce((sum, part) => sum + part.bytes, 0)).toBe(plan.total);
    expect(parts.map(({ name }) => name)).toEqual(['Weights', 'Gradients', 'Moments of Adam', 'Activations', 'Teacher']);
    expect(fits).toBe(false);
    expect(sentences[1]).toBe('The largest tensor, embeddings.word_embeddings.weight, has 182 kB; one buffer holds 150 kB, so it lies in 2 parts.');
    const small = memoryAnswer({ ...question, student: 2, limits: { ...limits, binding: 2000 } }).sentences;
    expect(small[1]).toMatch(/: too large\.$/);
    expect(small[2]).toMatch(/^Not even one text fits/);
  });

  it('says what is not known', () => {
    const { sentences, fits } = memoryAnswer({ ...question, limits: { fusedAttention: false } });
    expect(fits).toBe(true);
    expect(sentences[0]).toMatch(/what the device holds in all is not known\.$/);
    expect(sentences[2]).toMatch(/^Whether it fits shows when it is tried/);
  });
});

it('lists the bundled models as they are', () => {
  expect(BUNDLED.map(({ name }) => name).sort()).toEqual(readdirSync(resolve(import.meta.dirname, '../../../public/models')).sort());
});
