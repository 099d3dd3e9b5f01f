import type * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, groupGrid, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { MASKED_SCORE } from './masked_score.ts';
import { GROUP_INDEX, overColumns, rowGroups, rowLanes, rowPlace, rowReductions, THREADS } from './rows.wgsl.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** Rows are queries; `difference` of column j, and whether the query is real, then `rest`. */
const shader = (lanes: number, buffers: readonly BufferDeclaration[], rest: string): string => `
struct Size { rows: u32, length: u32, heads: u32 }
${bindings([...buffers, ...reads(['student', 'teacher', 'mask'])], 'size: Size')}
${rowReductions(lanes)}
fn finite(score: f32) -> f32 { return max(score, ${MASKED_SCORE}.0); }
@compute @workgroup_size(${THREADS})
fn main(${BUILTINS}) {
  ${GROUP_INDEX}
  ${rowPlace(lanes)}
  if (row >= size.rows) { return; }
  let start = row * size.length;
  let text = row / (size.length * size.heads) * size.length;
  let real = mask[text + row % size.length];
  ${rest}
}`;

const DIFFERENCE = 'let difference = (finite(student[start + j]) - finite(teacher[start + j])) * mask[text + j];';

const forwardShader = (lanes: number) => shader(lanes, writes(['losses']), `var sum = 0.0;
  ${overColumns(lanes, 'size.length')} {
    ${DIFFERENCE}
    sum += difference * difference;
  }
  let result = sum_of(sum, lane) * real;
  if (lane == 0u) { losses[row] = result; }`);

const gradientShader = (lanes: number) => shader(lanes, [...writes(['gradient']), ...reads(['dy'])], `let factor = 2.0 * dy[row] * real;
  ${overColumns(lanes, 'size.length')} {
    ${DIFFERENCE}
    gradient[start + j] = factor * difference;
  }`);

function run(gpu: LabWebGPUBackend, text: (lanes: number) => string, output: tf.TensorInfo, inputs: readonly tf.TensorInfo[], [batch = 0, heads = 0, length = 0]: readonly number[]): tf.TensorInfo[] {
  const rows = batch * heads * length;
  const lanes = rowLanes(gpu.adapter);
  gpu.dispatch({ wgsl: text(lanes), workgroups: groupGrid(rowGroups(lanes, rows)) }, [output, ...inputs], [u32(rows), u32(length), u32(heads)], [output]);
  return [output];
}

/** Sums by query in one dispatch: 6 operations a score; reads 12·B·H·T² bytes, writes 4·B·H·T. */
export const scoreSquaresForward = (gpu: LabWebGPUBackend, { student, teacher, mask }: Tensors): tf.TensorInfo[] =>
  run(gpu, forwardShader, gpu.makeTensorInfo(student!.shape.slice(0, 3), 'float32'), [student!, teacher!, mask!], student!.shape);

/** The student's gradient in one dispatch: 5 operations a score; reads 12·B·H·T² bytes, writes 4·B·H·T². */
export const scoreSquaresGradient = (gpu: LabWebGPUBackend, { dy, student, teacher, mask }: Tensors): tf.TensorInfo[] =>
  run(gpu, gradientShader, gpu.makeTensorInfo(student!.shape, 'float32'), [dy!, student!, teacher!, mask!], student!.shape);
