import type * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** One thread an element of y; `given`: positions have ids, else row n stands at position n mod length. */
const forwardShader = (given: boolean): string => `
struct Size { elements: u32, columns: u32, length: u32 }
${bindings([...writes(['y']), ...reads(['words', 'types', 'positions']), ...reads(['word_ids', 'type_ids', ...(given ? ['position_ids'] : [])], 'i32')], 'size: Size')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= size.elements) { return; }
  let n = i / size.columns;
  let j = i % size.columns;
  let position = ${given ? 'u32(position_ids[n])' : 'n % size.length'};
  y[i] = words[u32(word_ids[n]) * size.columns + j] + types[u32(type_ids[n]) * size.columns + j] + positions[position * size.columns + j];
}`;

/** Statements that add the rows of an id in the order of its index. */
const byIndex = (table: string) => `for (var p = ${table}_start[row]; p < ${table}_start[row + 1u]; p++) { sum += dy[u32(${table}_order[p]) * size.columns + j]; }`;

const indexOf = (given: boolean): string[] => ['words', 'types', ...(given ? ['positions'] : [])].flatMap((table) => [`${table}_order`, `${table}_start`]);

/** One thread an element of a table, the words' first, then the types', then the positions'. */
const gradientShader = (given: boolean): string => `
struct Size { rows: u32, columns: u32, length: u32, words: u32, types: u32, positions: u32 }
${bindings([...writes(['d_words', 'd_types', 'd_positions']), ...reads(['dy']), ...reads(indexOf(given), 'i32')], 'size: Size')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  var row = i / size.columns;
  let j = i % size.columns;
  var sum = 0.0;
  if (row < size.words) {
    ${byIndex('words')}
    d_words[i] = sum;
    return;
  }
  row -= size.words;
  if (row < size.types) {
    ${byIndex('types')}
    d_types[row * size.columns + j] = sum;
    return;
  }
  row -= size.types;
  if (row >= size.positions) { return; }
  ${given ? byIndex('positions') : 'if (row < size.length) { for (var n = row; n < size.rows; n += size.length) { sum += dy[n * size.columns + j]; } }'}
  d_positions[row * size.columns + j] = sum;
}`;

/** y [N, d] in one dispatch: 2 additions an element; reads 12 and writes 4 bytes an element. */
export function embeddingSum(gpu: LabWebGPUBackend, { words, types, positions, wordIds, typeIds, positionIds }: Tensors, length: number): tf.TensorInfo {
  const [rows, columns] = [wordIds!.shape[0]!, words!.shape[1]!];
  const y = gpu.makeTensorInfo([rows, columns], 'float32');
  const tensors = [y, words!, types!, positions!, wordIds!, typeIds!, ...(positionIds ? [positionIds] : [])];
  gpu.dispatch({ wgsl: forwardShader(positionIds !== undefined), workgroups: gridFor(rows * columns) }, tensors, [rows * columns, columns, length].map(u32), [y]);
  return y;
}

/** The gradients of the three tables in one dispatch: 3·N·d additions; reads 12·N·d bytes, writes 4 an element of the tables. */
export function embeddingGradient(gpu: LabWebGPUBackend, inputs: Tensors, tables: readonly number[], length: number): tf.TensorInfo[] {
  const { dy, wordOrder, wordStart, typeOrder, typeStart, positionOrder, positionStart } = inputs;
  const [rows, columns] = dy!.shape as [number, number];
  const outputs = tables.map((extent) => gpu.makeTensorInfo([extent, columns], 'float32'));
  const index = [wordOrder!, wordStart!, typeOrder!, typeStart!, ...(positionOrder && positionStart ? [positionOrder, positionStart] : [])];
  const elements = columns * tables.reduce((sum, extent) => sum + extent, 0);
  const shader = { wgsl: gradientShader(positionOrder !== undefined), workgroups: gridFor(elements) };
  gpu.dispatch(shader, [...outputs, dy!, ...index], [rows, columns, length, ...tables].map(u32), outputs);
  return outputs;
}
