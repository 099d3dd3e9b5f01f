/**
 * Packing: a block of a matrix copied so that the tile product reads it in one straight line.
 *
 * A block of L lanes (rows of A, or columns of B) and depth K becomes panels of W lanes, each panel [K][W], W = 4 for A and
 * 8 for B. Lanes beyond the block are zero, so the product needs no special case at a ragged edge. One of the two strides
 * of the source must be 1.
 *
 * Bytes: reads 4·L·K and writes as many; against 2·W·K operations of each tile that uses a panel this is little work.
 */

/** Packs `lanes` × `depth` values; strides in elements, `width` a multiple of 4. */
export function pack(from: usize, laneStride: i32, depthStride: i32, lanes: i32, depth: i32, width: i32, to: usize): void {
  for (let lane = 0; lane < lanes; lane += width) {
    for (let quad = 0; quad < width; quad += 4) {
      const first = lane + quad;
      const source = from + ((<usize>first * laneStride) << 2);
      packQuad(source, laneStride, depthStride, lanes - first, depth, width, to + (quad << 2));
    }
    to += (<usize>width * depth) << 2;
  }
}

/** Packs at most four lanes into every row of a panel of `width` lanes. */
function packQuad(from: usize, laneStride: i32, depthStride: i32, lanes: i32, depth: i32, width: i32, to: usize): void {
  if (lanes < 4) packEdge(from, laneStride, depthStride, lanes, depth, width, to);
  else if (laneStride == 1) packRows(from, depthStride, depth, width, to);
  else packColumns(from, laneStride, depth, width, to);
}

/** Four lanes that lie side by side: one vector a step of depth. */
function packRows(from: usize, depthStride: i32, depth: i32, width: i32, to: usize): void {
  for (let k = 0; k < depth; k++) {
    v128.store(to, v128.load(from));
    from += <usize>depthStride << 2;
    to += <usize>width << 2;
  }
}

/** Four lanes that each lie along the depth: transposed in blocks of 4 × 4. */
function packColumns(from: usize, laneStride: i32, depth: i32, width: i32, to: usize): void {
  const step = <usize>laneStride << 2;
  const row = <usize>width << 2;
  let k = 0;
  for (; k + 4 <= depth; k += 4) {
    const a = v128.load(from);
    const b = v128.load(from + step);
    const c = v128.load(from + 2 * step);
    const d = v128.load(from + 3 * step);
    const abLow = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
    const abHigh = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
    const cdLow = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
    const cdHigh = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<i64>(abLow, cdLow, 0, 2));
    v128.store(to + row, v128.shuffle<i64>(abLow, cdLow, 1, 3));
    v128.store(to + 2 * row, v128.shuffle<i64>(abHigh, cdHigh, 0, 2));
    v128.store(to + 3 * row, v128.shuffle<i64>(abHigh, cdHigh, 1, 3));
    from += 16;
    to += 4 * row;
  }
  if (k < depth) packEdge(from, laneStride, 1, 4, depth - k, width, to);
}

/** Any strides, one value at a time; lanes that do not exist become zero. */
function packEdge(from: usize, laneStride: i32, depthStride: i32, lanes: i32, depth: i32, width: i32, to: usize): void {
  for (let k = 0; k < depth; k++) {
    v128.store(to, f32x4.splat(0));
    for (let lane = 0; lane < min(lanes, 4); lane++) {
      store<f32>(to + (<usize>lane << 2), load<f32>(from + ((<usize>lane * laneStride) << 2)));
    }
    from += <usize>depthStride << 2;
    to += <usize>width << 2;
  }
}
