import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../src/model/config.ts';
import { initialisationSentence, initialiseStudent, studentConfig, type StudentPart } from '../../src/model/student_init.ts';
import { randomWeights, type HostTensor } from '../../src/model/weights.ts';
import { SMALL_CONFIG } from '../lab/given_files.ts';

const TEACHER: ModelConfig = { ...SMALL_CONFIG, num_hidden_layers: 7 };
const teacher = randomWeights(TEACHER, ['classification', 'masked-lm'], 3);
const student = (layers: readonly number[], seed = 5, heads: Parameters<typeof initialiseStudent>[4] = ['classification']) =>
  initialiseStudent(teacher, studentConfig(TEACHER, 3), layers, seed, heads);

const equal = (a: HostTensor | undefined, b: HostTensor | undefined) => a !== undefined && b !== undefined && a.data.length === b.data.length && a.data.every((value, i) => value === b.data[i]);

describe('a student that starts from teacher layers', () => {
  it.each([[[1, 4, 6]], [[0, 1, 2]], [[5, 5, 0]]])('has each layer of %j and the embeddings, value by value', (layers) => {
    const { weights } = student(layers);
    const copied = [...weights.tensors].filter(([name]) => !/^(pooler|classifier)\./.test(name));
    for (const [name, tensor] of copied) {
      const source = name.replace(/layer\.(\d+)\./, (_, j: string) => `layer.${layers[Number(j)]}.`);
      expect(equal(tensor, teacher.tensors.get(source)), `${name} from ${source}`).toBe(true);
    }
    expect(copied.length).toBe(5 + 3 * 16);
    expect(weights.config).toEqual({ ...TEACHER, num_hidden_layers: 3 });
  });

  it('has a fresh head, which depends on the seed alone', () => {
    for (const name of ['classifier.weight', 'pooler.dense.weight']) {
      const at = (layers: readonly number[], seed: number) => student(layers, seed).weights.tensors.get(name);
      expect(equal(at([1, 4, 6], 5), teacher.tensors.get(name))).toBe(false);
      expect(equal(at([1, 4, 6], 5), at([1, 4, 6], 6))).toBe(false);
      expect(equal(at([1, 4, 6], 5), at([0, 1, 2], 5))).toBe(true);
      expect(equal(at([1, 4, 6], 5), at([], 5))).toBe(true);
    }
    expect([...student([1, 4, 6]).weights.tensors.get('classifier.bias')!.data]).toEqual([0, 0]);
  });

  it('says what was copied and what was drawn', () => {
    const { provenance, weights } = student([1, 4, 6]);
    expect(provenance.layers).toEqual([1, 4, 6]);
    expect(provenance.random).toEqual(['pooler.dense.weight', 'pooler.dense.bias', 'classifier.weight', 'classifier.bias']);
    expect([...provenance.copied, ...provenance.random]).toEqual([...weights.tensors.keys()]);
  });

  it('copies a masked-LM head', () => {
    const { weights, provenance } = student([1, 4, 6], 5, ['masked-lm']);
    expect(provenance.random).toEqual([]);
    expect(equal(weights.tensors.get('cls.predictions.bias'), teacher.tensors.get('cls.predictions.bias'))).toBe(true);
  });

  it('owns its values: training it leaves the teacher as it was', () => {
    const copy = student([1, 4, 6]).weights.tensors.get('embeddings.word_embeddings.weight')!;
    copy.data[0] = 77;
    expect(teacher.tensors.get('embeddings.word_embeddings.weight')!.data[0]).not.toBe(77);
  });
});

describe('the parts that a student takes over', () => {
  const withParts = (parts: readonly StudentPart[], layers: readonly number[] = [1, 4, 6]) => initialiseStudent(teacher, studentConfig(TEACHER, 3), layers, 5, ['classification', 'masked-lm'], parts);
  const partsCopied = (parts: readonly StudentPart[], layers?: readonly number[]) => [...new Set(withParts(parts, layers).provenance.copied.map((name) => name.split('.')[0]))];

  it.each<[readonly StudentPart[], readonly string[]]>([
    [[], ['encoder']],
    [['embeddings'], ['embeddings', 'encoder']],
    [['masked-lm'], ['encoder', 'cls']],
    [['classifier'], ['encoder', 'pooler', 'classifier']],
    [['embeddings', 'masked-lm', 'classifier'], ['embeddings', 'encoder', 'pooler', 'classifier', 'cls']],
  ])('%j', (parts, names) => {
    expect(partsCopied(parts)).toEqual(names);
  });

  it('may come without any layer', () => {
    expect(partsCopied(['embeddings'], [])).toEqual(['embeddings']);
  });

  it('have a sentence of their own, with layers counted from 0 and from 1', () => {
    expect(initialisationSentence(withParts(['embeddings', 'classifier']).provenance)).toBe('layers 1, 4, 6 (2, 5, 7 counted from 1) of a pretrained model, with its embeddings and its classifier');
    expect(initialisationSentence(withParts([], []).provenance)).toBe('random weights');
  });
});

describe('a student of RoBERTa', () => {
  const config: ModelConfig = { ...TEACHER, model_type: 'roberta', finetuning_task: 'rte' };
  const roberta = randomWeights(config, ['classification', 'masked-lm'], 3);

  it('has the same parts under that family’s names', () => {
    const { provenance } = initialiseStudent(roberta, studentConfig(config, 3), [0, 1, 2], 5, ['classification', 'masked-lm']);
    expect(provenance.random).toEqual(['classifier.dense.weight', 'classifier.dense.bias', 'classifier.out_proj.weight', 'classifier.out_proj.bias']);
    expect(provenance.copied.filter((name) => name.startsWith('lm_head.')).length).toBe(5);
    expect(initialisationSentence(provenance)).toMatch(/^layers 0, 1, 2 \(1, 2, 3 counted from 1\) of a model finetuned on rte, with/);
  });
});

describe('a student of another width', () => {
  const narrow = studentConfig(TEACHER, 3, { hidden_size: 2, intermediate_size: 5 });
  const { weights, provenance } = initialiseStudent(teacher, narrow, [1, 4, 6], 5, ['masked-lm']);

  it('takes over what fits and lists what does not', () => {
    expect(provenance.copied).toEqual(['cls.predictions.bias']);
    expect(provenance.misfits.map(({ name }) => name)).toEqual(provenance.random);
    expect(provenance.misfits[0]).toEqual({ name: 'embeddings.word_embeddings.weight', expected: [TEACHER.vocab_size, 2], got: [TEACHER.vocab_size, TEACHER.hidden_size] });
    for (const [name, { shape, data }] of weights.tensors) expect(data.length, name).toBe(shape.reduce((a, b) => a * b, 1));
  });
});

describe('a student that starts from random weights', () => {
  it('is drawn anew throughout, as a function of the seed', () => {
    const [one, again, other] = [student([], 5), student([], 5), student([], 6)];
    const name = 'encoder.layer.1.output.dense.weight';
    expect(one.provenance.copied).toEqual([]);
    expect(equal(one.weights.tensors.get(name), again.weights.tensors.get(name))).toBe(true);
    expect(equal(one.weights.tensors.get(name), other.weights.tensors.get(name))).toBe(false);
    const { data } = one.weights.tensors.get(name)!;
    const deviation = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length);
    expect(Math.abs(deviation / TEACHER.initializer_range - 1)).toBeLessThan(5 / Math.sqrt(2 * data.length));
    expect(student([], 5).weights.tensors.get('embeddings.LayerNorm.weight')!.data.every((value) => value === 1)).toBe(true);
  });
});

describe('a list of layers that does not fit', () => {
  it.each([
    [[0, 1, 7], 'layer 7, which the teacher does not have'],
    [[0, -1, 2], 'layer -1, which the teacher does not have'],
    [[0, 1.5, 2], 'layer 1.5, which the teacher does not have'],
    [[0, 1], '2 of them'],
    [[0, 1, 2, 3], '4 of them'],
  ])('%j is a fault', (layers, got) => {
    expect(() => student(layers)).toThrow(expect.objectContaining({ code: 'bad-init-layers', expected: '3 layers of the teacher, each from 0 to 6', got }));
  });

  it('says what would fit', () => {
    expect(() => student([9, 9, 9])).toThrow(/use for example 1,4,6 \(spread\) or 0,1,2 \(lower\), or start from random weights\.$/);
  });
});
