import * as tf from '../tf.ts';
import { f32, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { floats } from '../kernels/rows.wgsl.ts';
import { squareParts, SUM_OF_PARTS } from '../kernels/square_norm.wgsl.ts';

/** What the gradient is multiplied by. */
export interface Clipping {
  /** 0: no clipping. */
  readonly max_grad_norm: number;
  /** The sum of the gradients is that of this many times the loss. */
  readonly divisor: number;
}

/** Loss terms that one dispatch can bind beside its other buffers, of which every device allows eight in all. */
const MOST_TERMS = 5;

/** The factor is negative where a number is not finite. Exponent bits tell: NaN need not compare as such in WGSL. */
const wgsl = (sizes: readonly number[]): string => `
${floats(['numbers', 'state', 'parts', ...sizes.map((_, i) => `term${i}`)], 2)}
struct Clipping { most: f32, divisor: f32, parts: u32 }
@group(0) @binding(${3 + sizes.length}) var<uniform> clipping: Clipping;
fn finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }
${SUM_OF_PARTS}
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
  let squares = sum_of_parts(clipping.parts, local);
  if (local != 0u) { return; }
  var sound = finite(squares);
  var at = 0u;
  ${sizes.map((size, i) => `for (var j = 0u; j < ${size}u; j++) { let x = term${i}[j]; numbers[at] = x; at++; sound = sound && finite(x); }`).join('\n  ')}
  numbers[at] = squares;
  var factor = 1.0;
  if (clipping.most > 0.0) { factor = min(1.0, clipping.most / (sqrt(squares) / clipping.divisor + 1e-6)); }
  state[0] = select(-1.0, factor / clipping.divisor, sound);
  if (sound) { state[1] += 1.0; }
}`;

/**
 * The numbers of a step and the factor on its gradient, on the device, in one dispatch and one for each span.
 *
 *   numbers [n + 1] = the n loss terms, ‖g‖²;  state [2], in place: min(1, max_grad_norm/(‖g‖/divisor + 1e-6)) / divisor,
 *   and the number of updates with this one; −1, and the number as it was, where one of the numbers is not finite
 *   terms: scalars; spans: the parts of the flat gradient, together g. Reads 4 bytes an element of g.
 */
export function stepNumbers(gpu: LabWebGPUBackend, terms: readonly tf.Tensor[], spans: readonly tf.Tensor[], state: tf.Tensor, { max_grad_norm, divisor }: Clipping): tf.Tensor {
  const bound = terms.length <= MOST_TERMS ? terms : [tf.stack([...terms])];
  const parts = squareParts(gpu, spans);
  const numbers = gpu.makeTensorInfo([terms.length + 1], 'float32');
  const shader = { name: 'StepNumbers', wgsl: wgsl(bound.map(({ size }) => size)), workgroups: [1, 1, 1] as const };
  gpu.dispatch(shader, [numbers, state, parts, ...bound], [f32(max_grad_norm), f32(divisor), u32(parts.shape[0]!)], [numbers, state]);
  gpu.disposeData(parts.dataId);
  if (bound !== terms) tf.dispose([...bound]);
  return tf.engine().makeTensorFromTensorInfo(numbers);
}
