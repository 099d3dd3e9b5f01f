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

/** Softmax of row `n` of scores [R, columns], divided by a temperature. */
export function exactSoftmax(scores: ArrayLike<number>, n: number, columns: number, temperature = 1): number[] {
  const row = Array.from({ length: columns }, (_, j) => finite(scores[n * columns + j]!) / temperature);
  const top = Math.max(...row);
  const total = sum(columns, (j) => Math.exp(row[j]! - top));
  return row.map((score) => Math.exp(score - top) / total);
}

/** Divergences of rows of scores [R, N], and the student's gradient. */
export function exactDivergence([rows, columns]: readonly [number, number], floor: number, [teacher, student, dy]: readonly ArrayLike<number>[]) {
  const [losses, gradient] = [new Float64Array(rows), new Float64Array(rows * columns)];
  for (let n = 0; n < rows; n++) {
    const [p, q] = [exactSoftmax(teacher!, n, columns), exactSoftmax(student!, n, columns)];
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

/** When vectors count, and what keeps their correlation finite. */
export interface Bounds {
  readonly threshold: number;
  readonly floor: number;
  readonly added: number;
}

/** Mean distances 1 − ρ of attention along keys, queries, heads and sentences, the vectors that count, and the student's gradient of Σ dy·L. */
export function exactCorrelation({ batch, heads, length: T }: Omit<AttentionSizes, 'size'>, bounds: Bounds, [student, teacher, mask, dy]: readonly ArrayLike<number>[]) {
  const [x, y] = [student!, teacher!].map((scores) => rowSoftmaxes(scores, T)) as [Float64Array, Float64Array];
  const dx = new Float64Array(x.length);
  const at = (b: number, h: number, i: number, j: number) => ((b * heads + h) * T + i) * T + j;
  const sizes = [batch, heads, T, T] as const;
  const results = [3, 2, 1, 0].map((axis, n) => {
    const outer = [0, 1, 2, 3].filter((other) => other !== axis);
    const places = outer.reduce<number[][]>((all, dim) => all.flatMap((place) => Array.from({ length: sizes[dim]! }, (_, i) => [...place, i])), [[]]);
    const vectors = places.map((place) => Array.from({ length: sizes[axis]! }, (_, k) => {
      const [b, h, i, j] = place.toSpliced(axis, 0, k) as [number, number, number, number];
      return { at: at(b, h, i, j), real: mask![b * T + i] === 1 && mask![b * T + j] === 1 };
    }).filter(({ real }) => real).map((element) => element.at));
    const measured = vectors.map((vector) => correlation(vector, x, y, bounds)).filter(({ yy }) => yy > bounds.threshold);
    for (const { vector, slope } of measured) vector.forEach((element, k) => (dx[element]! -= (dy![n]! / measured.length) * slope[k]!));
    return { loss: sum(measured.length, (k) => 1 - measured[k]!.rho) / Math.max(1, measured.length), count: measured.length };
  });
  const gradient = Float64Array.from(dx, (d, n) => x[n]! * (d - sum(T, (j) => dx[n - (n % T) + j]! * x[n - (n % T) + j]!)));
  return { losses: results.map(({ loss }) => loss), counts: results.map(({ count }) => count), gradient };
}

function rowSoftmaxes(scores: ArrayLike<number>, columns: number): Float64Array {
  const row = (n: number) => Array.from({ length: columns }, (_, j) => finite(scores[n - (n % columns) + j]!));
  return Float64Array.from(scores, (score, n) => Math.exp(finite(score) - Math.max(...row(n))) / row(n).reduce((total, s) => total + Math.exp(s - Math.max(...row(n))), 0));
}

/** ρ of one vector's elements in x and y, and its derivative by each of those in x. */
function correlation(vector: readonly number[], x: Float64Array, y: Float64Array, { floor, added }: Bounds) {
  const n = Math.max(1, vector.length);
  const centred = (z: Float64Array) => vector.map((element) => z[element]! - sum(vector.length, (k) => z[vector[k]!]!) / n);
  const [a, b] = [centred(x), centred(y)];
  const dot = (p: readonly number[], q: readonly number[]) => sum(p.length, (k) => p[k]! * q[k]!);
  const [xx, yy, xy] = [dot(a, a), dot(b, b), dot(a, b)];
  const [p, q] = [Math.sqrt(Math.max(xx, floor)), Math.sqrt(Math.max(yy, floor))];
  const whole = p * q + added;
  const slope = a.map((own, k) => b[k]! / whole - (xx >= floor ? (xy * q * own) / (whole ** 2 * p) : 0));
  return { vector, rho: xy / whole, yy, slope };
}
