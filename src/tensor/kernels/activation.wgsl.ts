import type * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';

/** Φ(x) by the approximation 7.1.26 of Abramowitz and Stegun, as tfjs's erf: off by 1.5e-7 at most. */
const CDF = `
fn cdf(x: f32) -> f32 {
  let a = abs(x) * 0.70710678118654752;
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let tail = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t * exp(-a * a);
  return 0.5 * (1.0 + sign(x) * (1.0 - tail));
}`;

/** tanh by exponentials, which do not overflow; WGSL's own may from x = 44 on. */
const TANH = `
fn tanh_of(x: f32) -> f32 { let e = exp(-2.0 * abs(x)); return sign(x) * (1.0 - e) / (1.0 + e); }`;

/** `activated(x)` and its derivative `slope(x)`, in WGSL. */
export const ACTIVATION_WGSL = {
  gelu: `${CDF}
fn activated(x: f32) -> f32 { return x * cdf(x); }
fn slope(x: f32) -> f32 { return cdf(x) + x * 0.39894228040143268 * exp(-0.5 * x * x); }`,
  gelu_new: `${TANH}
fn inner(x: f32) -> f32 { return tanh_of(0.79788456080286536 * (x + 0.044715 * x * x * x)); }
fn activated(x: f32) -> f32 { return 0.5 * x * (1.0 + inner(x)); }
fn slope(x: f32) -> f32 {
  let t = inner(x);
  return 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * 0.79788456080286536 * (1.0 + 0.134145 * x * x);
}`,
  relu: `
fn activated(x: f32) -> f32 { return max(x, 0.0); }
fn slope(x: f32) -> f32 { return select(0.0, 1.0, x > 0.0); }`,
  tanh: `${TANH}
fn activated(x: f32) -> f32 { return tanh_of(x); }
fn slope(x: f32) -> f32 { let t = tanh_of(x); return 1.0 - t * t; }`,
} as const;

/** An activation that has WGSL. */
export type WgslActivation = keyof typeof ACTIVATION_WGSL;

const shader = (kind: WgslActivation, output: string, inputs: readonly string[], result: string): string => `
${bindings([...writes([output]), ...reads(inputs)], 'elements: u32')}
${ACTIVATION_WGSL[kind]}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= elements) { return; }
  ${output}[i] = ${result};
}`;

function run(gpu: LabWebGPUBackend, wgsl: string, inputs: readonly tf.TensorInfo[]): tf.TensorInfo[] {
  const output = gpu.makeTensorInfo(inputs[0]!.shape, 'float32');
  const elements = output.shape.reduce((product, extent) => product * extent, 1);
  gpu.dispatch({ wgsl, workgroups: gridFor(elements) }, [output, ...inputs], [u32(elements)], [output]);
  return [output];
}

/** One dispatch; some 15 operations and an exponential an element (one for relu), reads and writes 4 bytes of each. */
export const activationForward = (gpu: LabWebGPUBackend, x: tf.TensorInfo, kind: WgslActivation): tf.TensorInfo[] =>
  run(gpu, shader(kind, 'y', ['x'], 'activated(x[i])'), [x]);

/** One dispatch; some 25 operations and, for gelu, two exponentials an element; reads 8 and writes 4 bytes of each. */
export const activationGradient = (gpu: LabWebGPUBackend, dy: tf.TensorInfo, x: tf.TensorInfo, kind: WgslActivation): tf.TensorInfo[] =>
  run(gpu, shader(kind, 'dx', ['dy', 'x'], 'dy[i] * slope(x[i])'), [dy, x]);
