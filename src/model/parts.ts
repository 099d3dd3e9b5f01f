/** A table that is larger than one buffer of the device lies in parts of whole rows; in files and checkpoints it is one tensor. */
import type * as tf from '../tensor/tf.ts';
import type { HostTensor } from './weights.ts';

/** The only parameter that outgrows a buffer: 50 265 words of width 768 are 154 MB, and WebGPU promises 134 MB. */
export const WORD_TABLE = 'embeddings.word_embeddings.weight';

const PART = /^(.+)\.part(\d+)$/;
const FLOAT = 4;

const partName = (name: string, index: number): string => `${name}.part${index}`;

/**
 * Rows of each part of a table [V, d], none above `limit` bytes: [V] where it fits whole.
 *
 * RangeError when not even one row does.
 */
export function rowsOfParts([rows = 0, columns = 0]: readonly number[], limit: number): number[] {
  const most = Math.floor(limit / (FLOAT * columns));
  if (most < 1) throw new RangeError(`a row of ${columns} values is larger than ${limit} bytes`);
  return Array.from({ length: Math.max(1, Math.ceil(rows / most)) }, (_, i) => Math.min(most, rows - i * most));
}

/** The tensors as they lie on a device whose buffers hold `limit` bytes. */
export function split(tensors: ReadonlyMap<string, HostTensor>, limit: number): ReadonlyMap<string, HostTensor> {
  const table = tensors.get(WORD_TABLE);
  if (!table || FLOAT * table.data.length <= limit) return tensors;
  const shapes = rowsOfParts(table.shape, limit).map((rows, i) => [partName(WORD_TABLE, i), [rows, table.shape[1]!]] as const);
  return new Map([...tensors].flatMap(([name, tensor]) => (name === WORD_TABLE ? [...splitLike(new Map(shapes), tensors)] : [[name, tensor] as const])));
}

/** Tensors of these names and shapes from whole ones: parts are rows of the whole, in order; names without any are left out. */
export function splitLike(shapes: ReadonlyMap<string, readonly number[]>, whole: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const taken = new Map<string, number>();
  return new Map([...shapes].flatMap(([name, shape]) => {
    const base = PART.exec(name)?.[1] ?? name;
    const tensor = whole.get(base);
    if (!tensor || base === name) return tensor ? [[name, tensor] as const] : [];
    const from = taken.get(base) ?? 0;
    const data = tensor.data.subarray(from, from + shape.reduce((product, extent) => product * extent, 1));
    taken.set(base, from + data.length);
    return [[name, { shape, data }] as const];
  }));
}

/** The whole tensors of parts; everything else as it is. The inverse of `split` and `splitLike`, bit for bit. */
export function joined(tensors: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  const whole = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors) {
    const base = PART.exec(name)?.[1];
    if (base === undefined) whole.set(name, tensor);
    else if (!whole.has(base)) whole.set(base, join(partsOf(base, (part) => tensors.get(part))));
  }
  return whole;
}

/** The shapes that `joined` would give. */
export function wholeShapes(shapes: ReadonlyMap<string, readonly number[]>): Map<string, readonly number[]> {
  const whole = new Map<string, readonly number[]>();
  for (const [name, [rows = 0, ...rest]] of shapes) {
    const base = PART.exec(name)?.[1] ?? name;
    const before = base === name ? 0 : (whole.get(base)?.[0] ?? 0);
    whole.set(base, shapes.get(name)!.length === 0 ? [] : [before + rows, ...rest]);
  }
  return whole;
}

function join(parts: readonly HostTensor[]): HostTensor {
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { shape: [parts.reduce((sum, { shape }) => sum + shape[0]!, 0), ...parts[0]!.shape.slice(1)], data };
}

function partsOf<T>(name: string, get: (part: string) => T | undefined): T[] {
  const parts: T[] = [];
  for (let part = get(partName(name, 0)); part !== undefined; part = get(partName(name, parts.length))) parts.push(part);
  return parts;
}

/** The word embeddings on the device, whole or in parts; RangeError when the model lacks them. */
export function wordTable(parameters: ReadonlyMap<string, tf.Tensor>): readonly tf.Tensor[] {
  const whole = parameters.get(WORD_TABLE);
  const parts = whole ? [whole] : partsOf(WORD_TABLE, (part) => parameters.get(part));
  if (parts.length === 0) throw new RangeError(`the model has no parameter "${WORD_TABLE}"`);
  return parts;
}
