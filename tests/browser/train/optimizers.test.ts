import { beforeAll, describe, expect, it } from 'vitest';
import type { BackendName } from '../../../src/tensor/backends/backend_name.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { WASM_PATHS } from '../../../src/tensor/backends/wasm_paths.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { key, normal } from '../../../src/random/counter.ts';
import type { OptimizerName } from '../../../src/train/optimization.ts';
import { Optimizer } from '../../../src/train/optimizer.ts';
import { OPTIMIZERS } from '../../../src/train/optimizers/index.ts';

const SHAPES: Readonly<Record<string, readonly number[]>> = { 'encoder.layer.0.output.dense.weight': [37, 41], 'encoder.layer.0.output.dense.bias': [13], 'classifier.weight': [2, 7] };
const SETTINGS = { weight_decay: 0.1, adam_beta1: 0.9, adam_beta2: 0.98, adam_epsilon: 1e-6, momentum: 0.9, nesterov: true, scale_parameter: true };

const values = (shape: readonly number[], index: number) => {
  const k = key(7, 'init', index);
  return tf.tensor(Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => normal(k, i)), [...shape]);
};

interface Trained {
  readonly parameters: Readonly<Record<string, Float32Array>>;
  readonly tensors: number;
}

/** Parameters after 4 updates by each optimiser, and the tensors that an update leaves behind. */
async function train(backend: BackendName): Promise<Map<OptimizerName, Trained>> {
  const report = await openBackend({ choice: backend, wasmPaths: WASM_PATHS, onFault: (fault) => { throw fault; } });
  expect(report.backend).toBe(backend);
  const results = new Map<OptimizerName, Trained>();
  for (const optim of Object.keys(OPTIMIZERS) as OptimizerName[]) {
    const parameters = new Map(Object.entries(SHAPES).map(([name, shape], i) => [name, tf.variable(values(shape, i))]));
    const gradients = new Map(Object.entries(SHAPES).map(([name, shape], i) => [name, values(shape, 10 + i)]));
    const optimizer = new Optimizer(parameters, { ...SETTINGS, optim });
    const before = tf.memory().numTensors;
    for (let i = 0; i < 4; i++) optimizer.update(gradients, 0.01 * (i + 1), 0.5);
    const tensors = tf.memory().numTensors - before;
    const read = await Promise.all([...parameters].map(async ([name, p]) => [name, Float32Array.from(await p.data())] as const));
    results.set(optim, { parameters: Object.fromEntries(read), tensors });
    optimizer.dispose();
  }
  return results;
}

describe('optimisers on WebGPU (software adapter)', () => {
  let expected: Map<OptimizerName, Trained>;
  let got: Map<OptimizerName, Trained>;
  beforeAll(async () => {
    expected = await train('cpu');
    got = await train('webgpu');
  });

  it.each(Object.keys(OPTIMIZERS) as OptimizerName[])('%s moves parameters as in JavaScript, and leaves nothing behind', (optim) => {
    for (const [name, shape] of Object.entries(SHAPES)) {
      const [x, y] = [got.get(optim)!.parameters[name]!, expected.get(optim)!.parameters[name]!];
      expect(x.length).toBe(shape.reduce((a, b) => a * b, 1));
      const worst = y.reduce((most, value, i) => Math.max(most, Math.abs(x[i]! - value)), 0);
      expect(worst, name).toBeLessThan(2e-6);
    }
    expect(got.get(optim)!.tensors).toBe(0);
  });
});
