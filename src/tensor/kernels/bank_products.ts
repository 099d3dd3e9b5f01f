import * as tf from '../tf.ts';
import { defineKernel } from '../kernel.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { simdOf } from '../wasm/simd.ts';
import { bankProductsForward, bankProductsGradient } from './bank_products.wgsl.ts';

/**
 * Products of vectors with chosen rows of a memory bank.
 *
 *   y[b, c] = v_b·m_j,  dv_b = Σ_c dy[b, c]·m_j,  j = rows[b, c]
 *   vectors v [B, E], bank m [n, E], rows [B, C] int32 → y [B, C]; the bank is never differentiated
 *
 * The plain form gathers B·C·E values; the native ones read the bank where it lies. 2·B·C·E operations either way.
 */
const forward = defineKernel<Record<string, never>>({
  name: 'LabBankProducts',
  plain: ({ vectors, bank, rows }) => [tf.sum(tf.mul(tf.gather(bank!, rows as tf.Tensor2D), tf.expandDims(vectors!, 1)), -1)],
  native: {
    wasm: ({ vectors, bank, rows }, _attrs, backend) => {
      const simd = simdOf(backend);
      const [[batch, columns], width] = [rows!.shape as [number, number], bank!.shape[1]!];
      const products = simd.output([batch, columns]);
      simd.kernels.bankProducts(batch, columns, width, simd.at(vectors!), simd.at(bank!), simd.at(rows!, 'int32'), simd.at(products));
      return [products];
    },
    webgpu: (inputs, _attrs, backend) => bankProductsForward(backend as LabWebGPUBackend, inputs),
  },
  saves: ['bank', 'rows'],
  gradient: ([dy], { bank, rows }) => ({ vectors: backward({ dy: dy!, bank: bank!, rows: rows! }, {})[0]! }),
});

const backward = defineKernel<Record<string, never>>({
  name: 'LabBankProductsGradient',
  plain: ({ dy, bank, rows }) => [tf.sum(tf.mul(tf.gather(bank!, rows as tf.Tensor2D), tf.expandDims(dy!, -1)), 1)],
  native: {
    wasm: ({ dy, bank, rows }, _attrs, backend) => {
      const simd = simdOf(backend);
      const [[batch, columns], width] = [rows!.shape as [number, number], bank!.shape[1]!];
      const gradient = simd.output([batch, width]);
      simd.kernels.bankProductsGradient(batch, columns, width, simd.at(dy!), simd.at(bank!), simd.at(rows!, 'int32'), simd.at(gradient));
      return [gradient];
    },
    webgpu: (inputs, _attrs, backend) => bankProductsGradient(backend as LabWebGPUBackend, inputs),
  },
});

/** Products [B, C] of vectors [B, E] with rows [B, C] (int32, each below n) of a bank [n, E]; differentiable in the vectors. */
export function bankProducts(vectors: tf.Tensor, bank: tf.Tensor, rows: tf.Tensor): tf.Tensor2D {
  return forward({ vectors, bank, rows }, {})[0]! as tf.Tensor2D;
}
