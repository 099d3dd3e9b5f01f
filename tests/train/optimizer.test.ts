import { beforeAll, describe, expect, it } from 'vitest';
import { AdamW, clipScale, type OptimizerState } from '../../src/train/optimizer.ts';
import { linearSchedule } from '../../src/train/schedule.ts';
import * as tf from '../../src/tensor/tf.ts';
import { Golden, relativeError } from '../golden_file.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';

const golden = new Golden('tests/golden/c_torch_optim.safetensors');
const SHAPES: Readonly<Record<string, readonly number[]>> = {
  'embeddings.word_embeddings.weight': [5, 3],
  'encoder.layer.0.output.LayerNorm.weight': [6],
  'encoder.layer.0.output.dense.bias': [4],
  'encoder.layer.0.output.dense.weight': [4, 6],
};
const OPTIONS = { adam_beta1: 0.9, adam_beta2: 0.98, adam_epsilon: 1e-6, weight_decay: 0.01 };
const STEPS = 20;

const parametersOf = (): Map<string, tf.Variable> => new Map(Object.entries(SHAPES).map(([name, shape]) => [name, tf.variable(tf.tensor(golden.floats(`inputs/param/${name}`), [...shape]))]));

function gradientsAt(step: number): Map<string, tf.Tensor> {
  return new Map(Object.entries(SHAPES).map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, tf.tensor(golden.floats(`inputs/grad_per_step/${name}`).slice(step * size, (step + 1) * size), [...shape])];
  }));
}

const normOf = (gradients: ReadonlyMap<string, tf.Tensor>): number => Math.sqrt([...gradients.values()].reduce((sum, g) => sum + [...g.dataSync()].reduce((s, x) => s + x * x, 0), 0));

/** Bit patterns of parameters and moments. */
async function bitsOf(parameters: ReadonlyMap<string, tf.Variable>, state: OptimizerState): Promise<number[][]> {
  const arrays = [...[...parameters.values()].map((p) => Float32Array.from(p.dataSync())), ...[...state.moments.values()].map(({ data }) => data)];
  return arrays.map((array) => [...new Uint32Array(array.buffer)]);
}

describe.each(NODE_BACKENDS)('AdamW on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each([
    ['adamw_b98_wd001', () => 5e-4, 0],
    ['adamw_b98_wd001_linear_clip1', (step: number) => linearSchedule({ learning_rate: 5e-4, warmup_ratio: 2 / 16, total: 16 }, step), 1],
  ] as const)('gives the parameters of the original code after each of 20 steps: %s', (name, rate, clip) => {
    const parameters = parametersOf();
    const optimizer = new AdamW(parameters, OPTIONS);
    for (let step = 0; step < STEPS; step++) {
      const gradients = gradientsAt(step);
      optimizer.update(gradients, rate(step), clipScale(normOf(gradients), clip));
      for (const [parameter, shape] of Object.entries(SHAPES)) {
        const size = shape.reduce((a, b) => a * b, 1);
        const expected = golden.floats(`expected/${name}/param_after_each_step/${parameter}`).slice(step * size, (step + 1) * size);
        expect(relativeError(parameters.get(parameter)!.dataSync(), expected, 1), `${parameter}, step ${step}`).toBeLessThan(2e-6);
      }
    }
    expect(optimizer.updates).toBe(STEPS);
  });

  it('goes on from a saved state with the same bits', async () => {
    const [whole, resumed] = [parametersOf(), parametersOf()];
    const one = new AdamW(whole, OPTIONS);
    const first = new AdamW(resumed, OPTIONS);
    for (let step = 0; step < 7; step++) {
      one.update(gradientsAt(step), 1e-3, 1);
      first.update(gradientsAt(step), 1e-3, 1);
    }
    const second = new AdamW(resumed, OPTIONS, await first.save());
    expect(second.updates).toBe(7);
    for (let step = 7; step < 13; step++) {
      one.update(gradientsAt(step), 1e-3, 1);
      second.update(gradientsAt(step), 1e-3, 1);
    }
    expect(await bitsOf(resumed, await second.save())).toEqual(await bitsOf(whole, await one.save()));
  });

  it('leaves a parameter without a gradient alone, and frees its moments', () => {
    const parameters = parametersOf();
    const held = tf.memory().numTensors;
    const optimizer = new AdamW(parameters, OPTIONS);
    const [name] = Object.keys(SHAPES) as [string];
    const gradients = gradientsAt(0);
    optimizer.update(new Map([[name, gradients.get(name)!]]), 1, 1);
    expect([...parameters.get('encoder.layer.0.output.dense.weight')!.dataSync()]).toEqual([...golden.floats('inputs/param/encoder.layer.0.output.dense.weight')]);
    expect([...parameters.get(name)!.dataSync()]).not.toEqual([...golden.floats(`inputs/param/${name}`)]);
    optimizer.dispose();
    tf.dispose([...gradients.values()]);
    expect(tf.memory().numTensors).toBe(held);
  });
});

describe('clipping', () => {
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
