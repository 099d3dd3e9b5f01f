/** Builds safetensors files byte by byte, valid and broken, without the writer under test. */

/** 8 bytes of length, the header as it is, the data as it is. */
export function assemble(header: string | Uint8Array, data: Uint8Array = new Uint8Array(0), length?: bigint): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const out = new Uint8Array(8 + text.length + data.length);
  new DataView(out.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  out.set(text, 8);
  out.set(data, 8 + text.length);
  return out;
}

/** The bytes 1, 2, 3 … of that length. */
export function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i + 1) & 0xff);
}

/** Two F32 tensors, [2, 3] and [5], 44 bytes of data. */
export const TWO = '{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},"b":{"dtype":"F32","shape":[5],"data_offsets":[24,44]}}';

export function two(header: string = TWO, size = 44): Uint8Array {
  return assemble(header, counting(size));
}

/** One tensor with these fields. */
export function one(fields: string, size = 0): Uint8Array {
  return assemble(`{"x":{${fields}}}`, counting(size));
}

/** The code of the FormatError that a call throws, `ok` when it throws nothing, or the name of any other error. */
export function verdict(call: () => unknown): string {
  try {
    call();
    return 'ok';
  } catch (error) {
    if (error instanceof Error && error.name === 'FormatError' && 'code' in error) return String(error.code);
    return `unexpected ${String(error)}`;
  }
}
