import type * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, drawKey, f32, groupGrid, u32, type UniformField } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { DRAW_WGSL, dropThreshold } from './dropout.ts';
import { GROUP_INDEX, overColumns, rowGroups, rowLanes, rowPlace, rowReductions, THREADS } from './rows.wgsl.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** ε, and the dropout of x where a residual is added to it. */
export interface NormAttrs {
  readonly eps: number;
  readonly rate?: number;
  readonly key?: number;
  /** Row n stands for row n·spacing of a larger tensor, and draws what that row would; 1 by default. */
  readonly spacing?: number;
}

/** What the text of the shaders depends on. */
interface Form {
  readonly lanes: number;
  readonly residual: boolean;
  readonly dropout: boolean;
}

/** Bindings, and the value that is normalised: x, or dropout(x) + residual. */
const HEAD = ({ residual, dropout }: Form, buffers: readonly BufferDeclaration[]) => `
struct Size { rows: u32, columns: u32, row_groups: u32, eps: f32, key: u32, threshold: u32, keep: f32, spacing: u32 }
${bindings(buffers, 'size: Size')}
${dropout ? DRAW_WGSL : ''}
fn kept(i: u32) -> f32 { return ${dropout ? 'select(size.keep, 0.0, bits(size.key, i + i / size.columns * size.columns * (size.spacing - 1u)) < size.threshold)' : '1.0'}; }
fn value(i: u32) -> f32 { return x[i]${dropout ? ' * kept(i)' : ''}${residual ? ' + residual[i]' : ''}; }`;

const forwardShader = (form: Form): string => `
${HEAD(form, [...writes(['y', 'stats']), ...reads(['x', 'gamma', 'beta']), ...reads(form.residual ? ['residual'] : [])])}
${rowReductions(form.lanes)}
@compute @workgroup_size(${THREADS})
fn main(${BUILTINS}) {
  ${GROUP_INDEX}
  ${rowPlace(form.lanes)}
  if (row >= size.rows) { return; }
  let start = row * size.columns;
  let d = f32(size.columns);
  var sum = 0.0;
  ${overColumns(form.lanes, 'size.columns')} { sum += value(start + j); }
  let mean = sum_of(sum, lane) / d;
  var squares = 0.0;
  ${overColumns(form.lanes, 'size.columns')} { let c = value(start + j) - mean; squares += c * c; }
  let rstd = inverseSqrt(sum_of(squares, lane) / d + size.eps);
  ${overColumns(form.lanes, 'size.columns')} { y[start + j] = (value(start + j) - mean) * rstd * gamma[j] + beta[j]; }
  if (lane == 0u) { stats[2u * row] = mean; stats[2u * row + 1u] = rstd; }
}`;

/** Columns of dγ and dβ by workgroup; the lanes of a column take rows in turn. */
const columnsAGroup = ({ lanes }: Form): number => (lanes === 1 ? THREADS : 8);

/** dγ and dβ of the columns of one workgroup. */
const columnPart = (form: Form): string => {
  const columns = columnsAGroup(form);
  const turns = THREADS / columns;
  return `
${turns === 1 ? '' : `var<workgroup> parts: array<vec2<f32>, ${THREADS}>;`}
fn column_part(index: u32, local: u32) {
  let j = index * ${columns}u + local % ${columns}u;
  var part = vec2<f32>(0.0);
  if (j < size.columns) {
    for (var row = local / ${columns}u; row < size.rows; row += ${turns}u) {
      let i = row * size.columns + j;
      part += dy[i] * vec2<f32>((value(i) - stats[2u * row]) * stats[2u * row + 1u], 1.0);
    }
  }
  ${turns === 1 ? '' : `parts[local] = part;
  workgroupBarrier();
  if (local >= ${columns}u) { return; }
  for (var turn = 1u; turn < ${turns}u; turn++) { part += parts[turn * ${columns}u + local]; }`}
  if (j < size.columns) { dgamma[j] = part.x; dbeta[j] = part.y; }
}`;
};

/** Workgroups below `row_groups` go along rows, the others down columns. */
const gradientShader = (form: Form): string => `
${HEAD(form, [...writes(['dx', 'dgamma', 'dbeta']), ...reads(['dy', 'x', 'gamma', 'stats']), ...reads(form.residual ? ['residual'] : []), ...writes(form.dropout ? ['dresidual'] : [])])}
${rowReductions(form.lanes)}
fn row_part(index: u32, local: u32) {
  ${rowPlace(form.lanes)}
  if (row >= size.rows) { return; }
  let start = row * size.columns;
  let d = f32(size.columns);
  let mean = stats[2u * row];
  let rstd = stats[2u * row + 1u];
  var sum = 0.0;
  var along = 0.0;
  ${overColumns(form.lanes, 'size.columns')} { let g = dy[start + j] * gamma[j]; sum += g; along += g * (value(start + j) - mean) * rstd; }
  let g_mean = sum_of(sum, lane) / d;
  let g_along = sum_of(along, lane) / d;
  ${overColumns(form.lanes, 'size.columns')} {
    let i = start + j;
    let gradient = (dy[i] * gamma[j] - g_mean - (value(i) - mean) * rstd * g_along) * rstd;
    dx[i] = gradient${form.dropout ? ' * kept(i);\n    dresidual[i] = gradient' : ''};
  }
}
${columnPart(form)}
@compute @workgroup_size(${THREADS})
fn main(${BUILTINS}) {
  ${GROUP_INDEX}
  if (index < size.row_groups) { row_part(index, local); } else { column_part(index - size.row_groups, local); }
}`;

function formOf(gpu: LabWebGPUBackend, { residual }: Tensors, { rate = 0 }: NormAttrs): Form {
  return { lanes: rowLanes(gpu.adapter), residual: residual !== undefined, dropout: rate > 0 };
}

function extentsOf({ x, gamma }: Tensors): [rows: number, columns: number] {
  const columns = gamma!.shape[0]!;
  return [x!.shape.reduce((product, extent) => product * extent, 1) / columns, columns];
}

function uniformOf([rows, columns]: readonly number[], groups: number, { eps, rate = 0, key = 0, spacing = 1 }: NormAttrs): UniformField[] {
  return [u32(rows!), u32(columns!), u32(groups), f32(eps), rate > 0 ? drawKey(key) : u32(0), u32(dropThreshold(rate)), f32(1 / (1 - rate)), u32(spacing)];
}

/**
 * y and, for the gradient, mean and 1/√(var + ε) of each row, [N, 2], in one dispatch.
 *
 * 8·N·d operations, with dropout some 25 on integers for each of the three times that x is read; reads 20·N·d bytes, 8·N·d of them
 * γ and β, and 12·N·d more of a residual; writes 4·N·d + 8·N.
 */
export function layerNormForward(gpu: LabWebGPUBackend, inputs: Tensors, attrs: NormAttrs): tf.TensorInfo[] {
  const form = formOf(gpu, inputs, attrs);
  const [rows, columns] = extentsOf(inputs);
  const y = gpu.makeTensorInfo(inputs.x!.shape, 'float32');
  const stats = gpu.makeTensorInfo([rows, 2], 'float32');
  const groups = rowGroups(form.lanes, rows);
  const tensors = [y, stats, inputs.x!, inputs.gamma!, inputs.beta!, ...(inputs.residual ? [inputs.residual] : [])];
  gpu.dispatch({ wgsl: forwardShader(form), workgroups: groupGrid(groups) }, tensors, uniformOf([rows, columns], groups, attrs), [y, stats]);
  return [y, stats];
}

/**
 * dx, dγ and dβ, and behind them the residual's gradient where dropout makes it another one than dx; one dispatch.
 *
 * Some workgroups go along rows, others down columns. 19·N·d operations, with dropout some 25 on integers for each of the four times
 * that a mask is drawn; reads 32·N·d bytes, 8·N·d of them γ, and 12·N·d more of a residual; writes 4·N·d + 8·d, and with
 * dropout 4·N·d more.
 */
export function layerNormGradient(gpu: LabWebGPUBackend, inputs: Tensors, attrs: NormAttrs): tf.TensorInfo[] {
  const form = formOf(gpu, inputs, attrs);
  const [rows, columns] = extentsOf(inputs);
  const outputs = [inputs.x!.shape, [columns], [columns]].map((shape) => gpu.makeTensorInfo(shape, 'float32'));
  const behind = form.dropout ? [gpu.makeTensorInfo(inputs.x!.shape, 'float32')] : [];
  const rowPart = rowGroups(form.lanes, rows);
  const workgroups = groupGrid(rowPart + Math.ceil(columns / columnsAGroup(form)));
  const tensors = [...outputs, inputs.dy!, inputs.x!, inputs.gamma!, inputs.stats!, ...(inputs.residual ? [inputs.residual] : []), ...behind];
  gpu.dispatch({ wgsl: gradientShader(form), workgroups }, tensors, uniformOf([rows, columns], rowPart, attrs), [...outputs, ...behind]);
  return [...outputs, ...behind];
}
