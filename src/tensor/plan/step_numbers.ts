import * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { f32, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
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

/** Exponent bits tell: NaN need not compare as such in WGSL. */
const FINITE = 'fn finite(x: f32) -> bool { return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u; }';

/** Lists what is in buffers `term0` … in `numbers`, and clears `sound` where one of them is not finite. */
const listed = (sizes: readonly number[]): string =>
  sizes.map((size, i) => `for (var j = 0u; j < ${size}u; j++) { let x = term${i}[j]; numbers[at] = x; at++; sound = sound && finite(x); }`).join('\n  ');

const termBuffers = (sizes: readonly number[]): string[] => sizes.map((_, i) => `term${i}`);

/** The factor is negative where a number is not finite. */
const wgsl = (sizes: readonly number[]): string => `
struct Clipping { most: f32, divisor: f32, parts: u32 }
${bindings([...writes(['numbers', 'state']), ...reads(['parts', ...termBuffers(sizes)])], 'clipping: Clipping')}
${FINITE}
${SUM_OF_PARTS}
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
  let squares = sum_of_parts(clipping.parts, local);
  if (local != 0u) { return; }
  var sound = finite(squares) && state[2] >= 0.0;
  var at = 0u;
  ${listed(sizes)}
  numbers[at] = squares;
  var factor = 1.0;
  if (clipping.most > 0.0) { factor = min(1.0, clipping.most / (sqrt(squares) / clipping.divisor + 1e-6)); }
  state[0] = select(-1.0, factor / clipping.divisor, sound);
  if (sound) { state[1] += 1.0; }
}`;

const termsWgsl = (sizes: readonly number[]): string => `
${bindings([...writes(['numbers', 'state']), ...reads(termBuffers(sizes))], 'first: u32')}
${FINITE}
@compute @workgroup_size(1)
fn main() {
  var sound = first == 1u || state[2] >= 0.0;
  var at = 0u;
  ${listed(sizes)}
  state[2] = select(-1.0, 0.0, sound);
}`;

/**
 * The terms of one micro-batch of several that are programs of their own, for the step's numbers behind the last of them.
 *
 *   numbers [n] = the n loss terms;  state[2], in place: −1 where one of them is not finite, or one of a micro-batch before, else 0
 *
 * One dispatch. `first`: whether no micro-batch was before.
 */
export function termNumbers(gpu: LabWebGPUBackend, terms: readonly tf.Tensor[], state: tf.Tensor, first: boolean): tf.Tensor {
  const bound = boundTerms(terms);
  const numbers = gpu.makeTensorInfo([terms.length], 'float32');
  gpu.dispatch({ name: 'TermNumbers', wgsl: termsWgsl(bound.map(({ size }) => size)), workgroups: [1, 1, 1] }, [numbers, state, ...bound], [u32(first ? 1 : 0)], [numbers, state]);
  if (bound !== terms) tf.dispose([...bound]);
  return tf.engine().makeTensorFromTensorInfo(numbers);
}

const boundTerms = (terms: readonly tf.Tensor[]): readonly tf.Tensor[] => (terms.length <= MOST_TERMS ? terms : [tf.stack([...terms])]);

/**
 * The numbers of a step and the factor on its gradient, on the device, in one dispatch and one for each span.
 *
 *   numbers [n + 1] = the n loss terms, ‖g‖²;  state [3], in place: min(1, max_grad_norm/(‖g‖/divisor + 1e-6)) / divisor,
 *   and the number of updates with this one; −1, and the number as it was, where one of the numbers is not finite, or
 *   state[2] is negative
 *   terms: scalars; spans: the parts of the flat gradient, together g. 2 operations and 4 bytes read an element of g.
 */
export function stepNumbers(gpu: LabWebGPUBackend, terms: readonly tf.Tensor[], spans: readonly tf.Tensor[], state: tf.Tensor, { max_grad_norm, divisor }: Clipping): tf.Tensor {
  const bound = boundTerms(terms);
  const parts = squareParts(gpu, spans);
  const numbers = gpu.makeTensorInfo([terms.length + 1], 'float32');
  const shader = { name: 'StepNumbers', wgsl: wgsl(bound.map(({ size }) => size)), workgroups: [1, 1, 1] as const };
  gpu.dispatch(shader, [numbers, state, parts, ...bound], [f32(max_grad_norm), f32(divisor), u32(parts.shape[0]!)], [numbers, state]);
  gpu.disposeData(parts.dataId);
  if (bound !== terms) tf.dispose([...bound]);
  return tf.engine().makeTensorFromTensorInfo(numbers);
}
