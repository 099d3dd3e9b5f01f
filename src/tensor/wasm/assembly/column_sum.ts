import { loadPart, storePart } from './lanes';

/**
 * Sum over rows: out[j] = Σ_i x[i, j], x [N, d].
 *
 * Reads 4·N·d bytes, N·d operations. Rows are added in groups of 128 and the groups to each other, in a fixed order.
 */

const GROUP: i32 = 128;

export function columnSum(rows: i32, columns: i32, x: usize, out: usize): void {
  for (let column = 0; column < columns; column += 4) {
    const lanes = columns - column;
    let total = f32x4.splat(0);
    for (let row = 0; row < rows; row += GROUP) {
      const from = x + ((<usize>row * columns + column) << 2);
      total = f32x4.add(total, groupSum(min(rows - row, GROUP), columns, from, lanes));
    }
    storePart(out + (<usize>column << 2), total, lanes);
  }
}

function groupSum(rows: i32, columns: i32, from: usize, lanes: i32): v128 {
  const stride = <usize>columns << 2;
  let sum = f32x4.splat(0);
  if (lanes >= 4) {
    for (let row = 0; row < rows; row++, from += stride) sum = f32x4.add(sum, v128.load(from));
  } else {
    for (let row = 0; row < rows; row++, from += stride) sum = f32x4.add(sum, loadPart(from, lanes));
  }
  return sum;
}
