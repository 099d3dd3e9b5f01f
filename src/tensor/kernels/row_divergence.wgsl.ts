import type * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, f32, groupGrid, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { MASKED_SCORE } from './masked_score.ts';
import { GROUP_INDEX, overColumns, rowGroups, rowLanes, rowPlace, rowReductions, sumOfColumns, THREADS } from './rows.wgsl.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** log Σ exp of both rows, then `rest`; log p and log q of column j are `log_p(start + j)` and `log_q(start + j)` less those. */
const shader = (lanes: number, buffers: readonly BufferDeclaration[], rest: string): string => `
struct Size { rows: u32, columns: u32, floor: f32 }
${bindings([...buffers, ...reads(['teacher', 'student'])], 'size: Size')}
${rowReductions(lanes)}
fn score_p(i: u32) -> f32 { return max(teacher[i], ${MASKED_SCORE}.0); }
fn score_q(i: u32) -> f32 { return max(student[i], ${MASKED_SCORE}.0); }
@compute @workgroup_size(${THREADS})
fn main(${BUILTINS}) {
  ${GROUP_INDEX}
  ${rowPlace(lanes)}
  if (row >= size.rows) { return; }
  let start = row * size.columns;
  var tops = vec2<f32>(-3.4e38);
  ${overColumns(lanes, 'size.columns')} { tops = max(tops, vec2<f32>(score_p(start + j), score_q(start + j))); }
  let top_p = max_of(tops.x, lane);
  let top_q = max_of(tops.y, lane);
  ${sumOfColumns(lanes, 'size.columns', ['sums', 'vec2<f32>'], (sum) => `${sum} += exp(vec2<f32>(score_p(start + j) - top_p, score_q(start + j) - top_q));`)}
  let log_sum_p = log(sum_of(sums.x, lane));
  let log_sum_q = log(sum_of(sums.y, lane));
  ${rest}
}`;

const LOG_P = 'let log_p = score_p(start + j) - top_p - log_sum_p;';
const LOG_Q = 'let log_q = score_q(start + j) - top_q - log_sum_q;';

const forwardShader = (lanes: number) =>
  shader(lanes, writes(['divergence']), `${sumOfColumns(lanes, 'size.columns', ['divergent', 'f32'], (sum) => `
    ${LOG_P}
    ${LOG_Q}
    let raised = select(log_q, log(size.floor), size.floor > 0.0 && exp(log_q) < size.floor);
    ${sum} += exp(log_p) * (log_p - raised);`)}
  let result = sum_of(divergent, lane);
  if (lane == 0u) { divergence[row] = result; }`);

const gradientShader = (lanes: number) =>
  shader(lanes, [...writes(['gradient']), ...reads(['dy'])], `${sumOfColumns(lanes, 'size.columns', ['moved', 'f32'], (sum) => `
    ${LOG_P}
    ${LOG_Q}
    if (size.floor > 0.0 && exp(log_q) >= size.floor) { ${sum} += exp(log_p); }`)}
  let mass = select(1.0, sum_of(moved, lane), size.floor > 0.0);
  ${overColumns(lanes, 'size.columns')} {
    ${LOG_P}
    ${LOG_Q}
    let q = exp(log_q);
    gradient[start + j] = dy[row] * (mass * q - select(0.0, exp(log_p), q >= size.floor));
  }`);

function run(gpu: LabWebGPUBackend, text: (lanes: number) => string, output: tf.TensorInfo, inputs: readonly tf.TensorInfo[], shape: readonly number[], floor: number): tf.TensorInfo[] {
  const columns = shape.at(-1)!;
  const rows = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  const lanes = rowLanes(gpu.adapter);
  const shader = { wgsl: text(lanes), workgroups: groupGrid(rowGroups(lanes, rows)) };
  gpu.dispatch(shader, [output, ...inputs], [u32(rows), u32(columns), f32(floor)], [output]);
  return [output];
}

/** Divergences of R rows in one dispatch: 4·R·N exponentials and some 25·R·N other operations; reads 24·R·N bytes, writes 4·R. */
export const rowDivergenceForward = (gpu: LabWebGPUBackend, { teacher, student }: Tensors, { floor }: { floor: number }): tf.TensorInfo[] =>
  run(gpu, forwardShader, gpu.makeTensorInfo(teacher!.shape.slice(0, -1), 'float32'), [teacher!, student!], teacher!.shape, floor);

/** The student's gradient, R rows of N, in one dispatch: 6·R·N exponentials and some 35·R·N other operations; reads 32·R·N bytes, writes 4·R·N. */
export const rowDivergenceGradient = (gpu: LabWebGPUBackend, { dy, teacher, student }: Tensors, { floor }: { floor: number }): tf.TensorInfo[] =>
  run(gpu, gradientShader, gpu.makeTensorInfo(student!.shape, 'float32'), [dy!, teacher!, student!], teacher!.shape, floor);
