import { describe, expect, it } from 'vitest';
import { narrowF16, widenBF16, widenF16 } from '../../src/formats/float16.ts';
import { readSafetensors, toFloat32, writeSafetensors } from '../../src/formats/safetensors.ts';
import { verdict } from './safetensors_bytes.ts';

/** The value of a half by the formula of IEEE 754. */
function halfValue(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const ALL = Uint16Array.from({ length: 65536 }, (_, i) => i);

describe('half precision', () => {
  it('widens every pattern exactly', () => {
    const wide = widenF16(ALL);
    const wrong = [...ALL].filter((h) => !Object.is(wide[h], halfValue(h)));
    expect(wrong).toEqual([]);
    const few = widenF16(ALL.subarray(0, 997));
    expect([...few]).toEqual([...wide.subarray(0, 997)]);
  });

  it('narrows every half back to itself', () => {
    const back = narrowF16(widenF16(ALL));
    const wrong = [...ALL].filter((h) => back[h] !== h && !(Number.isNaN(halfValue(h)) && Number.isNaN(halfValue(back[h] ?? 0))));
    expect(wrong).toEqual([]);
  });

  it('rounds to nearest, ties to even, between all neighbours', () => {
    let wrong = 0;
    for (let h = 0; h < 0x7bff; h++) {
      const middle = (halfValue(h) + halfValue(h + 1)) / 2;
      const near = narrowF16(Float32Array.of(middle, middle * (1 - 2 ** -20), middle * (1 + 2 ** -20), -middle));
      const even = h % 2 === 0 ? h : h + 1;
      if (near[0] !== even || near[1] !== h || near[2] !== h + 1 || near[3] !== even + 0x8000) wrong++;
    }
    expect(wrong).toBe(0);
  });

  it('overflows from 65520 on', () => {
    expect([...narrowF16(Float32Array.of(65504, 65519.99, 65520, -1e38, Infinity))]).toEqual([0x7bff, 0x7bff, 0x7c00, 0xfc00, 0x7c00]);
  });

  it('widens bfloat16 exactly', () => {
    expect([...widenBF16(Uint16Array.of(0x3f80, 0xc040, 0x7f80, 0x0001))]).toEqual([1, -3, Infinity, 2 ** -133]);
  });
});

describe('the writer', () => {
  const noise = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i * 12.9898) * 43.75));
  const tensors = [
    { name: 'a.weight', shape: [3, 5], data: noise(15) },
    { name: 'scalar', shape: [], data: noise(1) },
    { name: 'empty', shape: [0, 7], data: noise(0) },
    { name: 'b "quoted" ü', shape: [2, 1, 7], data: noise(14).subarray(0) },
  ];

  it('keeps every bit in F32', () => {
    const file = readSafetensors(writeSafetensors(tensors, { dtype: 'F32', metadata: { format: 'pt' } }), 'x');
    expect([...file.metadata]).toEqual([['format', 'pt']]);
    expect([...file.tensors.keys()].sort()).toEqual(tensors.map((t) => t.name).sort());
    for (const { name, shape, data } of tensors) {
      const tensor = file.tensors.get(name);
      expect(tensor?.shape).toEqual(shape);
      expect(tensor && [...toFloat32(tensor, name)]).toEqual([...data]);
    }
  });

  it('writes F16 that reads as the nearest half', () => {
    const file = readSafetensors(writeSafetensors(tensors, { dtype: 'F16' }), 'x');
    for (const { name, data } of tensors) {
      const tensor = file.tensors.get(name);
      expect(tensor && [...toFloat32(tensor, name)]).toEqual([...widenF16(narrowF16(data))]);
    }
  });

  it('begins the data at a multiple of 8', () => {
    const bytes = writeSafetensors(tensors, { dtype: 'F32' });
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0);
  });

  it('refuses what it could not write truly', () => {
    const write = (shape: number[], data: number[], dtype: 'F32' | 'F16', names = ['a']) =>
      verdict(() => writeSafetensors(names.map((name) => ({ name, shape, data: Float32Array.from(data) })), { dtype }));
    expect(write([2], [1, 70000], 'F16')).toBe('NotFinite');
    expect(write([2], [1, 70000], 'F32')).toBe('ok');
    expect(write([3], [1, 2], 'F32')).toBe('TensorInvalidInfo');
    expect(write([1], [1], 'F32', ['a', 'a'])).toBe('DuplicateName');
    expect(write([1], [1], 'F32', ['__metadata__'])).toBe('DuplicateName');
  });
});
