import { countNonFinite, countNonFiniteF16, narrowF16 } from './float16.ts';
import { FormatError } from './format_error.ts';

/** A float32 tensor with its name; `data` is flat and row-major. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const PACK: Readonly<Record<'F32' | 'F16', (tensor: NamedTensor) => Uint8Array>> = {
  F32: ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  F16: (tensor) => new Uint8Array(packHalves(tensor).buffer),
};

/** Rounds to nearest even; a finite value that no half can hold is an error, never an infinity. */
function packHalves({ name, data }: NamedTensor): Uint16Array<ArrayBuffer> {
  const packed = narrowF16(data);
  if (countNonFiniteF16(packed) > countNonFinite(data)) {
    const got = `a largest magnitude of ${data.reduce((m, x) => (Number.isFinite(x) ? Math.max(m, Math.abs(x)) : m), 0)}`;
    throw new FormatError('NotFinite', `tensor ${JSON.stringify(name)}`, 'values up to 65504, the largest F16', got, 'Export in F32.');
  }
  return packed;
}

function checkTensor({ name, shape, data }: NamedTensor): void {
  const size = shape.reduce((product, n) => product * n, 1);
  if (size !== data.length) {
    const where = `tensor ${JSON.stringify(name)}`;
    throw new FormatError('TensorInvalidInfo', where, `${size} values for [${shape.join(', ')}]`, `${data.length}`, 'Pass the data of this shape.');
  }
}

/** The header as UTF-8, padded with blanks so that the data begins at a multiple of 8. */
function headerBytes(tensors: readonly NamedTensor[], sizes: readonly number[], options: WriteOptions): Uint8Array {
  const entries = new Map<string, unknown>();
  if (options.metadata) entries.set('__metadata__', options.metadata);
  let begin = 0;
  tensors.forEach(({ name, shape }, i) => {
    const end = begin + (sizes[i] ?? 0);
    if (entries.has(name) || name === '__metadata__') {
      throw new FormatError('DuplicateName', 'tensors to write', 'every name once, and not "__metadata__"', JSON.stringify(name), 'Rename the tensor.');
    }
    entries.set(name, { dtype: options.dtype, shape, data_offsets: [begin, end] });
    begin = end;
  });
  const body = [...entries].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',');
  const bytes = new TextEncoder().encode(`{${body}}`);
  const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8).fill(0x20);
  padded.set(bytes);
  return padded;
}

export interface WriteOptions {
  readonly dtype: 'F32' | 'F16';
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes tensors as one safetensors file, in the order given, without gaps.
 *
 * F32 keeps every bit; F16 rounds to nearest, ties to even. Throws FormatError DuplicateName, TensorInvalidInfo (shape
 * against data) or NotFinite (a finite value above the range of F16).
 */
export function writeSafetensors(tensors: readonly NamedTensor[], options: WriteOptions): Uint8Array<ArrayBuffer> {
  tensors.forEach(checkTensor);
  const width = options.dtype === 'F32' ? 4 : 2;
  const sizes = tensors.map(({ data }) => data.length * width);
  const header = headerBytes(tensors, sizes, options);
  const out = new Uint8Array(8 + header.length + sizes.reduce((sum, n) => sum + n, 0));
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  let at = 8 + header.length;
  tensors.forEach((tensor, i) => {
    out.set(PACK[options.dtype](tensor), at);
    at += sizes[i] ?? 0;
  });
  return out;
}
