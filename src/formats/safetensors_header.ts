/** The JSON header of a safetensors file as checked values: dtype, shape and byte range of every tensor. */
import { FormatError, type FormatCode } from './format_error.ts';
import { parseStrictJson, type StrictJson } from './strict_json.ts';

export interface TensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte range in the data that follows the header. */
  readonly begin: number;
  readonly end: number;
}

/** Bits of one element. The 4- and 6-bit types are packed, so their tensors must fill whole bytes. */
const DTYPE_BITS: ReadonlyMap<string, number> = new Map([
  ['BOOL', 8], ['U8', 8], ['I8', 8], ['U16', 16], ['I16', 16], ['U32', 32], ['I32', 32], ['U64', 64], ['I64', 64],
  ['F4', 4], ['F6_E2M3', 6], ['F6_E3M2', 6], ['F8_E4M3', 8], ['F8_E5M2', 8], ['F8_E8M0', 8], ['F8_E4M3FNUZ', 8], ['F8_E5M2FNUZ', 8],
  ['F16', 16], ['BF16', 16], ['F32', 32], ['F64', 64], ['C64', 64],
]);

const FIELDS = ['dtype', 'shape', 'data_offsets'];
const MAX_DEPTH = 3;
const MAX_RANK = 8;
const REMEDY = 'The file is damaged or was not written by a safetensors writer: download or export it again.';

/**
 * Parses and checks the header text: tensors sorted by their byte range, and the text-only metadata.
 *
 * Throws FormatError InvalidHeaderDeserialization, DuplicateName, BadInteger, InvalidOffset, TensorInvalidInfo or
 * ValidationOverflow, naming the tensor.
 */
export function readHeader(text: string, where: string): { tensors: TensorInfo[]; metadata: ReadonlyMap<string, string> } {
  const root = asMap(parseStrictJson(text, `${where}, header`, MAX_DEPTH), `${where}, header`);
  const tensors: TensorInfo[] = [];
  let metadata: ReadonlyMap<string, string> = new Map();
  for (const [name, value] of root) {
    if (name === '__metadata__') metadata = readMetadata(value, `${where}, __metadata__`);
    else tensors.push(readInfo(name, value, `${where}, tensor ${JSON.stringify(name.slice(0, 80))}`));
  }
  return { tensors: tensors.sort((a, b) => a.begin - b.begin || a.end - b.end), metadata };
}

function bad(code: FormatCode, where: string, expected: string, got: string): FormatError {
  return new FormatError(code, where, expected, got, REMEDY);
}

function show(value: StrictJson | undefined): string {
  if (value === undefined) return 'nothing';
  if (value instanceof Map) return 'an object';
  return JSON.stringify(value).slice(0, 80);
}

function asMap(value: StrictJson, where: string): ReadonlyMap<string, StrictJson> {
  if (value instanceof Map) return value;
  throw bad('InvalidHeaderDeserialization', where, 'an object', show(value));
}

function readMetadata(value: StrictJson, where: string): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const [name, text] of asMap(value, where)) {
    if (typeof text !== 'string') throw bad('InvalidHeaderDeserialization', `${where}, ${JSON.stringify(name.slice(0, 80))}`, 'text', show(text));
    metadata.set(name, text);
  }
  return metadata;
}

function readInfo(name: string, value: StrictJson, where: string): TensorInfo {
  const info = asMap(value, where);
  if (info.size !== FIELDS.length || !FIELDS.every((field) => info.has(field))) {
    throw bad('InvalidHeaderDeserialization', where, `exactly the fields ${FIELDS.join(', ')}`, [...info.keys()].join(', ').slice(0, 120) || 'none');
  }
  const dtype = info.get('dtype');
  const bits = typeof dtype === 'string' ? DTYPE_BITS.get(dtype) : undefined;
  if (typeof dtype !== 'string' || bits === undefined) {
    throw bad('InvalidHeaderDeserialization', `${where}, dtype`, `one of ${[...DTYPE_BITS.keys()].join(', ')}`, show(dtype));
  }
  const shape = integers(info.get('shape'), `${where}, shape`);
  if (shape.length > MAX_RANK) throw bad('TensorInvalidInfo', `${where}, shape`, `at most ${MAX_RANK} dimensions`, `${shape.length}`);
  const [begin, end] = readOffsets(info.get('data_offsets'), `${where}, data_offsets`);
  const bytes = byteLength(shape, bits, where);
  if (bytes !== end - begin) {
    throw bad('TensorInvalidInfo', where, `${bytes} bytes for ${dtype} [${shape.join(', ')}]`, `${end - begin} bytes`);
  }
  return { name, dtype, shape, begin, end };
}

function integers(value: StrictJson | undefined, where: string): readonly number[] {
  const isInteger = (n: StrictJson): n is number => typeof n === 'number';
  if (Array.isArray(value) && value.every(isInteger)) return value;
  throw bad('InvalidHeaderDeserialization', where, 'a list of integers', show(value));
}

function readOffsets(value: StrictJson | undefined, where: string): readonly [number, number] {
  const [begin, end, ...more] = integers(value, where);
  if (begin === undefined || end === undefined || more.length > 0) {
    throw bad('InvalidHeaderDeserialization', where, 'two integers, begin and end', show(value));
  }
  if (begin > end) throw bad('InvalidOffset', where, 'begin not after end', `begin ${begin}, end ${end}`);
  return [begin, end];
}

/** product(shape) · bits / 8; ValidationOverflow when it leaves the safe integers. */
function byteLength(shape: readonly number[], bits: number, where: string): number {
  let total = bits;
  for (const size of shape) {
    total *= size;
    if (total > Number.MAX_SAFE_INTEGER) throw bad('ValidationOverflow', `${where}, shape`, 'a size that can be addressed', `[${shape.join(', ')}]`);
  }
  if (total % 8 !== 0) throw bad('TensorInvalidInfo', `${where}, shape`, 'elements that fill whole bytes', `${total} bits`);
  return total / 8;
}
