import * as tf from '../tf.ts';
import { bits } from '../../random/counter.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { BUILTINS, drawKey, ELEMENT_INDEX, f32, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { defineKernel } from '../kernel.ts';
import { simdOf } from '../wasm/simd.ts';

/** `key` identifies the draw (seed, stream, step, place in the network); `rate` is the share that is dropped. */
export type DropoutAttrs = { rate: number; key: number };

/** bits(key, i) below this are dropped. */
export const dropThreshold = (rate: number): number => Math.floor(rate * 2 ** 32);

/** Which element of a larger tensor an element stands for, where a part is computed alone and draws what it would in the whole. */
export type Place = (i: number) => number;

/** The mask as numbers: 0 where dropped, 1/(1 − rate) where kept; element i depends on (key, place(i)) alone. */
export function dropoutMask(size: number, { rate, key }: DropoutAttrs, place: Place = (i) => i): Float32Array {
  const threshold = dropThreshold(rate);
  const keep = 1 / (1 - rate);
  const mask = new Float32Array(size);
  for (let i = 0; i < size; i++) mask[i] = bits(key, place(i)) < threshold ? 0 : keep;
  return mask;
}

/** The same integers as `bits` of `random/counter.ts`. */
export const DRAW_WGSL = `
fn mix(seed: u32) -> u32 {
  var v = seed;
  v = (v ^ (v >> 16u)) * 0x21f0aaadu;
  v = (v ^ (v >> 15u)) * 0x735a2d97u;
  return v ^ (v >> 15u);
}
fn bits(key: u32, i: u32) -> u32 { return mix(mix(key ^ (i * 0x9e3779b9u)) + 0x6d2b79f5u); }`;

const WGSL = `
struct Draw { key: u32, threshold: u32, keep: f32 }
${bindings([...writes(['y']), ...reads(['x'])], 'draw: Draw')}
${DRAW_WGSL}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= arrayLength(&y)) { return; }
  y[i] = select(x[i] * draw.keep, 0.0, bits(draw.key, i) < draw.threshold);
}`;

/**
 * Inverted dropout with counter-based masks.
 *
 *   y_i = x_i · [bits(key, i) ≥ rate·2³²] / (1 − rate);  dx is the same function of dy
 *
 * No mask is stored: the gradient draws it again. 19 integer operations an element; reads and writes 4 bytes of each.
 */
const forward = defineKernel<DropoutAttrs>({
  name: 'LabDropout',
  plain: ({ x }, attrs) => [tf.mul(x!, tf.tensor(dropoutMask(x!.size, attrs), x!.shape))],
  native: {
    wasm: ({ x }, { rate, key }, backend) => {
      const simd = simdOf(backend);
      const y = simd.output(x!.shape);
      simd.kernels.dropout(simd.size(x!), key, 0, dropThreshold(rate), 1 / (1 - rate), simd.at(x!), simd.at(y));
      return [y];
    },
    webgpu: ({ x }, { rate, key }, backend) => {
      const gpu = backend as LabWebGPUBackend;
      const y = gpu.makeTensorInfo(x!.shape, 'float32');
      const elements = x!.shape.reduce((product, extent) => product * extent, 1);
      const uniform = [drawKey(key), u32(dropThreshold(rate)), f32(1 / (1 - rate))];
      gpu.dispatch({ wgsl: WGSL, workgroups: gridFor(elements) }, [y, x!], uniform, [y]);
      return [y];
    },
  },
  gradient: ([dy], _saved, attrs): Record<string, tf.Tensor> => ({ x: forward({ x: dy! }, attrs)[0]! }),
});

/** Dropout of a part of a larger tensor, in stock operations and without a gradient; the identity at rate 0. */
export function dropoutOfPart(x: tf.Tensor, attrs: DropoutAttrs, place: Place): tf.Tensor {
  return attrs.rate === 0 ? x : tf.mul(x, tf.tensor(dropoutMask(x.size, attrs, place), x.shape));
}

/** Dropout of any tensor; the identity at rate 0. */
export function dropout(x: tf.Tensor, attrs: DropoutAttrs): tf.Tensor {
  return attrs.rate === 0 ? x : forward({ x }, attrs)[0]!;
}
