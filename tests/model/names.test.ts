import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../src/model/config.ts';
import { fileName, fromFile, ourName, toFile } from '../../src/model/names.ts';
import { parameterSpecs, type Head } from '../../src/model/parameters.ts';
import { randomWeights, type HostTensor } from '../../src/model/weights.ts';
import { SMALL_CONFIG } from '../lab/given_files.ts';

const CONFIG: ModelConfig = { ...SMALL_CONFIG, labels: ['a', 'b', 'c'] };

/** The tensors of a file with these heads; `rename` gives the names in it. */
function file(heads: readonly Head[], rename: (name: string) => string = (name) => name): Map<string, HostTensor> {
  return new Map(toFile(randomWeights(CONFIG, heads, 3)).map(({ name, shape, data }) => [rename(name), { shape, data }]));
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
  ])('%s is %s', (inFile, ours) => {
    expect(ourName(inFile)).toBe(ours);
  });

  it('come back from ours, the heads without a prefix', () => {
    expect(parameterSpecs(CONFIG, ['classification', 'masked-lm']).every(({ name }) => ourName(fileName(name)) === name)).toBe(true);
    expect(['encoder.layer.2.output.dense.bias', 'pooler.dense.weight', 'classifier.bias', 'cls.predictions.bias'].map(fileName)).toEqual([
      'bert.encoder.layer.2.output.dense.bias', 'bert.pooler.dense.weight', 'classifier.bias', 'cls.predictions.bias',
    ]);
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
    tensors.set('cls.predictions.decoder.weight', tensor(16, 15));
    tensors.set('cls.seq_relationship.weight', tensor(2, 15));
    tensors.set('cls.seq_relationship.bias', tensor(2));
    expect(fromFile(CONFIG, tensors).report).toEqual(NOTHING);
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
