import * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { BUILTINS, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { fours } from './product.wgsl.ts';
import { GROUP_INDEX } from './rows.wgsl.ts';

/** Squares that one thread adds where there are enough threads, and workgroups of one tensor at most. */
const [RUN, MOST_GROUPS] = [64, 256];

/** Workgroups of 64 threads for a tensor. */
const groupsOf = (elements: number): number => Math.min(MOST_GROUPS, Math.ceil(elements / (64 * RUN)));

/** Of n threads, thread t adds the squares of fours t, t + n, … of one tensor, and puts them at its place among the parts. */
const partial = (vectors: boolean): string => `
struct Size { elements: u32, threads: u32, first: u32 }
${bindings([...writes(['parts']), ...fours(reads(['x']), vectors)], 'size: Size')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${GROUP_INDEX}
  let thread = index * 64u + local;
  var sum = 0.0;
  for (var i = 4u * thread; i < size.elements; i += 4u * size.threads) { let four = load_x(i, size.elements - i); sum += dot(four, four); }
  parts[size.first + thread] = sum;
}`;

/** WGSL of the sum of a buffer `parts`: 64 threads 64th by 64th, then every one all of theirs. */
export const SUM_OF_PARTS = `
var<workgroup> sums: array<f32, 64>;
fn sum_of_parts(count: u32, local: u32) -> f32 {
  var sum = 0.0;
  for (var i = local; i < count; i += 64u) { sum += parts[i]; }
  sums[local] = sum;
  workgroupBarrier();
  var all = 0.0;
  for (var i = 0u; i < 64u; i++) { all += sums[i]; }
  return all;
}`;

const TOTAL = `
${bindings([...writes(['total']), ...reads(['parts'])], 'count: u32')}
${SUM_OF_PARTS}
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
  let all = sum_of_parts(count, local);
  if (local == 0u) { total[0] = all; }
}`;

/** Partial sums of squares of all tensors, in one buffer, by one dispatch a tensor; 2 operations and 4 bytes read an element. The caller frees it. */
export function squareParts(gpu: LabWebGPUBackend, tensors: readonly tf.Tensor[]): tf.TensorInfo {
  const groups = tensors.map(({ size }) => groupsOf(size));
  const parts = gpu.makeTensorInfo([64 * groups.reduce((sum, count) => sum + count, 0)], 'float32');
  let first = 0;
  tensors.forEach((x, n) => {
    const threads = 64 * groups[n]!;
    gpu.dispatch({ name: 'SquareNorm', wgsl: partial(x.size % 4 === 0), workgroups: [groups[n]!, 1, 1] }, [parts, x], [u32(x.size), u32(threads), u32(first)], [parts]);
    first += threads;
  });
  return parts;
}

/** Σ x² by one dispatch a tensor and one more; 2 operations and 4 bytes read an element. Many partial sums keep the rounding small. */
export function squareNormOnGpu(tensors: readonly tf.Tensor[]): tf.Scalar {
  const gpu = tf.backend() as LabWebGPUBackend;
  const parts = squareParts(gpu, tensors);
  const total = gpu.makeTensorInfo([], 'float32');
  gpu.dispatch({ name: 'SquareNorm', wgsl: TOTAL, workgroups: [1, 1, 1] }, [total, parts], [u32(parts.shape[0]!)], [total]);
  gpu.disposeData(parts.dataId);
  return tf.engine().makeTensorFromTensorInfo(total) as tf.Scalar;
}
