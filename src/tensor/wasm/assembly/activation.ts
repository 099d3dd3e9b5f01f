import { gauss4, normalCdf4, tanh4 } from './exp';
import { loadPart, storePart } from './lanes';

/**
 * Activations and their gradients, elementwise: y = f(x) and dx = dy·f′(x).
 *
 *   gelu       x·Φ(x);  Φ(x) + x·φ(x)
 *   gelu_new   ½x(1 + t), t = tanh(√(2/π)(x + 0.044715x³));  ½(1 + t) + ½x(1 − t²)·√(2/π)(1 + 3·0.044715x²)
 *   relu       max(x, 0);  1 where x > 0
 *
 * Forward reads and writes 4 bytes a value, backward reads 8 and writes 4; gelu takes some 40 operations a value, one
 * exponential and one division among them. Two vectors a turn: engines load the constants of such long formulas anew for
 * every use, which takes as long as the arithmetic of one vector.
 */

export const GELU: i32 = 0;
export const GELU_NEW: i32 = 1;
export const RELU: i32 = 2;

const SQRT_2_OVER_PI: f32 = 0.7978845608028654;
const CUBIC: f32 = 0.044715;
/** 1/√(2π): φ(x) is this times e^(−x²/2). */
const PEAK: f32 = 0.3989422804014327;

export function activation(kind: i32, size: i32, x: usize, y: usize): void {
  let left = size;
  for (; left >= 8; left -= 8, x += 32, y += 32) {
    v128.store(y, value(kind, v128.load(x)));
    v128.store(y, value(kind, v128.load(x, 16)), 16);
  }
  for (; left > 0; left -= 4, x += 16, y += 16) storePart(y, value(kind, loadPart(x, left)), left);
}

export function activationGradient(kind: i32, size: i32, dy: usize, x: usize, dx: usize): void {
  let left = size;
  for (; left >= 8; left -= 8, dy += 32, x += 32, dx += 32) {
    v128.store(dx, f32x4.mul(v128.load(dy), derivative(kind, v128.load(x))));
    v128.store(dx, f32x4.mul(v128.load(dy, 16), derivative(kind, v128.load(x, 16))), 16);
  }
  for (; left > 0; left -= 4, dy += 16, x += 16, dx += 16) {
    storePart(dx, f32x4.mul(loadPart(dy, left), derivative(kind, loadPart(x, left))), left);
  }
}

@inline
function value(kind: i32, x: v128): v128 {
  if (kind == GELU) return f32x4.mul(x, normalCdf4(x, gauss4(x)));
  if (kind == GELU_NEW) return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), f32x4.add(f32x4.splat(1), tanh4(tanhArgument(x))));
  return f32x4.max(x, f32x4.splat(0));
}

@inline
function derivative(kind: i32, x: v128): v128 {
  if (kind == GELU) {
    const gauss = gauss4(x);
    return f32x4.add(normalCdf4(x, gauss), f32x4.mul(f32x4.mul(x, f32x4.splat(PEAK)), gauss));
  }
  if (kind == GELU_NEW) return tanhSlope(x);
  return v128.and(f32x4.splat(1), f32x4.gt(x, f32x4.splat(0)));
}

@inline
function tanhArgument(x: v128): v128 {
  const square = f32x4.mul(x, x);
  const inner = f32x4.add(f32x4.splat(1), f32x4.mul(square, f32x4.splat(CUBIC)));
  return f32x4.mul(f32x4.mul(x, inner), f32x4.splat(SQRT_2_OVER_PI));
}

@inline
function tanhSlope(x: v128): v128 {
  const one = f32x4.splat(1);
  const t = tanh4(tanhArgument(x));
  const inner = f32x4.add(one, f32x4.mul(f32x4.mul(x, x), f32x4.splat(3 * CUBIC)));
  const bent = f32x4.mul(f32x4.mul(f32x4.sub(one, f32x4.mul(t, t)), f32x4.mul(x, inner)), f32x4.splat(SQRT_2_OVER_PI));
  return f32x4.mul(f32x4.splat(0.5), f32x4.add(f32x4.add(one, t), bent));
}
