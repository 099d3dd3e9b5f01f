/**
 * Safetensors: 8 bytes with the length N of a JSON header, the header, then the tensors' bytes without gaps.
 *
 * Format: https://github.com/huggingface/safetensors ("Format"). Stricter than the reference implementation where that
 * is lax: duplicate names, leading blanks, integers that are not plain, and headers above 4 MiB are refused.
 */
import { countNonFinite, widenBF16, widenF16 } from './float16.ts';
import { FormatError } from './format_error.ts';
import { recogniseOther } from './magic.ts';
import { readHeader, type TensorInfo } from './safetensors_header.ts';

export { writeSafetensors, type NamedTensor } from './safetensors_write.ts';

export interface SafetensorsTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** A view on the file's bytes, row-major, little-endian; it may start at any offset. */
  readonly bytes: Uint8Array;
}

export interface SafetensorsFile {
  /** By name, in the order of the bytes in the file. */
  readonly tensors: ReadonlyMap<string, SafetensorsTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

const MAX_HEADER = 4 * 2 ** 20;
const WHOLE = 'Download or export the file again: it is damaged or incomplete.';

/**
 * Reads a whole safetensors file without copying its tensors.
 *
 * `where` is the file's name for messages. Throws FormatError with the code of the first rule broken; a file that is
 * recognisably of another kind gives UnsupportedFormat. Any dtype of the format is accepted; `toFloat32` is stricter.
 */
export function readSafetensors(bytes: Uint8Array, where: string): SafetensorsFile {
  const length = headerLength(bytes, where);
  const header = readHeader(headerText(bytes.subarray(8, 8 + length), where), where);
  const data = bytes.subarray(8 + length);
  checkCoverage(header.tensors, data.length, where);
  const view = ({ dtype, shape, begin, end }: TensorInfo) => ({ dtype, shape, bytes: data.subarray(begin, end) });
  return { tensors: new Map(header.tensors.map((info) => [info.name, view(info)])), metadata: header.metadata };
}

function headerLength(bytes: Uint8Array, where: string): number {
  const fail = (code: 'HeaderTooSmall' | 'HeaderTooLarge' | 'InvalidHeaderLength', expected: string, got: string) =>
    recogniseOther(bytes, where, 'a safetensors file') ?? new FormatError(code, where, expected, got, WHOLE);
  if (bytes.length === 0) throw new FormatError('HeaderTooSmall', where, 'a safetensors file', 'an empty file', WHOLE);
  if (bytes.length < 8) throw fail('HeaderTooSmall', 'at least 8 bytes', `${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(MAX_HEADER)) throw fail('HeaderTooLarge', `a header of at most ${MAX_HEADER} bytes`, `${length} bytes`);
  if (length + 8n > BigInt(bytes.length)) {
    throw fail('InvalidHeaderLength', `a header within the ${bytes.length} bytes of the file`, `a length of ${length} bytes`);
  }
  return Number(length);
}

function headerText(bytes: Uint8Array, where: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError('InvalidHeader', where, 'a header in UTF-8', 'bytes that are not UTF-8', WHOLE);
  }
  if (!text.startsWith('{')) {
    const got = text === '' ? 'an empty header' : JSON.stringify(text.slice(0, 20));
    throw new FormatError('InvalidHeaderStart', where, 'a header that begins with "{"', got, WHOLE);
  }
  return text;
}

/** The tensors, sorted by offset, must cover the data exactly: no overlap, no hole, nothing after the last one. */
function checkCoverage(infos: readonly TensorInfo[], size: number, where: string): void {
  let at = 0;
  for (const { name, begin, end } of infos) {
    if (begin !== at) {
      const expected = `data from byte ${at} on, right after the tensor before`;
      throw new FormatError('InvalidOffset', `${where}, tensor ${quote(name)}`, expected, `byte ${begin}`, WHOLE);
    }
    at = end;
  }
  if (at !== size) {
    throw new FormatError('MetadataIncompleteBuffer', where, `${at} bytes of tensors, as the header says`, `${size} bytes`, WHOLE);
  }
}

function quote(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name);
}

/** Bytes as an array of 4- or 2-byte units: a view where the offset is aligned, otherwise a copy. */
function aligned(bytes: Uint8Array, unit: number): Uint8Array {
  return bytes.byteOffset % unit === 0 ? bytes : bytes.slice();
}

const WIDEN: Readonly<Record<string, (bytes: Uint8Array) => Float32Array>> = {
  F32: (bytes) => {
    const b = aligned(bytes, 4);
    return new Float32Array(b.buffer, b.byteOffset, b.byteLength / 4);
  },
  F16: (bytes) => widenF16(halves(bytes)),
  BF16: (bytes) => widenBF16(halves(bytes)),
};

function halves(bytes: Uint8Array): Uint16Array {
  const b = aligned(bytes, 2);
  return new Uint16Array(b.buffer, b.byteOffset, b.byteLength / 2);
}

/** Whether `toFloat32` can give the values of a tensor. */
export function isFloat({ dtype }: SafetensorsTensor): boolean {
  return Object.hasOwn(WIDEN, dtype);
}

/**
 * The values of a tensor as float32, flat and row-major: F32 as it is, F16 and BF16 widened exactly.
 *
 * An aligned F32 tensor is a view on the file's bytes: copy it before changing it. Throws FormatError UnsupportedDtype.
 */
export function toFloat32(tensor: SafetensorsTensor, where: string): Float32Array {
  const widen = Object.hasOwn(WIDEN, tensor.dtype) ? WIDEN[tensor.dtype] : undefined;
  if (widen) return widen(tensor.bytes);
  const remedy = 'Save the model with torch_dtype float32, float16 or bfloat16; quantised and integer weights cannot be trained.';
  throw new FormatError('UnsupportedDtype', where, 'F32, F16 or BF16', tensor.dtype, remedy);
}

/** Refuses values that are NaN or infinite, with their count; FormatError NotFinite. */
export function checkFinite(values: Float32Array, where: string): void {
  const count = countNonFinite(values);
  if (count === 0) return;
  const got = `${count} of ${values.length} values that are NaN or infinite`;
  throw new FormatError('NotFinite', where, 'finite values only', got, 'Use another checkpoint: training that diverged leaves such values.');
}
