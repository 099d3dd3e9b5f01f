import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import { Optimizer } from '../../src/train/optimizer.ts';
import type { OptimizerOptions } from '../../src/train/parameter_groups.ts';
import { learningRate } from '../../src/train/schedule.ts';
import { Golden } from '../golden_file.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { atStep, gradientsAt, parametersOf, SHAPES, STEPS } from './golden_steps.ts';

interface Made {
  readonly after: readonly number[];
  readonly cases: Readonly<Record<string, readonly Readonly<Record<string, readonly number[]>>[]>>;
  readonly cosine: readonly { readonly options: Readonly<Record<string, number>>; readonly rates: readonly number[] }[];
}

const golden = new Golden('tests/golden/c_torch_optim.safetensors');
/** Made by `tests/golden/make_optimizers.py` from the same gradients. */
const MADE = JSON.parse(readFileSync('tests/golden/optimizers.json', 'utf8')) as Made;
const BASE: OptimizerOptions = { weight_decay: 0.01, adam_beta1: 0.9, adam_beta2: 0.98, adam_epsilon: 1e-6 };

/** Largest difference, over the largest movement from the initial values. */
function movementError(got: ArrayLike<number>, expected: readonly number[], initial: ArrayLike<number>): number {
  const moved = Math.max(...expected.map((y, i) => Math.abs(y - initial[i]!)));
  return Math.max(...expected.map((y, i) => Math.abs(got[i]! - y))) / Math.max(moved, 1e-2);
}

interface Double {
  readonly p: number[];
  readonly m: number[];
  readonly v: number[];
}

type Formula = (state: Double, g: readonly number[], lr: number, decay: number, t: number) => void;

const moments = ({ m, v }: Double, g: readonly number[]) =>
  g.forEach((x, i) => {
    m[i] = 0.9 * m[i]! + 0.1 * x;
    v[i] = 0.98 * v[i]! + 0.02 * x * x;
  });

const norm = (x: readonly number[]) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));

/** LAMB in double precision. */
const lamb = (corrected: boolean, [least, most]: readonly [number, number]): Formula => (state, g, lr, decay, t) => {
  moments(state, g);
  const [c1, c2] = corrected ? [1 - 0.9 ** t, 1 - 0.98 ** t] : [1, 1];
  const u = state.p.map((p, i) => state.m[i]! / c1! / (Math.sqrt(state.v[i]! / c2!) + 1e-6) + decay * p);
  const trust = norm(state.p) > 0 && norm(u) > 0 ? Math.min(most, Math.max(least, norm(state.p) / norm(u))) : 1;
  u.forEach((x, i) => (state.p[i]! -= lr * trust * x));
};

/** AdamW of transformers 4 in double precision: decay after the update. */
const huggingFace: Formula = (state, g, lr, decay, t) => {
  moments(state, g);
  const size = (lr * Math.sqrt(1 - 0.98 ** t)) / (1 - 0.9 ** t);
  state.p.forEach((p, i) => {
    const updated = p - (size * state.m[i]!) / (Math.sqrt(state.v[i]!) + 1e-6);
    state.p[i] = updated - lr * decay * updated;
  });
};

const FORMULAS: readonly (readonly [string, Partial<OptimizerOptions>, Formula, number])[] = [
  ['LAMB as published', { optim: 'lamb', weight_decay: 0.1 }, lamb(true, [0, Infinity]), 0.01],
  ['LAMB as the reference makes it', { optim: 'lamb', weight_decay: 0.1, bias_correction: false, min_coeff: 0.01, max_coeff: 0.3 }, lamb(false, [0.01, 0.3]), 0.01],
  ['AdamW of transformers 4 with a large decay', { optim: 'adamw_hf', weight_decay: 5 }, huggingFace, 0.01],
];

const TORCH: readonly (readonly [string, Partial<OptimizerOptions>, number])[] = [
  ['sgd', { optim: 'sgd' }, 3],
  ['sgd_momentum', { optim: 'sgd', momentum: 0.9 }, 3],
  ['sgd_nesterov', { optim: 'sgd', momentum: 0.8, nesterov: true }, 3],
  ['adafactor', { optim: 'adafactor' }, 1e-2],
  ['adafactor_scale_parameter', { optim: 'adafactor', scale_parameter: true }, 1e-2],
];

const decays = (name: string) => !name.endsWith('.bias') && !name.includes('LayerNorm');

describe.each(NODE_BACKENDS)('on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(FORMULAS)('%s follows its formula in double precision through 20 steps', (_name, changes, formula, lr) => {
    const options = { ...BASE, ...changes };
    const parameters = parametersOf(golden);
    parameters.get('encoder.layer.0.output.dense.bias')!.assign(tf.zeros([4]));
    const doubles = new Map([...parameters].map(([name, p]): [string, Double] => [name, { p: [...p.dataSync()], m: Array.from({ length: p.size }, () => 0), v: Array.from({ length: p.size }, () => 0) }]));
    const initial = new Map([...parameters].map(([name, p]) => [name, [...p.dataSync()]]));
    const optimizer = new Optimizer(parameters, options);
    for (let step = 0; step < STEPS; step++) {
      optimizer.update(gradientsAt(golden, step), lr, 0.7);
      for (const [name, state] of doubles) {
        const g = [...atStep(golden, 'inputs/grad_per_step', name, step)].map((x) => 0.7 * x);
        formula(state, g, lr, decays(name) ? options.weight_decay : 0, step + 1);
        expect(movementError(parameters.get(name)!.dataSync(), state.p, initial.get(name)!), `${name}, step ${step}`).toBeLessThan(1e-4);
      }
    }
  });

  it.each(TORCH)('%s is that of PyTorch and transformers', (name, changes, lr) => {
    const parameters = parametersOf(golden);
    const optimizer = new Optimizer(parameters, { ...BASE, ...changes });
    const snapshots = MADE.cases[name]!;
    for (let step = 0; step < STEPS; step++) {
      optimizer.update(gradientsAt(golden, step), lr, 1);
      const expected = snapshots[MADE.after.indexOf(step + 1)];
      for (const parameter of expected ? Object.keys(SHAPES) : []) {
        expect(movementError(parameters.get(parameter)!.dataSync(), expected![parameter]!, golden.floats(`inputs/param/${parameter}`)), `${parameter}, step ${step}`).toBeLessThan(1e-4);
      }
    }
    expect(snapshots.length).toBe(MADE.after.length);
  });
});

describe('the cosine schedule', () => {
  it.each(MADE.cosine)('is that of transformers: $options', ({ options, rates }) => {
    const { num_warmup_steps: warmup_steps, num_training_steps: total, num_cycles = 0.5 } = options;
    rates.forEach((rate, step) => expect(learningRate({ learning_rate: 1, warmup_ratio: 0, warmup_steps: warmup_steps!, total: total!, num_cycles, lr_scheduler_type: 'cosine' }, { step })).toBeCloseTo(rate, 10));
  });
});
