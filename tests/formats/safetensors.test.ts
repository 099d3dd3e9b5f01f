import { describe, expect, it } from 'vitest';
import { checkFinite, readSafetensors, toFloat32, writeSafetensors } from '../../src/formats/safetensors.ts';
import { assemble, counting, one, two, TWO, verdict } from './safetensors_bytes.ts';

const code = (bytes: Uint8Array) => verdict(() => readSafetensors(bytes, 'x.safetensors'));
const u8 = (shape: string, offsets: string) => `"dtype":"U8","shape":${shape},"data_offsets":${offsets}`;

describe('the reader, rule by rule', () => {
  it('1: needs 8 bytes', () => {
    expect(code(new Uint8Array(0))).toBe('HeaderTooSmall');
    expect(code(counting(7))).toBe('HeaderTooSmall');
    expect(code(assemble('{}'))).toBe('ok');
  });

  it('2: bounds the header by 4 MiB and by the file, without allocating it', () => {
    const lie = (n: bigint) => code(assemble('{}', undefined, n));
    for (const n of [2n ** 63n, 2n ** 64n - 1n, 100_000_001n, 4n * 2n ** 20n + 1n]) expect(lie(n)).toBe('HeaderTooLarge');
    expect(lie(4n * 2n ** 20n)).toBe('InvalidHeaderLength');
    expect(lie(3n)).toBe('InvalidHeaderLength');
    expect(code(assemble('{}', undefined, 0n))).toBe('InvalidHeaderStart');
  });

  it('3: reads UTF-8 only, and no byte order mark', () => {
    expect(code(assemble(Uint8Array.of(0x7b, 0xff, 0x7d)))).toBe('InvalidHeader');
    expect(code(assemble('\ufeff{}'))).toBe('InvalidHeaderStart');
  });

  it('4: begins with a brace', () => {
    expect(code(assemble(' {}'))).toBe('InvalidHeaderStart');
    expect(code(assemble('[]'))).toBe('InvalidHeaderStart');
  });

  it('5: refuses depth above 3 and names that come twice', () => {
    expect(code(assemble(`{"x":{"shape":[[1]]}}`))).toBe('InvalidHeaderDeserialization');
    const same = `"x":{${u8('[1]', '[0,1]')}}`;
    expect(code(assemble(`{${same},${same}}`, counting(1)))).toBe('DuplicateName');
    expect(code(one(`"dtype":"U8",${u8('[1]', '[0,1]')}`, 1))).toBe('DuplicateName');
    expect(code(assemble('{"a":1,"\\u0061":1}'))).toBe('DuplicateName');
  });

  it('5: a bomb of brackets ends at once', () => {
    const start = performance.now();
    expect(code(assemble(`{"x":${'['.repeat(4 * 2 ** 20 - 6)}`))).toBe('InvalidHeaderDeserialization');
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it.each(['1e3', '1.0', '-0', '-1', '01', '9007199254740993', '1E2', '18446744073709551614'])('6: refuses the integer %s', (n) => {
    expect(code(one(u8(`[${n}]`, '[0,1]'), 1))).toBe('BadInteger');
  });

  it.each(['{"a":}', '{"a":tru}', '{"a" 1}', '{"a":1,}', '{,}', "{'a':1}", '{"a":"\n"}', '{"a":"\\ud800"}', '{}x', '{}\0', '{"a":[1,]}', '{"a":"', '{"a":"\\'])(
    'JSON: refuses %j',
    (header) => expect(code(assemble(header))).toBe('InvalidHeaderDeserialization'),
  );

  it('7: wants exactly dtype, shape and data_offsets, of known types', () => {
    expect(code(one(u8('[1]', '[0,1]'), 1))).toBe('ok');
    expect(code(one('"dtype":"U8","shape":[1]', 1))).toBe('InvalidHeaderDeserialization');
    expect(code(one(`${u8('[1]', '[0,1]')},"more":1`, 1))).toBe('InvalidHeaderDeserialization');
    for (const dtype of ['"U9"', '8', '"toString"', 'null']) {
      expect(code(one(`"dtype":${dtype},"shape":[1],"data_offsets":[0,1]`, 1))).toBe('InvalidHeaderDeserialization');
    }
    expect(code(one(u8('"1"', '[0,1]'), 1))).toBe('InvalidHeaderDeserialization');
    expect(code(one(u8('[1]', '[0,1,1]'), 1))).toBe('InvalidHeaderDeserialization');
    expect(code(one(u8('[1,1,1,1,1,1,1,1]', '[0,1]'), 1))).toBe('ok');
    expect(code(one(u8('[1,1,1,1,1,1,1,1,1]', '[0,1]'), 1))).toBe('TensorInvalidInfo');
  });

  it('8: shape and dtype must give the bytes, and may not overflow', () => {
    expect(code(one(u8('[2,3]', '[0,5]'), 5))).toBe('TensorInvalidInfo');
    expect(code(one(u8('[9007199254740991,9007199254740991]', '[0,1]'), 1))).toBe('ValidationOverflow');
    expect(code(one('"dtype":"F4","shape":[3],"data_offsets":[0,1]', 1))).toBe('TensorInvalidInfo');
    expect(code(one(u8('[]', '[0,1]'), 1))).toBe('ok');
    expect(code(one(u8('[7,0]', '[0,0]'), 0))).toBe('ok');
  });

  it('9: data are covered without overlap, hole or rest', () => {
    expect(code(two())).toBe('ok');
    expect(code(two(TWO.replace('[24,44]', '[20,40]'), 40))).toBe('InvalidOffset');
    expect(code(two(TWO.replace('[24,44]', '[28,48]'), 48))).toBe('InvalidOffset');
    expect(code(two(TWO.replace('[0,24]', '[24,0]')))).toBe('InvalidOffset');
    expect(code(one(u8('[1]', '[1,2]'), 2))).toBe('InvalidOffset');
    expect(code(two(TWO, 45))).toBe('MetadataIncompleteBuffer');
    expect(code(two(TWO, 42))).toBe('MetadataIncompleteBuffer');
    expect(code(assemble('{}', counting(1)))).toBe('MetadataIncompleteBuffer');
  });

  it('10: metadata is text to text', () => {
    const file = readSafetensors(assemble('{"__metadata__":{"format":"pt","note":"<img onerror=x>"}}'), 'x');
    expect([...file.metadata]).toEqual([['format', 'pt'], ['note', '<img onerror=x>']]);
    expect(code(assemble('{"__metadata__":{"n":1}}'))).toBe('InvalidHeaderDeserialization');
    expect(code(assemble('{"__metadata__":[]}'))).toBe('InvalidHeaderDeserialization');
  });

  it('11: a name can be no prototype', () => {
    const file = readSafetensors(assemble(`{"__proto__":{${u8('[1]', '[0,1]')}}}`, counting(1)), 'x');
    expect(file.tensors.get('__proto__')?.shape).toEqual([1]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('13: counts values that are not finite', () => {
    expect(() => checkFinite(Float32Array.of(1, NaN, 2, Infinity, 3), 'tensor "w"')).toThrow(/tensor "w".*2 of 5/);
    expect(() => checkFinite(Float32Array.of(1, -3.4e38), 'w')).not.toThrow();
  });

  it('14: unaligned tensors are copied with the same values', () => {
    const header = '{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"F32","shape":[2],"data_offsets":[3,11]}}';
    const data = new Uint8Array(11);
    new DataView(data.buffer).setFloat32(3, 1.5, true);
    new DataView(data.buffer).setFloat32(7, -2.25, true);
    for (const pad of ['', ' ', '  ', '   ']) {
      const tensor = readSafetensors(assemble(header + pad, data), 'x').tensors.get('b');
      expect(tensor && [...toFloat32(tensor, 'b')]).toEqual([1.5, -2.25]);
    }
  });

  it('holds tensors in the order of their bytes', () => {
    const swapped = TWO.replace('[0,24]', '[20,44]').replace('[24,44]', '[0,20]');
    expect([...readSafetensors(two(swapped), 'x').tensors.keys()]).toEqual(['b', 'a']);
  });

  it('names a file of another format', () => {
    for (const start of ['PK\x03\x04\x14\0\x08\x08', '<!doctype html>', 'GGUF\x03\0\0\0', 'version https://git-lfs.github.com/spec/v1']) {
      expect(code(Uint8Array.from(start, (c) => c.charCodeAt(0)))).toBe('UnsupportedFormat');
    }
  });

  it('asks for floats only when values are asked for', () => {
    const tensor = readSafetensors(one(u8('[2]', '[0,2]'), 2), 'x').tensors.get('x');
    expect(verdict(() => tensor && toFloat32(tensor, 'x'))).toBe('UnsupportedDtype');
  });
});

describe('files damaged in the ways that occur', () => {
  const valid = writeSafetensors([{ name: 'embedding', shape: [7, 11], data: new Float32Array(77).fill(0.5) }, { name: 'attention', shape: [3, 5], data: new Float32Array(15) }], { dtype: 'F32' });
  const length = Number(new DataView(valid.buffer).getBigUint64(0, true));
  const header = new TextDecoder().decode(valid.subarray(8, 8 + length));
  const rebuilt = (from: string, to: string) => assemble(header.replace(from, to), valid.subarray(8 + length));

  it.each<[string, Uint8Array, string]>([
    ['data cut', valid.subarray(0, valid.length - 40), 'MetadataIncompleteBuffer'],
    ['header longer than the file', assemble(header, valid.subarray(8 + length), BigInt(valid.length)), 'InvalidHeaderLength'],
    ['header not JSON', rebuilt('"embedding":{', '"embedding" {'), 'InvalidHeaderDeserialization'],
    ['overlapping offsets', rebuilt('[308,368]', '[300,360]'), 'InvalidOffset'],
    ['shape against bytes', rebuilt('[7,11]', '[7,13]'), 'TensorInvalidInfo'],
    ['unknown dtype', rebuilt('"F32"', '"F33"'), 'InvalidHeaderDeserialization'],
    ['empty file', new Uint8Array(0), 'HeaderTooSmall'],
    ['undamaged', valid, 'ok'],
  ])('%s', (_, bytes, expected) => expect(code(bytes)).toBe(expected));
});
