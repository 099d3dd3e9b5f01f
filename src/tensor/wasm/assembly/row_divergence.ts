import { log } from './exp';
import { loadPart, storePart, sumLanes } from './lanes';
import { expRow, rowMax } from './softmax';

/**
 * Kullback–Leibler divergence between the softmaxes of rows of scores, and its gradient.
 *
 *   p = softmax(t),  q = softmax(s),  L = Σ_j p_j·(log p_j − log max(q_j, floor))
 *   ds = dL·(m·q − p∘u),  u_j = 1 where q_j ≥ floor,  m = Σ_j p_j·u_j, which is 1 for floor 0;  t, s [R, N]
 *
 * Scores below −10000 count as −10000. Either way reads 8·R·N bytes; backward writes 4·R·N; 2·R·N exponentials and some 20
 * other operations a value. A row's exponentials lie in a workspace that fits the first-level cache.
 */

const LOWEST: f32 = -10000;
/** Stands behind the end of a row: its exponential is 0, and 0 times it is 0. */
const BEHIND: f32 = -1e30;

/** Bytes of workspace for rows of `columns` values: both rows and the exponentials of both. */
export function rowDivergenceWorkspaceBytes(columns: i32): usize {
  return <usize>roundUp(columns) << 4;
}

export function rowDivergence(rows: i32, columns: i32, floor: f32, teacher: usize, student: usize, losses: usize, workspace: usize): void {
  const stride = <usize>columns << 2;
  for (let n = 0; n < rows; n++, teacher += stride, student += stride) {
    store<f32>(losses + (<usize>n << 2), divergenceOf(columns, floor, teacher, student, workspace));
  }
}

export function rowDivergenceGradient(rows: i32, columns: i32, floor: f32, dy: usize, teacher: usize, student: usize, gradient: usize, workspace: usize): void {
  const stride = <usize>columns << 2;
  for (let n = 0; n < rows; n++, teacher += stride, student += stride, gradient += stride) {
    divergenceGradient(columns, floor, load<f32>(dy + (<usize>n << 2)), teacher, student, gradient, workspace);
  }
}

/** L of one row. */
export function divergenceOf(columns: i32, floor: f32, teacher: usize, student: usize, workspace: usize): f32 {
  const width = <usize>roundUp(columns) << 2;
  const sumP = exponentials(columns, teacher, workspace, workspace + 2 * width);
  const sumQ = exponentials(columns, student, workspace + width, workspace + 3 * width);
  const logP = f32x4.splat(<f32>log(sumP));
  const logQ = f32x4.splat(<f32>log(sumQ));
  const lowest = f32x4.splat(floor > 0 ? <f32>log(floor) : -Infinity);
  let sum = f32x4.splat(0);
  for (let at = workspace; at < workspace + width; at += 16) {
    const q = f32x4.max(f32x4.sub(v128.load(at + width), logQ), lowest);
    const ratio = f32x4.sub(f32x4.sub(v128.load(at), logP), q);
    sum = f32x4.add(sum, f32x4.mul(v128.load(at + 2 * width), ratio));
  }
  return sumLanes(sum) / sumP;
}

/** ds of one row; `gradient` may be either of the two rows. */
export function divergenceGradient(columns: i32, floor: f32, dy: f32, teacher: usize, student: usize, gradient: usize, workspace: usize): void {
  const width = <usize>roundUp(columns) << 2;
  const p = workspace + 2 * width;
  const sumP = exponentials(columns, teacher, workspace, p);
  const shareQ = f32x4.splat(1 / exponentials(columns, student, workspace + width, p + width));
  const shareP = f32x4.splat(1 / sumP);
  const lowest = f32x4.splat(floor);
  let moved = f32x4.splat(0);
  for (let at = p; at < p + width; at += 16) {
    const q = f32x4.mul(v128.load(at + width), shareQ);
    const kept = v128.and(f32x4.mul(v128.load(at), shareP), f32x4.ge(q, lowest));
    v128.store(at, kept);
    v128.store(at + width, q);
    moved = f32x4.add(moved, kept);
  }
  const mass = f32x4.splat(floor > 0 ? sumLanes(moved) : 1);
  const factor = f32x4.splat(dy);
  for (let j = 0; j < columns; j += 4) {
    const at = <usize>j << 2;
    const pull = f32x4.sub(f32x4.mul(v128.load(p + width + at), mass), v128.load(p + at));
    storePart(gradient + at, f32x4.mul(pull, factor), columns - j);
  }
}

/** Writes a row less its largest value, and the exponentials of that; returns their sum. */
function exponentials(columns: i32, from: usize, row: usize, to: usize): f32 {
  const padded = roundUp(columns);
  for (let j = 0; j < columns; j += 4) {
    v128.store(row + (<usize>j << 2), f32x4.max(loadPart(from + (<usize>j << 2), columns - j), f32x4.splat(LOWEST)));
  }
  for (let j = columns; j < padded; j++) store<f32>(row + (<usize>j << 2), BEHIND);
  const largest = f32x4.splat(rowMax(row, columns));
  for (let at = row; at < row + (<usize>padded << 2); at += 16) v128.store(at, f32x4.sub(v128.load(at), largest));
  return expRow(padded, f32x4.splat(0), row, to);
}

@inline
function roundUp(columns: i32): i32 {
  return (columns + 3) & ~3;
}
