/** Tensors of one number throughout, made on the device. */
import { internals } from './internals.ts';
import { bindings, writes } from './bindings.ts';
import { BUILTINS, ELEMENT_INDEX, f32, gridFor } from './shader.ts';
import type { LabWebGPUBackend } from './webgpu.ts';

const WGSL = `
struct Value { value: f32 }
${bindings(writes(['y']), 'c: Value')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i < arrayLength(&y)) { y[i] = c.value; }
}`;

/** Elements from which on a tensor is filled: smaller ones may take tfjs's way on the processor. */
const LEAST = 1024;

/**
 * Fills a tensor of one number throughout by a dispatch, so that a recorded step need not hold it; false for all others.
 *
 *   y_i = c. One dispatch, no operations; writes 4 bytes an element.
 *
 * The gradients of tfjs's sums and means multiply by ones of the whole shape, which are uploaded otherwise.
 */
export function filled(gpu: LabWebGPUBackend, dataId: object): boolean {
  const data = internals(gpu).tensorMap.get(dataId);
  const { resource, values, dtype, shape } = data;
  if (resource || !(values instanceof Float32Array) || values.length < LEAST) return false;
  const [value = 0] = values;
  if (!values.every((other) => Object.is(other, value))) return false;
  data.resource = gpu.bufferManager.acquireBuffer(values.byteLength, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST);
  const tensor = { dataId, shape, dtype };
  gpu.dispatch({ name: 'Fill', wgsl: WGSL, workgroups: gridFor(values.length) }, [tensor], [f32(value)], [tensor]);
  return true;
}
