import { exp4, log } from './exp';
import { loadPart, storePart, sumLanes } from './lanes';
import { rowMax } from './softmax';

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
    const largest = rowMax(logits, classes);
    const weight = load<f32>(dy + (<usize>n << 2));
    const scale = f32x4.splat(<f32>(weight / expSum(logits, classes, largest)));
    for (let c = 0; c < classes; c += 4) {
      const lanes = classes - c;
      const at = <usize>c << 2;
      const e = exp4(f32x4.sub(loadPart(logits + at, lanes), f32x4.splat(largest)));
      storePart(dLogits + at, f32x4.mul(e, scale), lanes);
    }
    const label = load<i32>(labels + (<usize>n << 2));
    const target = dLogits + (<usize>label << 2);
    if (<u32>label < <u32>classes) store<f32>(target, load<f32>(target) - weight);
  }
}

/** Σ_c e^(z_c − largest), at least 1; groups of 1024 classes are added in float64. */
function expSum(logits: usize, classes: i32, largest: f32): f64 {
  const shift = f32x4.splat(largest);
  let total: f64 = 0;
  for (let from = 0; from < classes; from += 1024) {
    const end = min(classes, from + 1024);
    let sum = f32x4.splat(0);
    let c = from;
    for (; c + 4 <= end; c += 4) sum = f32x4.add(sum, exp4(f32x4.sub(v128.load(logits + (<usize>c << 2)), shift)));
    total += sumLanes(sum);
    for (; c < end; c++) total += f32x4.extract_lane(exp4(f32x4.splat(load<f32>(logits + (<usize>c << 2)) - largest)), 0);
  }
  return total;
}
