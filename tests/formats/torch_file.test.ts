import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/formats/format_error.ts';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { readTorchFile } from '../../src/formats/torch_file.ts';
import { readZip } from '../../src/formats/zip_archive.ts';
import { Generator } from '../../src/random/generator.ts';
import { verdict } from './safetensors_bytes.ts';

/** Files that PyTorch wrote; `make.py` beside them says how. */
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(resolve(import.meta.dirname, '../fixtures/torch', name)));
const read = (bytes: Uint8Array) => readTorchFile(bytes, 'm/model.bin');
const code = (bytes: Uint8Array) => verdict(() => read(bytes));
const KINDS = fixture('kinds.bin');

/** A file with its pickle replaced, its storages kept. */
function withPickle(pickle: Uint8Array | number[], root = 'kinds'): Uint8Array {
  const archive = readZip(KINDS, 'kinds');
  const files = Object.fromEntries(archive.names.map((name) => [name, archive.read(name)!]));
  return zipSync({ ...files, [`${root}/data.pkl`]: Uint8Array.from(pickle) }, { level: 0 });
}

const text = (value: string) => [...new TextEncoder().encode(value)];
const pickle = (...parts: (string | number)[]) => [0x80, 2, ...parts.flatMap((part) => (typeof part === 'string' ? text(part) : [part])), 0x2e];

describe('a file of PyTorch', () => {
  it('gives the same tensors as its safetensors form, for every dtype and stride', () => {
    const { tensors } = read(KINDS);
    const expected = readSafetensors(fixture('kinds.safetensors'), 'kinds').tensors;
    expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, { dtype, shape, bytes }] of expected) {
      const found = tensors.get(name);
      expect([name, found?.dtype, found?.shape, [...(found?.bytes ?? [])]]).toEqual([name, dtype, shape, [...bytes]]);
    }
  });

  it('is read without copying what is contiguous', () => {
    expect(read(KINDS).tensors.get('f32')?.bytes.buffer).toBe(KINDS.buffer);
    expect(read(KINDS).tensors.get('transposed')?.bytes.buffer).not.toBe(KINDS.buffer);
  });

  it('keeps what fairseq saves beside the weights as plain records', () => {
    const { tensors, rest } = readTorchFile(fixture('fairseq.pt'), 'fairseq.pt');
    expect(tensors.has('encoder.sentence_encoder.embed_tokens.weight')).toBe(true);
    expect([...rest.keys()]).toEqual(['args', 'cfg', 'optimizer_history', 'extra_state', 'last_optimizer_state']);
  });

  it('is refused by name when code would be run for it', () => {
    expect(() => read(fixture('unsafe.bin'))).toThrow(expect.objectContaining({ code: 'UnsafePickle', got: expect.stringContaining('posix.getpid') }));
    expect(() => read(fixture('module.bin'))).toThrow(expect.objectContaining({ code: 'UnsafePickle', got: expect.stringContaining('torch.nn.modules.linear.Linear') }));
    expect(code(withPickle(pickle('cos\nsystem\n', 'X', 2, 0, 0, 0, 'ls', 0x85, 'R')))).toBe('UnsafePickle');
    expect(code(withPickle(pickle(0x8c, 2, 'os', 0x8c, 6, 'system', 0x93)))).toBe('UnsafePickle');
  });

  it('is refused in its older forms, with what to do', () => {
    expect(() => read(fixture('legacy.bin'))).toThrow(expect.objectContaining({ code: 'UnsupportedFormat', got: 'a legacy PyTorch file' }));
    const tar = new Uint8Array(1024);
    tar.set(text('ustar'), 257);
    expect(() => read(tar)).toThrow(expect.objectContaining({ code: 'UnsupportedFormat', got: expect.stringContaining('tar') }));
    const script = zipSync({ 'm/data.pkl': Uint8Array.from(pickle('N')), 'm/constants.pkl': Uint8Array.from(pickle('N')) }, { level: 0 });
    expect(() => read(script)).toThrow(expect.objectContaining({ code: 'UnsupportedFormat', got: 'a TorchScript program' }));
    expect(code(new Uint8Array(0))).toBe('BadArchive');
  });

  it.each<[string, (string | number)[]]>([
    ['an opcode that makes instances', ['i', 'os\nsystem\n']],
    ['an extension code', [0x82, 1]],
    ['an empty stack', ['0']],
    ['no mark', ['t']],
    ['a memo that was not stored', ['h', 7]],
    ['text that is cut', ['X', 255, 0, 0, 0, 'ab']],
    ['a length beyond 2^53', [0x8d, 255, 255, 255, 255, 255, 255, 255, 255]],
    ['odd items', ['}', '(', 'K', 1, 'u']],
    ['two values', ['N', 'N']],
    ['no dictionary', [']']],
    ['an append to a number', ['K', 1, 'K', 2, 'a']],
    ['protocol 9', [0x80, 9, 'N']],
    ['a call of a text', ['X', 1, 0, 0, 0, 'a', ')', 'R']],
  ])('is refused with %s', (_, parts) => {
    expect(code(withPickle(pickle(...parts)))).toBe('BadPickle');
  });

  /** `{'w': <tensor over storage 0 with this offset, shape, strides>}`; storage 0 holds 15 floats. */
  const tensor = (offset: number, shape: number[], strides: number[], key = '0') => pickle(
    '}', 'X', 1, 0, 0, 0, 'w', 'ctorch._utils\n_rebuild_tensor_v2\n', '(',
    '(', 'X', 7, 0, 0, 0, 'storage', 'ctorch\nFloatStorage\n', 'X', key.length, 0, 0, 0, key, 'X', 3, 0, 0, 0, 'cpu', 'K', 15, 't', 'Q',
    'K', offset, '(', ...shape.flatMap((n) => ['K', n]), 't', '(', ...strides.flatMap((n) => ['K', n]), 't', 0x89, '}', 't', 'R', 's',
  );

  it('may not look beyond its storage', () => {
    expect(code(withPickle(tensor(0, [3, 5], [5, 1])))).toBe('ok');
    expect(code(withPickle(tensor(1, [3, 5], [5, 1])))).toBe('TensorInvalidInfo');
    expect(code(withPickle(tensor(0, [3, 5], [6, 1])))).toBe('TensorInvalidInfo');
    expect(code(withPickle(tensor(0, [3, 5], [5])))).toBe('TensorInvalidInfo');
    expect(code(withPickle(tensor(0, [255, 255], [0, 0])))).toBe('TensorInvalidInfo');
    expect(code(withPickle(tensor(0, [1], [1], '99')))).toBe('TensorInvalidInfo');
    expect(code(withPickle(tensor(0, [1, 1, 1, 1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 1, 1, 1, 1, 1])))).toBe('TensorInvalidInfo');
  });

  it('may not be packed, so that no small file becomes a large one', () => {
    const archive = readZip(KINDS, 'kinds');
    const packed = zipSync(Object.fromEntries(archive.names.map((name) => [name, archive.read(name)!])), { level: 9 });
    expect(code(packed)).toBe('BadPickle');
  });

  it('stays an error or a file when damaged in 3000 ways, in time', () => {
    const wrong: string[] = [];
    const outcomes = new Map<string, number>();
    for (let seed = 0; seed < 3000; seed++) {
      const r = new Generator(seed, 'augment', 2);
      const bytes = KINDS.slice();
      for (let n = 1 + r.integer(3); n > 0; n--) bytes[r.chance(0.6) ? 64 + r.integer(1200) : r.integer(bytes.length)] = r.integer(256);
      const cut = r.chance(0.1) ? bytes.slice(0, r.integer(bytes.length)) : bytes;
      const start = performance.now();
      const outcome = code(cut);
      if (performance.now() - start > 200) wrong.push(`seed ${seed}: slow`);
      if (outcome.startsWith('unexpected')) wrong.push(`seed ${seed}: ${outcome}`);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(wrong).toEqual([]);
    expect(outcomes.size).toBeGreaterThan(4);
    expect(outcomes.get('ok')).toBeGreaterThan(50);
  });
});

describe('a zip archive', () => {
  const archive = zipSync({ 'a/b.txt': Uint8Array.from(text('packed '.repeat(99))), 'c.bin': [Uint8Array.of(1, 2, 3), { level: 0 }] });
  const edited = (edit: (view: DataView) => void) => {
    const bytes = archive.slice();
    edit(new DataView(bytes.buffer));
    return bytes;
  };
  const end = archive.length - 22;
  const central = new DataView(archive.buffer).getUint32(end + 16, true);

  it('is read by its directory', () => {
    const zip = readZip(archive, 'z');
    expect(zip.names).toEqual(['a/b.txt', 'c.bin']);
    expect(new TextDecoder().decode(zip.read('a/b.txt'))).toBe('packed '.repeat(99));
    expect(zip.read('c.bin')).toEqual(Uint8Array.of(1, 2, 3));
    expect([zip.isStored('a/b.txt'), zip.isStored('c.bin'), zip.isStored('none')]).toEqual([false, true, false]);
    expect(zip.read('none')).toBeUndefined();
  });

  it.each<[string, Uint8Array]>([
    ['cut', archive.slice(0, archive.length - 3)],
    ['followed by bytes', Uint8Array.of(...archive, 0)],
    ['with a directory outside', edited((v) => v.setUint32(end + 16, 0x7fffffff, true))],
    ['with more entries than it has', edited((v) => v.setUint16(end + 10, 3, true))],
    ['with an entry that is none', edited((v) => v.setUint32(central, 1, true))],
    ['encrypted', edited((v) => v.setUint16(central + 8, 1, true))],
    ['in the zip64 form', edited((v) => v.setUint32(end + 16, 0xffffffff, true))],
  ])('is refused when %s', (_, bytes) => {
    expect(verdict(() => readZip(bytes, 'z'))).toBe('BadArchive');
  });

  it.each<[string, (view: DataView) => void]>([
    ['a size that its bytes do not have', (v) => v.setUint32(central + 24, 7, true)],
    ['a size that no packing reaches', (v) => v.setUint32(central + 24, 0x70000000, true)],
    ['a place outside', (v) => v.setUint32(central + 42, 0x7fffff00, true)],
    ['another compression', (v) => v.setUint16(central + 10, 12, true)],
  ])('is refused on reading a file with %s', (_, edit) => {
    expect(verdict(() => readZip(edited(edit), 'z').read('a/b.txt'))).toBe('BadArchive');
  });

  it('bounds what it unpacks', () => {
    expect(() => readZip(archive, 'z', 100)).toThrow(FormatError);
  });
});
