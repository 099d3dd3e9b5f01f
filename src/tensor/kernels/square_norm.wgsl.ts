import * as tf from '../tf.ts';
import { BUILTINS, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { GROUP_INDEX, floats } from './rows.wgsl.ts';

/** Partial sums of each tensor; more than this many would leave the last dispatch too much. */
const PARTS = 1024;

/** Thread t adds the squares of elements t, t + 1024, … of one tensor, and puts them at its place among the partial sums. */
const PARTIAL = `
${floats(['parts', 'x'], 1)}
struct Size { elements: u32, first: u32 }
@group(0) @binding(2) var<uniform> size: Size;
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${GROUP_INDEX}
  let thread = index * 64u + local;
  var sum = 0.0;
  for (var i = thread; i < size.elements; i += ${PARTS}u) { sum += x[i] * x[i]; }
  parts[size.first + thread] = sum;
}`;

/** Adds the partial sums: 64 threads 64th by 64th, then one. */
const TOTAL = `
${floats(['total', 'parts'], 1)}
@group(0) @binding(2) var<uniform> count: u32;
var<workgroup> sums: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
  var sum = 0.0;
  for (var i = local; i < count; i += 64u) { sum += parts[i]; }
  sums[local] = sum;
  workgroupBarrier();
  if (local == 0u) {
    var all = 0.0;
    for (var i = 0u; i < 64u; i++) { all += sums[i]; }
    total[0] = all;
  }
}`;

/** Σ x² by one dispatch a tensor and one more; reads 4 bytes an element. Sums of a thousandth each keep the rounding small. */
export function squareNormOnGpu(tensors: readonly tf.Tensor[]): tf.Scalar {
  const gpu = tf.backend() as LabWebGPUBackend;
  const parts = gpu.makeTensorInfo([PARTS * tensors.length], 'float32');
  const total = gpu.makeTensorInfo([], 'float32');
  tensors.forEach((x, n) => gpu.dispatch({ wgsl: PARTIAL, workgroups: [PARTS / 64, 1, 1] }, [parts, x], [u32(x.size), u32(PARTS * n)], [parts]));
  gpu.dispatch({ wgsl: TOTAL, workgroups: [1, 1, 1] }, [total, parts], [u32(PARTS * tensors.length)], [total]);
  gpu.disposeData(parts.dataId);
  return tf.engine().makeTensorFromTensorInfo(total) as tf.Scalar;
}
