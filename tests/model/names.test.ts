import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../src/model/config.ts';
import { fileName, fromFile, ourName, toFile } from '../../src/model/names.ts';
import { parameterSpecs, type Head } from '../../src/model/parameters.ts';
import { randomWeights, type HostTensor } from '../../src/model/weights.ts';
import { SMALL_CONFIG } from '../lab/given_files.ts';

const CONFIG: ModelConfig = { ...SMALL_CONFIG, labels: ['a', 'b', 'c'] };

/** The tensors of a file with these heads; `rename` gives the names in it. */
function file(heads: readonly Head[], rename: (name: string) => string = (name) => name, config = CONFIG): Map<string, HostTensor> {
  return new Map(toFile(randomWeights(config, heads, 3)).map(({ name, shape, data }) => [rename(name), { shape, data }]));
}

const NOTHING = { missing: [], unexpected: [], misshaped: [] };
const tensor = (...shape: number[]): HostTensor => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });

describe('names in files', () => {
  it.each([
    ['bert.encoder.layer.0.attention.self.query.weight', 'encoder.layer.0.attention.self.query.weight'],
    ['encoder.layer.0.attention.self.query.weight', 'encoder.layer.0.attention.self.query.weight'],
    ['model.embeddings.word_embeddings.weight', 'embeddings.word_embeddings.weight'],
    ['bert.embeddings.LayerNorm.gamma', 'embeddings.LayerNorm.weight'],
    ['bert.encoder.layer.11.output.LayerNorm.beta', 'encoder.layer.11.output.LayerNorm.bias'],
    ['cls.predictions.transform.LayerNorm.gamma', 'cls.predictions.transform.LayerNorm.weight'],
    ['cls.predictions.decoder.bias', 'cls.predictions.bias'],
    ['bert.pooler.dense.bias', 'pooler.dense.bias'],
    ['classifier.weight', 'classifier.weight'],
    ['roberta.encoder.layer.0.attention.self.query.weight', 'encoder.layer.0.attention.self.query.weight'],
    ['model.roberta.embeddings.LayerNorm.weight', 'embeddings.LayerNorm.weight'],
    ['classifier.out_proj.weight', 'classifier.out_proj.weight'],
    ['lm_head.layer_norm.weight', 'lm_head.layer_norm.weight'],
    ['lm_head.decoder.bias', 'lm_head.bias'],
    ['module.bert.encoder.layer.3.PreAttentionLayerNorm.weight', 'encoder.layer.3.attention.output.LayerNorm.weight'],
    ['bert.encoder.layer.3.PostAttentionLayerNorm.bias', 'encoder.layer.3.output.LayerNorm.bias'],
    ['bert.encoder.layer.3.intermediate.dense_act.weight', 'encoder.layer.3.intermediate.dense.weight'],
    ['bert.pooler.dense_act.dense.bias', 'pooler.dense.bias'],
    ['cls.predictions.transform.dense_act.weight', 'cls.predictions.transform.dense.weight'],
    ['bert.encoder.FinalLayerNorm.weight', 'encoder.FinalLayerNorm.weight'],
  ])('%s is %s', (inFile, ours) => {
    expect(ourName(inFile)).toBe(ours);
  });

  it.each<[ModelConfig['model_type'], readonly Head[], readonly string[]]>([
    ['bert', ['classification', 'masked-lm', 'next-sentence'], ['classifier.weight', 'classifier.bias', 'cls.predictions.bias', 'cls.seq_relationship.weight']],
    ['roberta', ['classification', 'masked-lm'], ['classifier.dense.weight', 'classifier.out_proj.bias', 'lm_head.layer_norm.weight', 'lm_head.bias']],
  ])('of %s come back from ours, the heads without a prefix', (model_type, heads, unprefixed) => {
    const config: ModelConfig = { ...CONFIG, model_type };
    const names = parameterSpecs(config, heads).map(({ name }) => name);
    expect(names.filter((name) => ourName(fileName(name, config)) !== name)).toEqual([]);
    const written = names.map((name) => fileName(name, config));
    expect(written).toEqual(expect.arrayContaining([...unprefixed]));
    expect(written.filter((name) => !name.startsWith(`${model_type}.`) && !/^(classifier|cls|lm_head)\./.test(name))).toEqual([]);
  });
});

describe('the tensors of a file', () => {
  it.each<[string, readonly Head[], (name: string) => string]>([
    ['with the prefix', ['classification'], (name) => name],
    ['without the prefix', ['classification', 'masked-lm'], (name) => name.replace(/^bert\./, '')],
    ['with the names of early files', ['masked-lm'], (name) => name.replace('LayerNorm.weight', 'LayerNorm.gamma').replace('LayerNorm.bias', 'LayerNorm.beta').replace('cls.predictions.bias', 'cls.predictions.decoder.bias')],
    ['without a head', [], (name) => name],
  ])('%s are all found', (_name, heads, rename) => {
    const { weights, report } = fromFile(CONFIG, file(heads, rename));
    expect(report).toEqual(NOTHING);
    expect(weights.heads).toEqual(heads);
    expect(weights.tensors).toEqual(randomWeights(CONFIG, heads, 3).tensors);
  });

  it('that no computation needs are passed over', () => {
    const tensors = file(['masked-lm']);
    tensors.set('bert.embeddings.position_ids', tensor(1, 23));
    tensors.set('bert.encoder.FinalLayerNorm.weight', tensor(15));
    tensors.set('cls.predictions.decoder.weight', tensors.get('bert.embeddings.word_embeddings.weight')!);
    expect(fromFile(CONFIG, tensors).report).toEqual(NOTHING);
  });

  it('hold a decoder that is not the word embeddings, which is reported', () => {
    const tensors = file(['masked-lm']);
    const { shape, data } = tensors.get('bert.embeddings.word_embeddings.weight')!;
    tensors.set('cls.predictions.decoder.weight', { shape, data: data.map((value, i) => (i === 7 ? value + 1 : value)) });
    expect(fromFile(CONFIG, tensors).report).toEqual({ ...NOTHING, unexpected: ['cls.predictions.decoder.weight'] });
  });

  it.each<[string, Partial<ModelConfig>, readonly Head[], number]>([
    ['a RoBERTa', { model_type: 'roberta', pad_token_id: 1 }, ['classification', 'masked-lm'], 5 + 3 * 16 + 4 + 5],
    ['a pre-LN encoder', { encoder_ln_mode: 'pre-ln' }, ['classification'], 5 + 3 * 16 + 2 + 4],
    ['an encoder without embedding LayerNorm', { layernorm_embedding: false }, ['masked-lm', 'next-sentence'], 3 + 3 * 16 + 5 + 4],
    ['all heads, which share a pooler', {}, ['classification', 'masked-lm', 'next-sentence'], 5 + 3 * 16 + 4 + 5 + 2],
  ])('of %s are all found, and no more', (_name, change, heads, count) => {
    const config = { ...CONFIG, ...change };
    const { weights, report } = fromFile(config, file(heads, undefined, config));
    expect(report).toEqual(NOTHING);
    expect(weights.heads).toEqual(heads);
    expect(weights.tensors.size).toBe(count);
  });

  it('of a pre-LN file are not those of a post-LN one', () => {
    const preLn: ModelConfig = { ...CONFIG, encoder_ln_mode: 'pre-ln' };
    expect(fromFile(preLn, file([])).report.missing).toEqual(['encoder.FinalLayerNorm.weight', 'encoder.FinalLayerNorm.bias']);
  });

  it('include a pretrained pooler, for a head to come', () => {
    const { weights, report } = fromFile(CONFIG, new Map([...file(['masked-lm']), ...file(['classification'])].filter(([name]) => !name.startsWith('classifier.'))));
    expect(report).toEqual(NOTHING);
    expect(weights.heads).toEqual(['masked-lm']);
    expect(weights.tensors.get('pooler.dense.weight')?.shape).toEqual([15, 15]);
  });

  it('are reported when they are missing, of another shape, or unknown; what matches is kept', () => {
    const tensors = file(['classification']);
    tensors.delete('bert.pooler.dense.bias');
    tensors.delete('bert.encoder.layer.2.attention.self.key.weight');
    tensors.set('classifier.weight', tensor(2, 15));
    tensors.set('bert.embeddings.position_embeddings.weight', tensor(15, 23));
    tensors.set('bert.encoder.layer.3.output.dense.bias', tensor(15));
    tensors.set('lm_head.weight', tensor(5));
    const { weights, report } = fromFile(CONFIG, tensors);
    expect(report).toEqual({
      missing: ['encoder.layer.2.attention.self.key.weight', 'pooler.dense.bias'],
      unexpected: ['encoder.layer.3.output.dense.bias', 'lm_head.weight'],
      misshaped: [
        { name: 'embeddings.position_embeddings.weight', expected: [23, 15], got: [15, 23] },
        { name: 'classifier.weight', expected: [3, 15], got: [2, 15] },
      ],
    });
    expect(weights.tensors.size).toBe(parameterSpecs(CONFIG, ['classification']).length - 4);
  });

  it('of half a head are a head with missing parts', () => {
    const tensors = file(['masked-lm']);
    tensors.delete('cls.predictions.transform.LayerNorm.weight');
    expect(fromFile(CONFIG, tensors).report.missing).toEqual(['cls.predictions.transform.LayerNorm.weight']);
  });
});
