import { loadPart, storePart, sumLanes } from './lanes';

/**
 * Products of vectors with chosen rows of a memory bank, and their gradient; nothing is gathered.
 *
 *   y[b, c] = v_b·m_j,  dv_b = Σ_c dy[b, c]·m_j,  j = rows[b, c];  v [B, E], m [n, E], rows [B, C]
 *
 * 2·B·C·E operations either way; reads 4·B·C·E bytes of the bank, writes 4·B·C forward and 4·B·E backward.
 */
export function bankProducts(batch: i32, columns: i32, width: i32, vectors: usize, bank: usize, rows: usize, products: usize): void {
  const stride = <usize>width << 2;
  for (let b = 0; b < batch; b++, vectors += stride) {
    for (let c = 0; c < columns; c++, rows += 4, products += 4) {
      const row = bank + stride * load<i32>(rows);
      let even = f32x4.splat(0);
      let odd = f32x4.splat(0);
      let j = 0;
      for (; j + 8 <= width; j += 8) {
        const at = <usize>j << 2;
        even = f32x4.add(even, f32x4.mul(v128.load(vectors + at), v128.load(row + at)));
        odd = f32x4.add(odd, f32x4.mul(v128.load(vectors + at, 16), v128.load(row + at, 16)));
      }
      for (; j < width; j += 4) {
        const at = <usize>j << 2;
        even = f32x4.add(even, f32x4.mul(loadPart(vectors + at, width - j), loadPart(row + at, width - j)));
      }
      store<f32>(products, sumLanes(f32x4.add(even, odd)));
    }
  }
}

export function bankProductsGradient(batch: i32, columns: i32, width: i32, dy: usize, bank: usize, rows: usize, gradient: usize): void {
  const stride = <usize>width << 2;
  memory.fill(gradient, 0, stride * batch);
  for (let b = 0; b < batch; b++, gradient += stride) {
    for (let c = 0; c < columns; c++, rows += 4, dy += 4) {
      const row = bank + stride * load<i32>(rows);
      const factor = f32x4.splat(load<f32>(dy));
      for (let j = 0; j < width; j += 4) {
        const at = <usize>j << 2;
        storePart(gradient + at, f32x4.add(loadPart(gradient + at, width - j), f32x4.mul(factor, loadPart(row + at, width - j))), width - j);
      }
    }
  }
}
