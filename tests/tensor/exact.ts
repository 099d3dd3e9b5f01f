/** Float64 values of the kernels, element by element from their formulas. */
import * as tf from '../../src/tensor/tf.ts';

export interface AttentionSizes {
  batch: number;
  length: number;
  heads: number;
  size: number;
  /** First tokens of each text that ask; all by default. */
  queries?: number;
}

/** Masks with a different number of real tokens a sequence; `holes` pads one in the middle too. */
export function maskOf({ batch, length }: AttentionSizes, holes = false): tf.Tensor {
  const real = (b: number, t: number) => t < Math.max(1, length - 2 * b) && !(holes && t === 1);
  return tf.tensor(Float32Array.from({ length: batch * length }, (_, i) => (real(Math.floor(i / length), i % length) ? 1 : 0)), [batch, length]);
}

/** Attention and its gradient in float64, element by element from the formulas; dc and the context are of the tokens that ask. */
export function exactAttention(shape: AttentionSizes, [q, k, v, dc, mask]: readonly Float32Array[], drop: Float32Array) {
  const { batch, length: T, heads, size, queries = T } = shape;
  const width = heads * size;
  const [context, dq, dk, dv] = [queries, T, T, T].map((tokens) => new Float64Array(batch * tokens * width)) as [Float64Array, Float64Array, Float64Array, Float64Array];
  for (let b = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      const at = (t: number, j: number) => (b * T + t) * width + h * size + j;
      const out = (i: number, j: number) => (b * queries + i) * width + h * size + j;
      for (let i = 0; i < queries; i++) {
        const keys = Array.from({ length: T }, (_, t) => t);
        const scores = keys.map((t) => total(size, (j) => q![at(i, j)]! * k![at(t, j)]!) / Math.sqrt(size) - 10000 * (1 - mask![b * T + t]!));
        const top = Math.max(...scores);
        const all = scores.reduce((sum, s) => sum + Math.exp(s - top), 0);
        const p = scores.map((s) => Math.exp(s - top) / all);
        const m = keys.map((t) => drop[((b * heads + h) * T + i) * T + t]!);
        const dp = keys.map((t) => total(size, (j) => dc![out(i, j)]! * v![at(t, j)]!) * m[t]!);
        const mean = keys.reduce((sum, t) => sum + dp[t]! * p[t]!, 0);
        for (const t of keys) {
          const da = (p[t]! * (dp[t]! - mean)) / Math.sqrt(size);
          for (let j = 0; j < size; j++) {
            context[out(i, j)]! += p[t]! * m[t]! * v![at(t, j)]!;
            dv[at(t, j)]! += p[t]! * m[t]! * dc![out(i, j)]!;
            dq[at(i, j)]! += da * k![at(t, j)]!;
            dk[at(t, j)]! += da * q![at(i, j)]!;
          }
        }
      }
    }
  }
  return { context, gradients: [dq, dk, dv] };
}

/** Σ over k of a(i, k)·b(k, j) in float64, row by row. */
export function product(m: number, n: number, k: number, a: (i: number, k: number) => number, b: (k: number, j: number) => number): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let s = 0; s < k; s++) {
      const left = a(i, s);
      for (let j = 0; j < n; j++) c[i * n + j]! += left * b(s, j);
    }
  }
  return c;
}

/** Linear layer: y, and dx, dW, db. */
export function exactLinear([rows, inputs, outputs]: readonly number[], [xs, ws, bs, ds]: readonly ArrayLike<number>[]) {
  const [n, i, o] = [rows!, inputs!, outputs!];
  return {
    y: product(n, o, i, (r, k) => xs![r * i + k]!, (k, j) => ws![j * i + k]!).map((v, at) => v + bs![at % o]!),
    gradients: [
      product(n, i, o, (r, k) => ds![r * o + k]!, (k, j) => ws![k * i + j]!),
      product(o, i, n, (r, k) => ds![k * o + r]!, (k, j) => xs![k * i + j]!),
      product(1, o, n, () => 1, (k, j) => ds![k * o + j]!),
    ],
  };
}

/** Σ f(i) over i below n. */
export const total = (n: number, f: (i: number) => number): number => {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += f(i);
  return sum;
};

/** LayerNorm: y, and dx, dγ, dβ. */
export function exactLayerNorm([rows, d]: readonly [number, number], eps: number, [xs, gs, bs, ds]: readonly ArrayLike<number>[]) {
  const mean = Array.from({ length: rows }, (_, n) => total(d, (j) => xs![n * d + j]!) / d);
  const rstd = mean.map((m, n) => 1 / Math.sqrt(total(d, (j) => (xs![n * d + j]! - m) ** 2) / d + eps));
  const hat = Float64Array.from(xs!, (value, i) => (value - mean[Math.floor(i / d)]!) * rstd[Math.floor(i / d)]!);
  const g = Float64Array.from(ds!, (value, i) => value * gs![i % d]!);
  const dx = hat.map((h, i) => {
    const n = Math.floor(i / d);
    return (g[i]! - total(d, (j) => g[n * d + j]!) / d - (h * total(d, (j) => g[n * d + j]! * hat[n * d + j]!)) / d) * rstd[n]!;
  });
  const dGamma = Array.from({ length: d }, (_, j) => total(rows, (n) => ds![n * d + j]! * hat[n * d + j]!));
  const dBeta = Array.from({ length: d }, (_, j) => total(rows, (n) => ds![n * d + j]!));
  return { y: hat.map((h, i) => h * gs![i % d]! + bs![i % d]!), gradients: [dx, dGamma, dBeta] };
}

/** Cross-entropy against class ids: losses, and dz. */
export function exactCrossEntropy([rows, classes]: readonly [number, number], [zs, ys, ds]: readonly ArrayLike<number>[]) {
  const sums = Array.from({ length: rows }, (_, n) => total(classes, (c) => Math.exp(zs![n * classes + c]!)));
  const losses = sums.map((sum, n) => Math.log(sum) - zs![n * classes + ys![n]!]!);
  const gradient = Float64Array.from(zs!, (z, i) => {
    const n = Math.floor(i / classes);
    return ds![n]! * (Math.exp(z) / sums[n]! - (i % classes === ys![n] ? 1 : 0));
  });
  return { losses, gradient };
}
