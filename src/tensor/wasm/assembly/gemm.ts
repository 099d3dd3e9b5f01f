import { pack } from './gemm_pack';
import { TILE_COLUMNS, TILE_ROWS, edgeTile, tile } from './gemm_tile';

/**
 * Matrix product of any orientation.
 *
 *   C[i, j] = bias[j] + Σ_k A[i, k]·B[k, j];  A [M, K], B [K, N], C [M, N], bias [N]
 *
 * A transposed operand is one whose two strides are exchanged. 2·M·N·K operations. The three loops over blocks keep a
 * packed block of B (256 × 256) and one of A (128 × 256) in the second-level cache and one panel of B (256 × 8) in the
 * first; the sum over K is one of partial sums of 256 terms, which keeps its rounding error small.
 * Source of the loop order: Goto & van de Geijn 2008, "Anatomy of High-Performance Matrix Multiplication".
 */

const BLOCK_M: i32 = 128;
const BLOCK_N: i32 = 256;
const BLOCK_K: i32 = 256;

/** Layout of the scratch memory, in bytes: zeros (32), a spare tile (256), packed A, packed B. */
const SPARE: usize = 32;
const PACKED_A: usize = SPARE + 256;
const PACKED_B: usize = PACKED_A + ((BLOCK_M * BLOCK_K) << 2);

/** Bytes of scratch memory that `gemm` needs. */
export function gemmScratchBytes(): usize {
  return PACKED_B + ((BLOCK_N * BLOCK_K) << 2);
}

/** C = A·B (+ bias unless its pointer is 0); strides in elements, one of each pair must be 1; rows of C are contiguous. */
export function gemm(
  m: i32, n: i32, k: i32,
  a: usize, aRow: i32, aColumn: i32,
  b: usize, bRow: i32, bColumn: i32,
  bias: usize,
  c: usize, cRow: i32,
  scratch: usize,
): void {
  memory.fill(scratch, 0, SPARE + 256);
  for (let column = 0; column < n; column += BLOCK_N) {
    const columns = min(n - column, BLOCK_N);
    const biasHere = bias ? bias + (<usize>column << 2) : 0;
    for (let depth = 0; depth == 0 || depth < k; depth += BLOCK_K) {
      const depths = min(k - depth, BLOCK_K);
      pack(at(b, depth, bRow, column, bColumn), bColumn, bRow, columns, depths, TILE_COLUMNS, scratch + PACKED_B);
      for (let row = 0; row < m; row += BLOCK_M) {
        const rows = min(m - row, BLOCK_M);
        pack(at(a, row, aRow, depth, aColumn), aRow, aColumn, rows, depths, TILE_ROWS, scratch + PACKED_A);
        block(rows, columns, depths, depth == 0, biasHere, at(c, row, cRow, column, 1), cRow, scratch);
      }
    }
  }
}

@inline
function at(base: usize, row: i32, rowStride: i32, column: i32, columnStride: i32): usize {
  return base + ((<usize>row * rowStride + <usize>column * columnStride) << 2);
}

/** One block of C from packed blocks of A and B; the first block of depth starts from the bias, the others from C. */
function block(rows: i32, columns: i32, depth: i32, first: bool, bias: usize, c: usize, cRow: i32, scratch: usize): void {
  const cStride = <usize>cRow << 2;
  const startStride = first ? 0 : cStride;
  for (let column = 0; column < columns; column += TILE_COLUMNS) {
    const b = scratch + PACKED_B + ((<usize>column * depth) << 2);
    const width = columns - column;
    for (let row = 0; row < rows; row += TILE_ROWS) {
      const a = scratch + PACKED_A + ((<usize>row * depth) << 2);
      const out = c + <usize>row * cStride + (<usize>column << 2);
      const start = !first ? out : bias ? bias + (<usize>column << 2) : scratch;
      const height = rows - row;
      if (height >= TILE_ROWS && width >= TILE_COLUMNS) tile(depth, a, b, start, startStride, out, cStride);
      else edgeTile(depth, a, b, start, startStride, out, cStride, min(height, TILE_ROWS), min(width, TILE_COLUMNS), scratch + SPARE);
    }
  }
}
