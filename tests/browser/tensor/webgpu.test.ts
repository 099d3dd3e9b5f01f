import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../../src/tensor/tf.ts';
import { key, normal } from '../../../src/random/counter.ts';
import { attention } from '../../../src/tensor/kernels/attention.ts';
import { layerNorm } from '../../../src/tensor/kernels/layer_norm.ts';
import { linear } from '../../../src/tensor/kernels/linear.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { WASM_PATHS } from '../../../src/tensor/backends/wasm_paths.ts';
import type { Fault } from '../../../src/fault/fault.ts';

const values = (size: number, index: number) => Float32Array.from({ length: size }, (_, i) => normal(key(7, 'init', index), i));
const random = (shape: number[], index: number) => tf.tensor(values(shape.reduce((a, b) => a * b, 1), index), shape);

/** ‖x − y‖ / ‖y‖ */
function relative(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < y.length; i++) {
    difference += (x[i]! - y[i]!) ** 2;
    norm += y[i]! ** 2;
  }
  return Math.sqrt(difference / norm);
}

describe('kernels on WebGPU (software adapter)', () => {
  const faults: Fault[] = [];
  beforeAll(async () => {
    const report = await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
    expect(report.backend).toBe('webgpu');
  });

  it('uploads a large tensor in pieces, and leaves main memory', async () => {
    const all = Float32Array.from({ length: 2_500_011 }, (_, i) => Math.fround(Math.sin(i)));
    const part = all.subarray(13);
    const tensor = tf.tensor1d(part);
    const doubled = tf.add(tensor, tensor);
    const [back, sum] = [await tensor.data(), await doubled.data()];
    expect(back === part).toBe(false);
    const differs = (values: ArrayLike<number>, factor: number) => part.findIndex((value, i) => values[i] !== factor * value);
    expect([back.length, differs(back, 1), differs(sum, 2)]).toEqual([part.length, -1, -1]);
    tf.dispose([tensor, doubled]);
    expect(faults).toEqual([]);
  });

  it('gives the gradients of a small layer within 1e-5 of those in WASM', async () => {
    const run = async () => {
      const [x, w, b, g] = [random([6, 35], 10), random([35, 35], 11), random([35], 12), random([35], 13)];
      const mask = tf.tensor([[1, 1, 1], [1, 1, 0]]);
      const f = (x0: tf.Tensor, w0: tf.Tensor, b0: tf.Tensor, g0: tf.Tensor) => {
        const h = layerNorm(linear(x0, w0, b0), g0, b0, 1e-12);
        return tf.sum(tf.square(attention(h, h, h, mask, { batch: 2, length: 3, heads: 5, rate: 0.2, key: 3 }))) as tf.Scalar;
      };
      return Promise.all(tf.grads(f as never)([x, w, b, g]).map((t) => t.data()));
    };
    const gpu = await run();
    await openBackend({ choice: 'wasm', wasmPaths: WASM_PATHS, onFault: (fault) => faults.push(fault) });
    const wasm = await run();
    await tf.setBackend('webgpu');
    gpu.forEach((gradient, i) => expect(relative(gradient, wasm[i]!)).toBeLessThan(1e-5));
  });

  it('reports a refused command and a lost device once, as a fault', async () => {
    expect(faults).toEqual([]);
    const { device } = tf.backend() as unknown as { device: GPUDevice };
    device.createBuffer({ size: 16, usage: 0 });
    device.destroy();
    await device.lost;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(faults.length).toBe(1);
    expect(['gpu-error', 'device-lost']).toContain(faults[0]!.code);
    expect(faults[0]!.remedy).toContain('checkpoint');
  });
});
