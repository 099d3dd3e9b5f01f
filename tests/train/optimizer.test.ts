import { beforeAll, describe, expect, it } from 'vitest';
import { adamWUpdate } from '../../src/tensor/kernels/adamw.ts';
import * as tf from '../../src/tensor/tf.ts';
import type { OptimizationArguments, OptimizerName } from '../../src/train/optimization.ts';
import { clipScale, Optimizer, type OptimizerState } from '../../src/train/optimizer.ts';
import { optimizerNamed, OPTIMIZERS } from '../../src/train/optimizers/index.ts';
import { learningRate } from '../../src/train/schedule.ts';
import { Golden } from '../golden_file.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { atStep, gradientsAt, normOf, parametersOf, SHAPES, STEPS } from './golden_steps.ts';

const TORCH = new Golden('tests/golden/c_torch_optim.safetensors');
const FAIRSEQ = new Golden('tests/golden/c_fairseq_adam.safetensors');

type Case = readonly [name: string, golden: Golden, options: Partial<OptimizationArguments>, total: number];

const BASE: OptimizationArguments = { learning_rate: 5e-4, warmup_ratio: 0, max_grad_norm: 0, weight_decay: 0.01, adam_beta1: 0.9, adam_beta2: 0.98, adam_epsilon: 1e-6, lr_scheduler_type: 'constant' };
const POLYNOMIAL = { optim: 'adam_fairseq', learning_rate: 1e-3, weight_decay: 0.1, lr_scheduler_type: 'polynomial_decay', warmup_steps: 4 } as const;
const CONSTANT = { learning_rate: 1e-3, weight_decay: 0, adam_beta2: 0.999 };

/** Name of the original's run, and how it was made. */
const CASES: readonly Case[] = [
  ['adamw_b98_wd001', TORCH, {}, STEPS],
  ['adamw_b98_wd001_linear_clip1', TORCH, { lr_scheduler_type: 'linear', warmup_steps: 2, max_grad_norm: 1 }, 16],
  ['adam_l2_b999_wd001', TORCH, { optim: 'adam', adam_beta2: 0.999 }, STEPS],
  ['adam_b98_wd01_poly', FAIRSEQ, POLYNOMIAL, 16],
  ['adam_b98_wd01_poly_clip', FAIRSEQ, { ...POLYNOMIAL, max_grad_norm: 0.5 }, 16],
  ['adam_b999_eps1e8_wd0_const', FAIRSEQ, { ...CONSTANT, optim: 'adam_fairseq', adam_epsilon: 1e-8 }, STEPS],
  ['adam_b999_eps1e6_wd0_const_as_hf_adamw', FAIRSEQ, { ...CONSTANT, optim: 'adam_fairseq' }, STEPS],
  ['adam_b999_eps1e6_wd0_const_as_hf_adamw', FAIRSEQ, { ...CONSTANT, optim: 'adamw_hf' }, STEPS],
];

/** Largest difference of what the steps did to a parameter. */
function displacementError(got: ArrayLike<number>, expected: Float32Array): number {
  return expected.reduce((worst, y, i) => Math.max(worst, Math.abs(got[i]! - y)), 0);
}

/** Bit patterns of parameters and of the optimiser's tensors. */
async function bitsOf(parameters: ReadonlyMap<string, tf.Variable>, state: OptimizerState): Promise<[string, number[]][]> {
  const arrays: [string, Float32Array][] = [...[...parameters].map(([name, p]): [string, Float32Array] => [name, Float32Array.from(p.dataSync())]), ...[...state.moments].map(([key, { data }]): [string, Float32Array] => [key, data])];
  return arrays.map(([name, array]) => [name, [...new Uint32Array(array.buffer)]]);
}

/** Each optimiser with the options that give it the most state. */
const VARIANTS: readonly (readonly [OptimizerName, Partial<OptimizationArguments>])[] = (Object.keys(OPTIMIZERS) as OptimizerName[]).map((optim) => [optim, { optim, momentum: 0.9, nesterov: true, scale_parameter: true }]);

describe.each(NODE_BACKENDS)('the optimiser on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(CASES)('gives the parameters of the original code after each of 20 steps: %s', async (name, golden, changes, total) => {
    const options = { ...BASE, ...changes };
    const parameters = parametersOf(golden);
    const optimizer = new Optimizer(parameters, options);
    for (let step = 0; step < STEPS; step++) {
      const gradients = gradientsAt(golden, step);
      const norm = normOf(gradients);
      const lr = learningRate({ ...options, total }, { step });
      const numbers: Readonly<Record<string, number>> = { lr_used_at_step: lr, grad_norm_before_clip: norm };
      for (const [file, got] of Object.entries(numbers)) {
        if (changes.max_grad_norm || golden === FAIRSEQ) expect(Math.abs(got - golden.floats(`expected/${name}/${file}`)[step]!)).toBeLessThanOrEqual(1e-6 * got);
      }
      optimizer.update(gradients, lr, clipScale(norm, options.max_grad_norm));
      for (const parameter of Object.keys(SHAPES)) {
        const expected = atStep(golden, `expected/${name}/param_after_each_step`, parameter, step);
        expect(displacementError(parameters.get(parameter)!.dataSync(), expected), `${parameter}, step ${step}`).toBeLessThan(2e-6);
      }
    }
    expect(optimizer.updates).toBe(STEPS);
    const { moments } = await optimizer.save();
    for (const file of golden.under(`expected/${name}/exp_avg`)) {
      const [, , kind, parameter] = file.split('/') as [string, string, 'exp_avg_final' | 'exp_avg_sq_final', string];
      const expected = golden.floats(file);
      const got = moments.get(`${{ exp_avg_final: 'm', exp_avg_sq_final: 'v' }[kind]}/${parameter}`)!.data;
      expect(displacementError(got, expected), file).toBeLessThan(1e-6 * expected.reduce((a, x) => Math.max(a, Math.abs(x)), 0));
    }
  });

  it('is AdamW by default, to the bit: decoupled decay of all but biases and LayerNorm', async () => {
    const [parameters, direct] = [parametersOf(TORCH), parametersOf(TORCH)];
    const optimizer = new Optimizer(parameters, { weight_decay: 0.01, adam_beta1: 0.9, adam_beta2: 0.98, adam_epsilon: 1e-6 });
    const slots = new Map([...direct].map(([name, parameter]) => [name, { parameter, m: tf.variable(tf.zerosLike(parameter)), v: tf.variable(tf.zerosLike(parameter)) }]));
    for (let t = 1; t <= 5; t++) {
      const gradients = gradientsAt(TORCH, t - 1);
      optimizer.update(gradients, 1e-3, 0.7);
      const step = { lr: 1e-3, beta1: 0.9, beta2: 0.98, eps: 1e-6, scale: 0.7, correction1: 1 - 0.9 ** t, correction2: 1 - 0.98 ** t };
      for (const [name, slot] of slots) adamWUpdate(slot, gradients.get(name)!, { ...step, weightDecay: /bias|LayerNorm/.test(name) ? 0 : 0.01 });
    }
    const moments = new Map([...slots].flatMap(([name, { m, v }]) => [[`m/${name}`, m], [`v/${name}`, v]] as const).map(([name, tensor]) => [name, { shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) }]));
    expect(await bitsOf(parameters, await optimizer.save())).toEqual(await bitsOf(direct, { updates: 5, moments }));
  });

  it.each(VARIANTS)('goes on from a saved state with the same bits: %s', async (_name, changes) => {
    const options = { ...BASE, ...changes };
    const [whole, resumed] = [parametersOf(TORCH), parametersOf(TORCH)];
    const one = new Optimizer(whole, options);
    const first = new Optimizer(resumed, options);
    for (let step = 0; step < 7; step++) {
      one.update(gradientsAt(TORCH, step), 1e-3, 0.7);
      first.update(gradientsAt(TORCH, step), 1e-3, 0.7);
    }
    const second = new Optimizer(resumed, options, structuredClone(await first.save()));
    first.dispose();
    expect(second.updates).toBe(7);
    for (let step = 7; step < 13; step++) {
      one.update(gradientsAt(TORCH, step), 1e-3, 0.7);
      second.update(gradientsAt(TORCH, step), 1e-3, 0.7);
    }
    expect(await bitsOf(resumed, await second.save())).toEqual(await bitsOf(whole, await one.save()));
  });

  it.each(VARIANTS)('leaves a parameter without a gradient alone, holds nothing between updates, and frees its tensors: %s', (_name, changes) => {
    const parameters = parametersOf(TORCH);
    const held = tf.memory().numTensors;
    const optimizer = new Optimizer(parameters, { ...BASE, ...changes });
    const [name] = Object.keys(SHAPES) as [string];
    const gradients = gradientsAt(TORCH, 0);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) optimizer.update(new Map([[name, gradients.get(name)!]]), 1e-3, 1);
    expect(tf.memory().numTensors).toBe(before);
    const untouched = 'encoder.layer.0.output.dense.weight';
    expect([...parameters.get(untouched)!.dataSync()]).toEqual([...TORCH.floats(`inputs/param/${untouched}`)]);
    expect([...parameters.get(name)!.dataSync()]).not.toEqual([...TORCH.floats(`inputs/param/${name}`)]);
    optimizer.dispose();
    tf.dispose([...gradients.values()]);
    expect(tf.memory().numTensors).toBe(held);
  });

  it('refuses the state of another optimiser, and of other parameters', async () => {
    const parameters = parametersOf(TORCH);
    const saved = await new Optimizer(parameters, BASE).save();
    const fault = (got: string) => expect.objectContaining({ code: 'optimizer-state', got: expect.stringContaining(got) as string });
    expect(() => new Optimizer(parameters, { ...BASE, optim: 'adafactor' }, saved)).toThrow(fault('no row/'));
    expect(() => new Optimizer(parameters, { ...BASE, optim: 'sgd' }, saved)).toThrow(fault('m/embeddings.word_embeddings.weight [5, 3]'));
    parameters.set('classifier.bias', tf.variable(tf.zeros([7])));
    expect(() => new Optimizer(parameters, BASE, saved)).toThrow(fault('no m/classifier.bias'));
  });
});

describe('the list of optimisers', () => {
  it('has each under its own name, finds the reference\'s spellings, and names the choices', () => {
    expect(Object.entries(OPTIMIZERS).filter(([key, { name }]) => key !== name)).toEqual([]);
    expect(optimizerNamed('adamw').name).toBe('adamw_torch');
    expect(() => optimizerNamed('adma')).toThrow(expect.objectContaining({ code: 'unknown-optimizer', expected: expect.stringContaining('lamb') as string, got: 'adma' }));
  });

  it('refuses Nesterov\'s momentum without momentum', () => {
    expect(() => new Optimizer(new Map(), { ...BASE, optim: 'sgd', nesterov: true })).toThrow(expect.objectContaining({ code: 'optimizer-options', where: 'nesterov' }));
  });
});

describe('clipping', () => {
  const golden = new Golden('tests/golden/c_clip.safetensors');
  const names = ['a', 'b', 'c'];

  it.each([0, 0.25, 1, 1000])('by the norm %d is that of fairseq and of PyTorch', (limit) => {
    const norm = Math.sqrt(names.reduce((sum, name) => sum + golden.floats(`inputs/grad/${name}`).reduce((s, x) => s + x * x, 0), 0));
    const scale = clipScale(norm, limit);
    const origins = ['fairseq', 'torch'].filter((origin) => golden.under(`expected/${origin}_max${limit}/`).length > 0);
    expect(origins).toEqual(limit === 0 ? ['fairseq'] : ['fairseq', 'torch']);
    for (const origin of origins) {
      expect(Math.abs(norm / golden.floats(`expected/${origin}_max${limit}/total_norm`)[0]! - 1)).toBeLessThan(1e-6);
      for (const name of names) {
        const expected = golden.floats(`expected/${origin}_max${limit}/grad/${name}`);
        golden.floats(`inputs/grad/${name}`).forEach((x, i) => expect(Math.abs(x * scale - expected[i]!)).toBeLessThanOrEqual(1e-6 * Math.abs(expected[i]!)));
      }
    }
  });

  it.each([
    [4, 2, 0.5],
    [2, 2, 1],
    [0, 2, 1],
    [1e9, 0, 1],
    [1e9, -1, 1],
  ])('of a gradient of norm %d to %d multiplies it by %d', (norm, limit, expected) => {
    expect(clipScale(norm, limit)).toBeCloseTo(expected, 6);
    expect(norm * clipScale(norm, limit)).toBeLessThanOrEqual(limit > 0 ? Math.max(limit, 0) : Infinity);
  });
});
