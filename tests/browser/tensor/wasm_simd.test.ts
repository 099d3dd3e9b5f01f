import { expect, it } from 'vitest';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { WASM_PATHS } from '../../../src/tensor/backends/wasm_paths.ts';
import { attention } from '../../../src/tensor/kernels/attention.ts';
import { linear } from '../../../src/tensor/kernels/linear.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { simdOf } from '../../../src/tensor/wasm/simd.ts';

it('the SIMD kernels load and compute in a browser', async () => {
  await openBackend({ choice: 'wasm', wasmPaths: WASM_PATHS, onFault: (fault) => expect.unreachable(fault.message) });
  expect(simdOf(tf.backend()).kernels.gemmScratchBytes()).toBeGreaterThan(0);
  const y = linear(tf.tensor([[1, 2, 3]]), tf.tensor([[1, 0, -1], [2, 1, 0]]), tf.tensor([10, 20]));
  expect([...(await y.data())]).toEqual([8, 24]);
  const v = tf.tensor([[1, 2], [3, 4], [50, 60]]);
  const context = attention(tf.zeros([3, 2]), tf.zeros([3, 2]), v, tf.tensor([[1, 1, 0]]), { batch: 1, length: 3, heads: 1, rate: 0, key: 0 });
  expect([...(await context.data())]).toEqual([2, 3, 2, 3, 2, 3]);
});
