import type * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, groupGrid, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { GROUP_INDEX, overColumns, rowGroups, rowLanes, rowPlace, rowReductions, sumOfColumns, THREADS } from './rows.wgsl.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** Largest logit of a row, and Σ exp(z − largest); `buffers` are those before logits and labels. */
const shader = (lanes: number, buffers: readonly BufferDeclaration[], rest: string): string => `
struct Size { rows: u32, classes: u32 }
${bindings([...buffers, ...reads(['logits']), ...reads(['labels'], 'i32')], 'size: Size')}
${rowReductions(lanes)}
@compute @workgroup_size(${THREADS})
fn main(${BUILTINS}) {
  ${GROUP_INDEX}
  ${rowPlace(lanes)}
  if (row >= size.rows) { return; }
  let start = row * size.classes;
  var largest = -3.4e38;
  ${overColumns(lanes, 'size.classes')} { largest = max(largest, logits[start + j]); }
  let top = max_of(largest, lane);
  ${sumOfColumns(lanes, 'size.classes', ['sum', 'f32'], (sum) => `${sum} += exp(logits[start + j] - top);`)}
  let total = sum_of(sum, lane);
  let label = labels[row];
  ${rest}
}`;

/** A label outside of the classes is no class: its loss is 0. */
const forwardShader = (lanes: number) =>
  shader(lanes, writes(['losses']), `if (lane == 0u) {
    losses[row] = 0.0;
    if (label >= 0 && label < i32(size.classes)) { losses[row] = log(total) - (logits[start + u32(label)] - top); }
  }`);

const gradientShader = (lanes: number) =>
  shader(lanes, [...writes(['gradient']), ...reads(['dy'])], `${overColumns(lanes, 'size.classes')} {
    gradient[start + j] = dy[row] * (exp(logits[start + j] - top) / total - select(0.0, 1.0, i32(j) == label));
  }`);

function run(gpu: LabWebGPUBackend, text: (lanes: number) => string, output: tf.TensorInfo, inputs: readonly tf.TensorInfo[], logits: tf.TensorInfo): tf.TensorInfo[] {
  const [rows, classes] = logits.shape as [number, number];
  const lanes = rowLanes(gpu.adapter);
  const shader = { wgsl: text(lanes), workgroups: groupGrid(rowGroups(lanes, rows)) };
  gpu.dispatch(shader, [output, ...inputs], [u32(rows), u32(classes)], [output]);
  return [output];
}

/** Losses [N] in one dispatch: N·C exponentials and 3·N·C other operations; reads 8·N·C bytes, writes 4·N. */
export const crossEntropyForward = (gpu: LabWebGPUBackend, { logits, labels }: Tensors): tf.TensorInfo[] =>
  run(gpu, forwardShader, gpu.makeTensorInfo([logits!.shape[0]!], 'float32'), [logits!, labels!], logits!);

/** Gradient [N, C] in one dispatch: 2·N·C exponentials and 7·N·C other operations; reads 12·N·C bytes, writes 4·N·C. */
export const crossEntropyGradient = (gpu: LabWebGPUBackend, { dy, logits, labels }: Tensors): tf.TensorInfo[] =>
  run(gpu, gradientShader, gpu.makeTensorInfo(logits!.shape, 'float32'), [dy!, logits!, labels!], logits!);
