/** The sum of gradients of micro-batches, where it lies. */
import type * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, f32, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';

/** One invocation an element, which is a number or four of them. */
const wgsl = (element: string): string => `
struct Constants { size: u32, weight: f32 }
${bindings([...writes(['sum'], element), ...reads(['x'], element)], 'c: Constants')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i < c.size) { sum[i] += c.weight * x[i]; }
}`;

/**
 * Adds a tensor to one of the same size, in place.
 *
 *   sum ← sum + weight·x. One dispatch; reads 8 bytes and writes 4 an element.
 */
export function accumulate(gpu: LabWebGPUBackend, sum: tf.Tensor, x: tf.Tensor, weight: number): void {
  const width = sum.size % 4 === 0 ? 4 : 1;
  const elements = sum.size / width;
  gpu.dispatch({ name: 'Accumulate', wgsl: wgsl(width === 4 ? 'vec4<f32>' : 'f32'), workgroups: gridFor(elements) }, [sum, x], [u32(elements), f32(weight)], [sum]);
}
