import { exp4, log } from './exp';
import { firstLanes, loadPart, storePart, sumLanes } from './lanes';
import { expRow, rowMax } from './softmax';

/**
 * Cross-entropy of each row of logits against a class id, and its gradient.
 *
 *   L_n = ln Σ_c e^(z_c − m) + m − z_y, m = max z;  dz = dy·(softmax(z) − onehot(y));  z [N, C]
 *
 * A label outside [0, C) stands for no class: its onehot is 0 everywhere, as in the plain form.
 * Forward reads 4·N·C bytes, backward reads as many and writes as many; some 20 operations a value either way.
 */
export function crossEntropy(rows: i32, classes: i32, logits: usize, labels: usize, losses: usize): void {
  const stride = <usize>classes << 2;
  for (let n = 0; n < rows; n++, logits += stride) {
    const label = load<i32>(labels + (<usize>n << 2));
    let loss: f64 = 0;
    if (<u32>label < <u32>classes) {
      const largest = rowMax(logits, classes);
      loss = log(expSum(logits, classes, largest)) + largest - load<f32>(logits + (<usize>label << 2));
    }
    store<f32>(losses + (<usize>n << 2), <f32>loss);
  }
}

export function crossEntropyGradient(rows: i32, classes: i32, dy: usize, logits: usize, labels: usize, dLogits: usize): void {
  const stride = <usize>classes << 2;
  for (let n = 0; n < rows; n++, logits += stride, dLogits += stride) {
    const weight = load<f32>(dy + (<usize>n << 2));
    const scale = f32x4.splat(<f32>(weight / storeExps(logits, classes, rowMax(logits, classes), dLogits)));
    for (let c = 0; c < classes; c += 4) {
      const at = dLogits + (<usize>c << 2);
      storePart(at, f32x4.mul(loadPart(at, classes - c), scale), classes - c);
    }
    const label = load<i32>(labels + (<usize>n << 2));
    const target = dLogits + (<usize>label << 2);
    if (<u32>label < <u32>classes) store<f32>(target, load<f32>(target) - weight);
  }
}

/** Classes whose exponentials are added in float32 before the float64 sum takes over; a multiple of 4. */
const GROUP: i32 = 1024;

/** Σ_c e^(z_c − largest), at least 1. */
function expSum(logits: usize, classes: i32, largest: f32): f64 {
  const shift = f32x4.splat(largest);
  let total: f64 = 0;
  for (let from = 0; from < classes; from += GROUP) {
    const end = min(classes, from + GROUP);
    let even = f32x4.splat(0);
    let odd = f32x4.splat(0);
    let c = from;
    for (; c + 8 <= end; c += 8) {
      const at = logits + (<usize>c << 2);
      even = f32x4.add(even, exp4(f32x4.sub(v128.load(at), shift)));
      odd = f32x4.add(odd, exp4(f32x4.sub(v128.load(at, 16), shift)));
    }
    for (; c < end; c += 4) even = f32x4.add(even, partExps(logits + (<usize>c << 2), shift, end - c));
    total += sumLanes(f32x4.add(even, odd));
  }
  return total;
}

/** The same sum; the exponentials are kept at `to`. */
function storeExps(logits: usize, classes: i32, largest: f32, to: usize): f64 {
  const shift = f32x4.splat(largest);
  const whole = classes & ~3;
  let total: f64 = 0;
  for (let from = 0; from < whole; from += GROUP) {
    const at = <usize>from << 2;
    total += expRow(min(GROUP, whole - from), shift, logits + at, to + at);
  }
  if (whole < classes) {
    const last = partExps(logits + (<usize>whole << 2), shift, classes - whole);
    storePart(to + (<usize>whole << 2), last, classes - whole);
    total += sumLanes(last);
  }
  return total;
}

/** e^(z − shift) of the first `lanes` values, 0 in the other lanes. */
@inline
function partExps(from: usize, shift: v128, lanes: i32): v128 {
  return v128.and(exp4(f32x4.sub(loadPart(from, lanes), shift)), firstLanes(lanes));
}
