import * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { defineKernel, type Inputs } from '../kernel.ts';
import { linear } from './linear.ts';
import { lookup, lookupGradient, type IdIndex } from './lookup.ts';

/** Rows of each part of a table. */
type Parts = { readonly rows: readonly number[] };

const partNames = ({ rows }: Parts): string[] => rows.map((_, i) => `w${i}`);
const firstRows = ({ rows }: Parts): number[] => rows.map((_, i) => rows.slice(0, i).reduce((sum, count) => sum + count, 0));

/**
 * Rows by id of a table in parts, which lie in buffers of their own.
 *
 *   y_n = W[id_n] with W = [W⁰; W¹; …];  dWᵖ_v = Σ dy_n over the n with id_n = firstᵖ + v, in the order of n
 *   Wᵖ [Vᵖ, d]; ids, order [N] int32; start [V + 1] int32 → y [N, d]
 *
 * Each row of y is copied from one part, so it has the bits that the whole table gives; so has the gradient, since a part of
 * `start` indexes the whole of `order`. On WebGPU one dispatch a part writes the rows that it holds.
 */
const forward = defineKernel<Parts>({
  name: 'LabSplitLookup',
  plain: (inputs, parts) => [splitLookupPlain(inputs, parts)],
  native: {
    webgpu: (inputs, parts, backend) => {
      const gpu = backend as LabWebGPUBackend;
      const ids = inputs['ids']!;
      const [count, columns] = [ids.shape[0]!, inputs['w0']!.shape[1]!];
      const y = gpu.makeTensorInfo([count, columns], 'float32');
      const firsts = firstRows(parts);
      partNames(parts).forEach((name, i) => {
        gpu.dispatch({ wgsl: PART_WGSL, workgroups: gridFor(count * columns) }, [y, inputs[name]!, ids], [u32(columns), u32(firsts[i]!), u32(parts.rows[i]!)], [y]);
      });
      return [y];
    },
  },
  saves: ['ids', 'order', 'start'],
  gradient: ([dy], { ids, order, start }, parts) => {
    const firsts = firstRows(parts);
    const ofPart = (i: number) => ({ ids: tf.sub(ids!, tf.scalar(firsts[i]!, 'int32')), order: order!, start: tf.slice(start!, [firsts[i]!], [parts.rows[i]! + 1]) });
    return Object.fromEntries(partNames(parts).map((name, i) => [name, lookupGradient(dy!, ofPart(i))]));
  },
});

/** One thread an element of y; a row that lies in another part is left as it is. Over all parts reads 8 and writes 4 bytes an element. */
const PART_WGSL = `
struct Part { columns: u32, first: u32, rows: u32 }
${bindings([...writes(['y']), ...reads(['w']), ...reads(['ids'], 'i32')], 'part: Part')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= arrayLength(&y)) { return; }
  let row = u32(ids[i / part.columns]) - part.first;
  if (row >= part.rows) { return; }
  y[i] = w[row * part.columns + i % part.columns];
}`;

function splitLookupPlain(inputs: Inputs, parts: Parts): tf.Tensor {
  const firsts = firstRows(parts);
  const int = (value: number) => tf.scalar(value, 'int32');
  return partNames(parts).map((name, i) => {
    const row = tf.sub(inputs['ids']!, int(firsts[i]!));
    const inside = tf.logicalAnd(tf.greaterEqual(row, int(0)), tf.less(row, int(parts.rows[i]!)));
    const nearest = tf.minimum(tf.maximum(row, int(0)), int(parts.rows[i]! - 1)) as tf.Tensor1D;
    return { inside: tf.expandDims(inside, 1), rows: tf.gather(inputs[name]!, nearest) };
  }).reduce<tf.Tensor | undefined>((y, { inside, rows }) => (y ? tf.where(inside, rows, y) : rows), undefined)!;
}

/** Rows by id of a table [V, d] that is whole or in parts → [N, d]. */
export function lookupIn(table: readonly tf.Tensor[], { ids, order, start }: IdIndex): tf.Tensor {
  if (table.length === 1) return lookup(table[0]!, { ids, order, start });
  const parts = { rows: table.map(({ shape }) => shape[0]!) };
  const named = Object.fromEntries(table.map((part, i) => [`w${i}`, part]));
  return forward({ ...named, ids, order, start }, parts)[0]!;
}

/** x·Wᵀ + b with a table W [V, d] that is whole or in parts: x [N, d], b [V] → [N, V]. */
export function linearByTable(x: tf.Tensor, table: readonly tf.Tensor[], b: tf.Tensor): tf.Tensor {
  if (table.length === 1) return linear(x, table[0]!, b);
  const firsts = firstRows({ rows: table.map(({ shape }) => shape[0]!) });
  return tf.concat(table.map((part, i) => linear(x, part, tf.slice(b, [firsts[i]!], [part.shape[0]!]))), 1);
}
