import { loadPart, storePart } from './lanes';

/**
 * Rows of a table by id, and the gradient of the table.
 *
 *   y_n = W[id_n];  dW_v = Σ dy_n over the n with id_n = v, in the order of n;  W [V, d]
 *
 * `order` lists the positions n sorted by id, start[v] … start[v + 1] − 1 are those of id v. Forward moves 8·N·d bytes,
 * backward reads 4·N·d and writes 4·V·d.
 */
export function lookup(count: i32, columns: i32, table: usize, ids: usize, y: usize): void {
  const stride = <usize>columns << 2;
  for (let n = 0; n < count; n++) memory.copy(y + <usize>n * stride, table + <usize>load<i32>(ids + (<usize>n << 2)) * stride, stride);
}

export function lookupGradient(vocabulary: i32, columns: i32, dy: usize, order: usize, start: usize, dTable: usize): void {
  const stride = <usize>columns << 2;
  for (let v = 0; v < vocabulary; v++, dTable += stride) {
    const first = load<i32>(start + (<usize>v << 2));
    const end = load<i32>(start + (<usize>v << 2), 4);
    if (first == end) memory.fill(dTable, 0, stride);
    for (let p = first; p < end; p++) {
      const row = dy + <usize>load<i32>(order + (<usize>p << 2)) * stride;
      if (p == first) memory.copy(dTable, row, stride);
      else addRow(columns, row, dTable);
    }
  }
}

function addRow(columns: i32, from: usize, to: usize): void {
  for (let j = 0; j < columns; j += 4) {
    const lanes = columns - j;
    const at = <usize>j << 2;
    storePart(to + at, f32x4.add(loadPart(to + at, lanes), loadPart(from + at, lanes)), lanes);
  }
}
