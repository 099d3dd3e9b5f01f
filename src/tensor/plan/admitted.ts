/** What a step leaves behind only where it is admitted. */
import type * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';

const WGSL = `
struct Size { size: u32 }
${bindings([...writes(['kept']), ...reads(['value', 'scale'])], 'c: Size')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i < c.size && scale[0] >= 0.0) { kept[i] = value[i]; }
}`;

/**
 * Writes a value over one of the same size, in place, unless the step is left out: `scale` is negative then.
 *
 *   kept ← value where scale ≥ 0. One dispatch, no operations; reads 4 bytes and writes 4 an element.
 */
export function keepWhereAdmitted(backend: LabWebGPUBackend, scale: tf.Tensor, value: tf.Tensor, kept: tf.Tensor): void {
  backend.dispatch({ name: 'KeepWhereAdmitted', wgsl: WGSL, workgroups: gridFor(kept.size) }, [kept, value, scale], [u32(kept.size)], [kept]);
}
