/** Float64 values of the kernels that compare scores, element by element from their formulas. */
import { MASKED_SCORE } from '../../src/tensor/kernels/masked_score.ts';
import type { AttentionSizes } from './exact.ts';

const sum = (n: number, term: (i: number) => number): number => Array.from({ length: n }, (_, i) => term(i)).reduce((a, b) => a + b, 0);
const finite = (score: number) => Math.max(score, MASKED_SCORE);

/** Attention scores of projections [B·T, d], and the gradients of both. */
export function exactScores({ batch, length: T, heads, size }: AttentionSizes, [q, k, mask, dy]: readonly ArrayLike<number>[]) {
  const width = heads * size;
  const [dq, dk] = [new Float64Array(batch * T * width), new Float64Array(batch * T * width)];
  const scores = Float64Array.from({ length: batch * heads * T * T }, (_, n) => {
    const [j, i, h, b] = [n % T, Math.floor(n / T) % T, Math.floor(n / (T * T)) % heads, Math.floor(n / (T * T * heads))];
    const at = (t: number, c: number) => (b * T + t) * width + h * size + c;
    for (let c = 0; c < size; c++) {
      dq[at(i, c)]! += (dy![n]! * k![at(j, c)]!) / Math.sqrt(size);
      dk[at(j, c)]! += (dy![n]! * q![at(i, c)]!) / Math.sqrt(size);
    }
    return sum(size, (c) => q![at(i, c)]! * k![at(j, c)]!) / Math.sqrt(size) + (1 - mask![b * T + j]!) * MASKED_SCORE;
  });
  return { scores, gradients: [dq, dk] };
}

/** Divergences of rows of scores [R, N], and the student's gradient. */
export function exactDivergence([rows, columns]: readonly [number, number], floor: number, [teacher, student, dy]: readonly ArrayLike<number>[]) {
  const softmax = (z: ArrayLike<number>, n: number) => {
    const scores = Array.from({ length: columns }, (_, j) => finite(z[n * columns + j]!));
    const top = Math.max(...scores);
    const total = sum(columns, (j) => Math.exp(scores[j]! - top));
    return scores.map((score) => Math.exp(score - top) / total);
  };
  const [losses, gradient] = [new Float64Array(rows), new Float64Array(rows * columns)];
  for (let n = 0; n < rows; n++) {
    const [p, q] = [softmax(teacher!, n), softmax(student!, n)];
    const moves = (j: number) => (q[j]! >= floor ? p[j]! : 0);
    const mass = sum(columns, moves);
    losses[n] = sum(columns, (j) => (p[j]! === 0 ? 0 : p[j]! * Math.log(p[j]! / Math.max(q[j]!, floor))));
    for (let j = 0; j < columns; j++) gradient[n * columns + j] = dy![n]! * (mass * q[j]! - moves(j));
  }
  return { losses, gradient };
}

/** Squared differences of scores [B, H, T, T] by query, and the student's gradient. */
export function exactSquares({ length: T, heads }: Pick<AttentionSizes, 'length' | 'heads'>, [student, teacher, mask, dy]: readonly ArrayLike<number>[]) {
  const losses = new Float64Array(student!.length / T);
  const gradient = Float64Array.from(student!, (s, n) => {
    const [row, b] = [Math.floor(n / T), Math.floor(n / (T * T * heads))];
    const difference = (finite(s) - finite(teacher![n]!)) * mask![b * T + (n % T)]! * mask![b * T + (row % T)]!;
    losses[row]! += difference ** 2;
    return 2 * dy![row]! * difference;
  });
  return { losses, gradient };
}

export interface RelationSizes {
  readonly batch: number;
  readonly heads: number;
  readonly length: number;
  readonly studentSize: number;
  readonly teacherSize: number;
}

/** Divergences of the relations of x [B, R, T, D] and y [B, R, T, E], and the gradient of x. */
export function exactRelations({ batch, heads, length: T, studentSize, teacherSize }: RelationSizes, [x, y, mask, dy]: readonly ArrayLike<number>[]) {
  const relations = (z: ArrayLike<number>, size: number) => Float64Array.from({ length: batch * heads * T * T }, (_, n) => {
    const [row, j] = [Math.floor(n / T), n % T];
    const other = row - (row % T) + j;
    return sum(size, (c) => z[row * size + c]! * z[other * size + c]!) / Math.sqrt(size) + (1 - mask![Math.floor(row / (heads * T)) * T + j]!) * MASKED_SCORE;
  });
  const { losses, gradient: da } = exactDivergence([batch * heads * T, T], 0, [relations(y!, teacherSize), relations(x!, studentSize), dy!]);
  const gradient = new Float64Array(x!.length);
  da.forEach((d, n) => {
    const [row, j] = [Math.floor(n / T), n % T];
    const other = row - (row % T) + j;
    for (let c = 0; c < studentSize; c++) {
      gradient[row * studentSize + c]! += (d * x![other * studentSize + c]!) / Math.sqrt(studentSize);
      gradient[other * studentSize + c]! += (d * x![row * studentSize + c]!) / Math.sqrt(studentSize);
    }
  });
  return { losses, gradient };
}

/** Products of vectors [B, E] with rows [B, C] of a bank [n, E], and the gradient of the vectors. */
export function exactBankProducts([batch, columns, width]: readonly [number, number, number], [vectors, bank, rows, dy]: readonly ArrayLike<number>[]) {
  const gradient = new Float64Array(batch * width);
  const products = Float64Array.from({ length: batch * columns }, (_, n) => {
    const b = Math.floor(n / columns);
    for (let e = 0; e < width; e++) gradient[b * width + e]! += dy![n]! * bank![rows![n]! * width + e]!;
    return sum(width, (e) => vectors![b * width + e]! * bank![rows![n]! * width + e]!);
  });
  return { products, gradient };
}
