import * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { defineKernel } from '../kernel.ts';
import { simdOf } from '../wasm/simd.ts';

/**
 * Rows of a table by id, with a gradient that always adds in the same order.
 *
 *   y_n = W[id_n];  dW_v = Σ dy_n over the n with id_n = v, in the order of n
 *   W [V, d]; ids, order [N] int32; start [V + 1] int32 → y [N, d]
 *
 * `order` lists the positions n sorted by id, and start[v] … start[v + 1] − 1 are those of id v (see `indexById`). tfjs's
 * own gradient adds with atomics on WebGPU, so two equal runs differ, and has no kernel at all on WASM.
 */
const forward = defineKernel<Record<string, never>>({
  name: 'LabLookup',
  plain: ({ w, ids }) => [tf.gather(w!, ids as tf.Tensor1D)],
  native: {
    wasm: ({ w, ids }, _attrs, backend) => {
      const simd = simdOf(backend);
      const [count, columns] = [ids!.shape[0]!, w!.shape[1]!];
      const y = simd.output([count, columns]);
      simd.kernels.lookup(count, columns, simd.at(w!), simd.at(ids!, 'int32'), simd.at(y));
      return [y];
    },
    webgpu: ({ w, ids }, _attrs, backend) => {
      const gpu = backend as LabWebGPUBackend;
      const [count, columns] = [ids!.shape[0]!, w!.shape[1]!];
      const y = gpu.makeTensorInfo([count, columns], 'float32');
      gpu.dispatch({ wgsl: FORWARD_WGSL, workgroups: gridFor(count * columns) }, [y, w!, ids!], [u32(columns)], [y]);
      return [y];
    },
  },
  saves: ['ids', 'order', 'start'],
  gradient: ([dy], { ids, order, start }) => ({ w: backward({ dy: dy!, ids: ids!, order: order!, start: start! }, {})[0]! }),
});

/** One thread an element of y, no arithmetic: reads 8 and writes 4 bytes an element. */
const FORWARD_WGSL = `
struct Size { columns: u32 }
${bindings([...writes(['y']), ...reads(['w']), ...reads(['ids'], 'i32')], 'size: Size')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= arrayLength(&y)) { return; }
  y[i] = w[u32(ids[i / size.columns]) * size.columns + i % size.columns];
}`;

/** One thread an element of the table; it adds the rows of its id in the order of `order`: N·d additions, reads 8·N·d and writes 4·V·d bytes. */
const GRADIENT_WGSL = `
struct Size { columns: u32 }
${bindings([...writes(['dw']), ...reads(['dy']), ...reads(['order', 'start'], 'i32')], 'size: Size')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= arrayLength(&dw)) { return; }
  let row = i / size.columns;
  let column = i % size.columns;
  var sum = 0.0;
  for (var p = start[row]; p < start[row + 1u]; p++) { sum += dy[u32(order[p]) * size.columns + column]; }
  dw[i] = sum;
}`;

const backward = defineKernel<Record<string, never>>({
  name: 'LabLookupGradient',
  plain: ({ dy, ids, start }) => [tf.unsortedSegmentSum(dy!, ids as tf.Tensor1D, start!.size - 1)],
  native: {
    wasm: ({ dy, order, start }, _attrs, backend) => {
      const simd = simdOf(backend);
      const [vocabulary, columns] = [start!.shape[0]! - 1, dy!.shape[1]!];
      const dw = simd.output([vocabulary, columns]);
      simd.kernels.lookupGradient(vocabulary, columns, simd.at(dy!), simd.at(order!, 'int32'), simd.at(start!, 'int32'), simd.at(dw));
      return [dw];
    },
    webgpu: ({ dy, order, start }, _attrs, backend) => {
      const gpu = backend as LabWebGPUBackend;
      const [vocabulary, columns] = [start!.shape[0]! - 1, dy!.shape[1]!];
      const dw = gpu.makeTensorInfo([vocabulary, columns], 'float32');
      const shader = { wgsl: GRADIENT_WGSL, workgroups: gridFor(vocabulary * columns) };
      gpu.dispatch(shader, [dw, dy!, order!, start!], [u32(columns)], [dw]);
      return [dw];
    },
  },
});

/** The ids of one batch as tensors, with the index that the gradient needs. */
export interface IdIndex {
  readonly ids: tf.Tensor;
  readonly order: tf.Tensor;
  readonly start: tf.Tensor;
}

/**
 * Positions of each id by counting sort: ids [N] in [0, V) → order [N], start [V + 1].
 *
 * RangeError names the first position whose id is outside the table; a GPU would read zeros there in silence.
 */
export function indexById(ids: Int32Array, vocabulary: number): { order: Int32Array; start: Int32Array } {
  const start = new Int32Array(vocabulary + 1);
  ids.forEach((id, n) => {
    if (id < 0 || id >= vocabulary) throw new RangeError(`token id ${id} at position ${n} is outside the vocabulary of ${vocabulary}`);
    start[id + 1]! += 1;
  });
  for (let v = 0; v < vocabulary; v++) start[v + 1]! += start[v]!;
  const next = start.slice(0, vocabulary);
  const order = new Int32Array(ids.length);
  ids.forEach((id, n) => (order[next[id]!++] = n));
  return { order, start };
}

/** The tensors of an index. */
export const indexTensors = ({ ids, order, start }: IdIndex): tf.Tensor[] => [ids, order, start];

/** Uploads ids with their index. */
export function idIndex(ids: Int32Array, vocabulary: number): IdIndex {
  const { order, start } = indexById(ids, vocabulary);
  return { ids: tf.tensor1d(ids, 'int32'), order: tf.tensor1d(order, 'int32'), start: tf.tensor1d(start, 'int32') };
}

/** The gradient of the table's rows: dy [N, d] → [V, d]. */
export function lookupGradient(dy: tf.Tensor, { ids, order, start }: IdIndex): tf.Tensor {
  return backward({ dy, ids, order, start }, {})[0]!;
}

/** Rows of `w` [V, d] by id → [N, d]. */
export function lookup(w: tf.Tensor, { ids, order, start }: IdIndex): tf.Tensor {
  return forward({ w, ids, order, start }, {})[0]!;
}
