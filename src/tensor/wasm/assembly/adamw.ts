import { loadPart, storePart } from './lanes';

/**
 * AdamW with decoupled weight decay, in place.
 *
 *   g ← scale·g;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  p ← p − lr·((m/c₁)/(√(v/c₂) + ε) + λ·p)
 *
 * One pass: reads 16 bytes a value and writes 12; 16 operations, three divisions and a square root among them.
 * Source: Loshchilov & Hutter 2019, Algorithm 2.
 */
export function adamW(
  size: i32, p: usize, m: usize, v: usize, g: usize,
  lr: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32, eps: f32, decay: f32, correction1: f32, correction2: f32, scale: f32,
): void {
  for (let i = 0; i < size; i += 4) {
    const lanes = size - i;
    const at = <usize>i << 2;
    const gi = f32x4.mul(loadPart(g + at, lanes), f32x4.splat(scale));
    const mi = f32x4.add(f32x4.mul(loadPart(m + at, lanes), f32x4.splat(beta1)), f32x4.mul(gi, f32x4.splat(rest1)));
    const square = f32x4.mul(f32x4.mul(gi, gi), f32x4.splat(rest2));
    const vi = f32x4.add(f32x4.mul(loadPart(v + at, lanes), f32x4.splat(beta2)), square);
    const root = f32x4.add(f32x4.sqrt(f32x4.div(vi, f32x4.splat(correction2))), f32x4.splat(eps));
    const direction = f32x4.div(f32x4.div(mi, f32x4.splat(correction1)), root);
    const pi = loadPart(p + at, lanes);
    const step = f32x4.mul(f32x4.splat(lr), f32x4.add(direction, f32x4.mul(pi, f32x4.splat(decay))));
    storePart(m + at, mi, lanes);
    storePart(v + at, vi, lanes);
    storePart(p + at, f32x4.sub(pi, step), lanes);
  }
}
