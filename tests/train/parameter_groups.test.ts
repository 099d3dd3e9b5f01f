import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import { Optimizer } from '../../src/train/optimizer.ts';
import { trainedParameters, type ParameterGroup } from '../../src/train/parameter_groups.ts';
import { open } from '../tensor/backends.ts';
import { OPTIONS, smallLoop } from './small_job.ts';

const NAMES = ['embeddings.word_embeddings.weight', 'embeddings.LayerNorm.bias', 'encoder.layer.0.output.dense.weight', 'encoder.layer.2.output.LayerNorm.weight', 'pooler.dense.weight', 'classifier.bias', 'objective.hidden_mse.projection.weight'];

const settings = (options: object, groups: readonly ParameterGroup[] = []) => Object.fromEntries(trainedParameters(NAMES, { ...OPTIONS, ...options }, groups).map(({ name, rate, weightDecay }) => [name, [rate, weightDecay]]));

describe('parameter groups', () => {
  it('decay products and embeddings, or everything', () => {
    const decays = (options: object) => Object.values(settings(options)).map(([, decay]) => decay);
    expect(decays({})).toEqual([0.01, 0, 0.01, 0, 0.01, 0, 0.01]);
    expect(decays({ decay_bias_and_norm: true })).toEqual(NAMES.map(() => 0.01));
    expect(decays({ optim: 'adam_fairseq' })).toEqual(NAMES.map(() => 0.01));
    expect(decays({ optim: 'adam_fairseq', decay_bias_and_norm: false })).toEqual(decays({}));
  });

  it('have rates by depth: 1 for heads, ξ for the last layer, ξ⁴ for the embeddings below three layers', () => {
    const rates = Object.values(settings({ layerwise_lr_decay: 0.5 })).map(([rate]) => rate);
    expect(rates).toEqual([0.0625, 0.0625, 0.125, 0.5, 1, 1, 1]);
    expect(Object.values(settings({})).every(([rate]) => rate === 1)).toBe(true);
  });

  it('have a rate and a decay of their own; the first that matches holds', () => {
    const groups: ParameterGroup[] = [
      { name: 'projections', matches: (name) => name.startsWith('objective.'), learning_rate: 5e-2, weight_decay: 0 },
      { name: 'the pooler is left out', matches: (name) => name.startsWith('pooler.'), frozen: true },
      { name: 'rest of the objectives', matches: (name) => name.includes('hidden_mse'), learning_rate: 1 },
    ];
    const got = settings({}, groups);
    expect(got['objective.hidden_mse.projection.weight']).toEqual([5, 0]);
    expect(Object.keys(got)).toEqual(NAMES.filter((name) => name !== 'pooler.dense.weight'));
  });

  it('need a curve to follow', () => {
    const group: ParameterGroup = { name: 'projections', matches: () => true, learning_rate: 1 };
    expect(() => settings({ learning_rate: 0 }, [group])).toThrow(expect.objectContaining({ code: 'optimizer-options', where: 'learning_rate of the group projections' }));
  });
});

describe('groups in training', () => {
  beforeAll(() => open('wasm'));

  it('move a parameter by its own rate', () => {
    const parameters = new Map(['encoder.layer.0.a.weight', 'encoder.layer.1.a.weight', 'projection'].map((name) => [name, tf.variable(tf.tensor1d([2, 3]))]));
    const groups: ParameterGroup[] = [{ name: 'projection', matches: (name) => name === 'projection', learning_rate: 0.4 }];
    const optimizer = new Optimizer(parameters, { ...OPTIONS, optim: 'sgd', weight_decay: 0, learning_rate: 0.1, layerwise_lr_decay: 0.5 }, undefined, groups);
    optimizer.update(new Map([...parameters.keys()].map((name) => [name, tf.tensor1d([1, -1])])), 0.2, 0.5);
    const moved = [...parameters.values()].map((p) => [...p.dataSync()].map((value, i) => value - [2, 3][i]!));
    [[-0.025, 0.025], [-0.05, 0.05], [-0.4, 0.4]].forEach((expected, i) => expected.forEach((value, j) => expect(moved[i]![j]).toBeCloseTo(value, 6)));
  });

  it('spare frozen parameters gradient, moments and movement', async () => {
    const frozen = (name: string) => name.startsWith('embeddings.') || name.startsWith('encoder.layer.0.');
    const tensors = async (groups: readonly ParameterGroup[]) => {
      const { loop, parameters } = smallLoop({ groups });
      const before = new Map([...parameters].map(([name, p]) => [name, [...p.dataSync()]]));
      let most = 0;
      const runKernel = tf.engine().runKernel.bind(tf.engine());
      tf.engine().runKernel = ((...call: Parameters<typeof runKernel>) => {
        most += 1;
        return runKernel(...call);
      }) as typeof runKernel;
      const { grad_norm } = await loop.next();
      tf.engine().runKernel = runKernel;
      const moved = [...parameters].filter(([name, p]) => [...p.dataSync()].some((value, i) => value !== before.get(name)![i])).map(([name]) => name);
      return { kernels: most, moved, grad_norm, moments: [...(await loop.save()).optimizer.moments.keys()] };
    };
    const [all, upper] = [await tensors([]), await tensors([{ name: 'lower half', matches: frozen, frozen: true }])];
    expect(all.moved.some(frozen)).toBe(true);
    expect(upper.moved.some(frozen)).toBe(false);
    expect(upper.moved).toContain('encoder.layer.1.output.dense.weight');
    expect(upper.moments.some((key) => frozen(key.slice(2)))).toBe(false);
    expect(upper.grad_norm).toBeLessThan(all.grad_norm);
    expect(upper.kernels).toBeLessThan(all.kernels - 20);
  });

  it('say so when nothing is left to train', () => {
    expect(() => smallLoop({ groups: [{ name: 'all', matches: () => true, frozen: true }] })).toThrow(expect.objectContaining({ code: 'nothing-to-train' }));
  });
});
