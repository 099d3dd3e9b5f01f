/** Rows of a tensor outside of the step that are written in place, and come back where the step is left out. */
import * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, gridFor, u32, type UniformField } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import type { BankRows } from '../kernels/bank_rows.ts';

/** What is needed to bring rows back. */
export interface ReplacedRows {
  readonly bank: tf.Tensor;
  readonly rows: tf.Tensor;
  /** What stood in the rows, [B, E]; 0 for one that occurs again later on. */
  readonly old: tf.Tensor;
}

/** One thread an element of [B, E]; one place of the bank has one thread: that of the last of equal rows. */
const shader = (buffers: readonly BufferDeclaration[], statements: string): string => `
struct Size { count: u32, columns: u32 }
${bindings([...buffers, ...reads(['rows'], 'i32')], 'size: Size')}
fn occurs_again(b: u32) -> bool {
  for (var later = b + 1u; later < size.count; later++) { if (rows[later] == rows[b]) { return true; } }
  return false;
}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= size.count * size.columns) { return; }
  let b = i / size.columns;
  let place = u32(rows[b]) * size.columns + i % size.columns;
  ${statements}
}`;

const REPLACE = shader([...writes(['bank', 'old']), ...reads(['values'])], `old[i] = 0.0;
  if (occurs_again(b)) { return; }
  old[i] = bank[place];
  bank[place] = values[i];`);

const RESTORE = shader([...writes(['bank']), ...reads(['old', 'scale'])], 'if (scale[0] < 0.0 && !occurs_again(b)) { bank[place] = old[i]; }');

const uniformOf = ({ shape }: tf.TensorInfo): UniformField[] => [u32(shape[0]!), u32(shape[1]!)];

/**
 * Writes rows of a bank in place; the caller frees `rows` and `old` of what comes back.
 *
 *   old_b = bank_j, then bank_j ← values_b, j = rows_b, for the last b of each j
 *   bank [n, E], rows [B] int32, each below n, values [B, E]
 *
 * One dispatch; reads 8 and writes 8 bytes an element of [B, E], whatever n is, and up to 4·B an element for the rows.
 */
export function replaceRows(gpu: LabWebGPUBackend, bank: tf.Tensor, { rows, values }: BankRows): ReplacedRows {
  const old = gpu.makeTensorInfo(values.shape, 'float32');
  gpu.dispatch({ name: 'ReplaceRows', wgsl: REPLACE, workgroups: gridFor(values.size) }, [bank, old, values, rows], uniformOf(values), [bank, old]);
  return { bank, rows: rows.clone(), old: tf.engine().makeTensorFromTensorInfo(old) };
}

/** Brings rows back where the step is left out: bank_j ← old_b where `scale` is negative. One dispatch; reads and writes 4 bytes an element then. */
export function restoreRows(gpu: LabWebGPUBackend, scale: tf.Tensor, { bank, rows, old }: ReplacedRows): void {
  gpu.dispatch({ name: 'RestoreRows', wgsl: RESTORE, workgroups: gridFor(old.size) }, [bank, old, scale, rows], uniformOf(old), [bank]);
}
