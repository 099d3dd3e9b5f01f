import * as tf from '../tf.ts';
import { BUILTINS, ELEMENT_INDEX, f32, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';

/** What the gradient is multiplied by. */
export interface Clipping {
  /** 0: no clipping. */
  readonly max_grad_norm: number;
  /** The sum of the gradients is that of this many times the loss. */
  readonly divisor: number;
}

/** One thread; `scale` is negative where a number is not finite. Exponent bits tell: NaN need not compare as such in WGSL. */
const SCALE_WGSL = `
struct Clipping { most: f32, divisor: f32 }
@group(0) @binding(0) var<storage, read_write> scale: array<f32>;
@group(0) @binding(1) var<storage, read> numbers: array<f32>;
@group(0) @binding(2) var<uniform> clipping: Clipping;
@compute @workgroup_size(1)
fn main() {
  let last = arrayLength(&numbers) - 1u;
  var finite = true;
  for (var i = 0u; i <= last; i++) {
    if ((bitcast<u32>(numbers[i]) & 0x7f800000u) == 0x7f800000u) { finite = false; }
  }
  var factor = 1.0;
  if (clipping.most > 0.0) { factor = min(1.0, clipping.most / (sqrt(numbers[last]) / clipping.divisor + 1e-6)); }
  scale[0] = select(-1.0, factor / clipping.divisor, finite);
}`;

/**
 * The factor on the gradient, on the device: [1], −1 where a number of the step is not finite.
 *
 *   scale = min(1, max_grad_norm/(‖g‖/divisor + 1e-6)) / divisor,  ‖g‖² = the last of `numbers`
 */
export function gradientScale(backend: LabWebGPUBackend, numbers: tf.Tensor, { max_grad_norm, divisor }: Clipping): tf.Tensor {
  const scale = backend.makeTensorInfo([1], 'float32');
  backend.dispatch({ wgsl: SCALE_WGSL, workgroups: [1, 1, 1] }, [scale, numbers], [f32(max_grad_norm), f32(divisor)], [scale]);
  return tf.engine().makeTensorFromTensorInfo(scale);
}

const UPDATE_WGSL = `
struct Constants { size: u32, rate: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, eps: f32, decay: f32 }
@group(0) @binding(0) var<storage, read_write> p: array<f32>;
@group(0) @binding(1) var<storage, read_write> m: array<f32>;
@group(0) @binding(2) var<storage, read_write> v: array<f32>;
@group(0) @binding(3) var<storage, read> g: array<f32>;
@group(0) @binding(4) var<storage, read> scale: array<f32>;
@group(0) @binding(5) var<storage, read> step: array<f32>;
@group(0) @binding(6) var<uniform> c: Constants;
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  let factor = scale[0];
  if (i >= c.size || factor < 0.0) { return; }
  let gi = g[i] * factor;
  let mi = m[i] * c.beta1 + gi * c.rest1;
  let vi = v[i] * c.beta2 + gi * gi * c.rest2;
  m[i] = mi;
  v[i] = vi;
  p[i] = p[i] - step[0] * c.rate * (mi / step[1] / (sqrt(vi / step[2]) + c.eps) + c.decay * p[i]);
}`;

/** Equal parts of flat buffers, and what holds for all parameters in them. */
export interface FlatSlot {
  readonly parameter: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** Multiplies the learning rate. */
  readonly rate: number;
  readonly weightDecay: number;
}

export interface FlatAdamWConstants {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
}

/**
 * AdamW in place over parts of flat buffers; nothing is changed where `scale` is negative.
 *
 *   g ← scale·g;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  p ← p − lr·rate·( (m/c₁)/(√(v/c₂) + ε) + λp )
 *   `step` [3]: lr, c₁ = 1 − β₁ᵗ, c₂ = 1 − β₂ᵗ. Reads 16 bytes and writes 12 an element.
 *
 * Source: as `adamWUpdate` of the kernels.
 */
export function flatAdamW(backend: LabWebGPUBackend, slot: FlatSlot, scale: tf.Tensor, step: tf.Tensor, { beta1, beta2, eps }: FlatAdamWConstants): void {
  const { parameter, m, v, gradient, rate, weightDecay } = slot;
  const constants = [u32(parameter.size), ...[rate, beta1, 1 - beta1, beta2, 1 - beta2, eps, weightDecay].map(f32)];
  backend.dispatch({ wgsl: UPDATE_WGSL, workgroups: gridFor(parameter.size) }, [parameter, m, v, gradient, scale, step], constants, [parameter, m, v]);
}
