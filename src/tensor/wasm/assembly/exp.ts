/**
 * Exponential, normal distribution function and logarithm, without tables.
 *
 *   eˣ = 2ⁿ·eʳ, n = round(x / ln 2), |r| ≤ ln 2 / 2;  eʳ = 1 + r + r²·q(r), q of degree 4
 *
 * q interpolates (eʳ − 1 − r)/r² at Chebyshev points; its error is 1.1e-8 of eʳ, below float32's rounding.
 */

/** Adding 1.5·2²³ rounds to an integer, which then stands in the low bits. */
const ROUND: f32 = 12582912;
const LOG2_E: f32 = 1.4426950408889634;
/** ln 2 in two parts; n times the first is exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
/** Below this eˣ is not a normal float32; 0 is returned. */
const SMALLEST: f32 = -87.33;

/** eˣ of four lanes, for x ≤ 0 (−∞ gives 0, NaN stays NaN). */
@inline
export function exp4(x: v128): v128 {
  const rounded = f32x4.add(f32x4.mul(x, f32x4.splat(LOG2_E)), f32x4.splat(ROUND));
  const n = f32x4.sub(rounded, f32x4.splat(ROUND));
  const high = f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  const r = f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let q = f32x4.add(f32x4.mul(r, f32x4.splat(0.0013926213141530752)), f32x4.splat(0.008363203145563602));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.041666556149721146));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.16666576266288757));
  q = f32x4.add(f32x4.mul(q, r), f32x4.splat(0.5));
  const power = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(r, r), q), r), f32x4.splat(1));
  const scaled = i32x4.add(power, i32x4.shl(rounded, 23));
  return v128.andnot(scaled, f32x4.lt(x, f32x4.splat(SMALLEST)));
}

/** e^(−x²/2) of four lanes. */
@inline
export function gauss4(x: v128): v128 {
  return exp4(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

/**
 * Φ(x), the standard normal distribution function, from x and e^(−x²/2); absolute error 7.5e-8.
 *
 *   Φ(−|x|) = ½·(a₁t + a₂t² + a₃t³ + a₄t⁴ + a₅t⁵)·e^(−x²/2), t = 1/(1 + p·|x|/√2)
 *
 * Source: Abramowitz & Stegun 1964, 7.1.26, written for erfc so that nothing cancels at negative x.
 */
@inline
export function normalCdf4(x: v128, gauss: v128): v128 {
  const one = f32x4.splat(1);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.abs(x), f32x4.splat(<f32>(0.3275911 * Math.SQRT1_2)))));
  let poly = f32x4.add(f32x4.mul(t, f32x4.splat(1.061405429)), f32x4.splat(-1.453152027));
  poly = f32x4.add(f32x4.mul(poly, t), f32x4.splat(1.421413741));
  poly = f32x4.add(f32x4.mul(poly, t), f32x4.splat(-0.284496736));
  poly = f32x4.add(f32x4.mul(poly, t), f32x4.splat(0.254829592));
  const lower = f32x4.mul(f32x4.mul(f32x4.mul(poly, t), gauss), f32x4.splat(0.5));
  return v128.bitselect(lower, f32x4.sub(one, lower), f32x4.lt(x, f32x4.splat(0)));
}

/** tanh of four lanes: sign(x)·(1 − e)/(1 + e), e = e^(−2|x|). */
@inline
export function tanh4(x: v128): v128 {
  const one = f32x4.splat(1);
  const e = exp4(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)));
  const size = f32x4.div(f32x4.sub(one, e), f32x4.add(one, e));
  return v128.or(size, v128.and(x, f32x4.splat(-0.0)));
}

/** Natural logarithm of a finite x > 0: ln(2ᵉ·m) = e·ln 2 + 2·artanh((m − 1)/(m + 1)), m in [√½, √2). */
export function log(x: f64): f64 {
  const bits = reinterpret<i64>(x) - 0x3fe6a09e667f3bcd;
  const exponent = bits >> 52;
  const m = reinterpret<f64>((bits & 0x000fffffffffffff) + 0x3fe6a09e667f3bcd);
  const s = (m - 1) / (m + 1);
  const z = s * s;
  const series = 1 + z * (1 / 3.0 + z * (1 / 5.0 + z * (1 / 7.0 + z * (1 / 9.0 + z * (1 / 11.0 + z * (1 / 13.0))))));
  return <f64>exponent * 0.6931471805599453 + 2 * s * series;
}
