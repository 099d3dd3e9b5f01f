import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FormatError } from '../../src/formats/format_error.ts';
import { readSafetensors, toFloat32, writeSafetensors, type SafetensorsFile } from '../../src/formats/safetensors.ts';
import { Generator } from '../../src/random/generator.ts';
import { assemble, verdict } from './safetensors_bytes.ts';

const MUTATIONS = 10_000;
const MAX_MS = 200;

const noise = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.sin(i + 1));
const VALID = writeSafetensors(
  [
    { name: 'embeddings.weight', shape: [7, 5], data: noise(35) },
    { name: 'layer.0.bias', shape: [11], data: noise(11) },
    { name: 'scale', shape: [], data: noise(1) },
    { name: 'none', shape: [0, 3], data: noise(0) },
  ],
  { dtype: 'F32', metadata: { format: 'pt' } },
);
const DATA = 8 + Number(new DataView(VALID.buffer).getBigUint64(0, true));

const HEADER = new TextDecoder().decode(VALID.subarray(8, DATA));

const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const set = (bytes: Uint8Array, at: number, value: number) => bytes.map((b, i) => (i === at ? value : b));
const part = (r: Generator, bytes: Uint8Array, at = r.integer(bytes.length + 1)) => bytes.slice(at, at + 1 + r.integer(23));

/** Damage to the bytes of the file. */
const TO_BYTES: readonly ((r: Generator, bytes: Uint8Array, at: number) => Uint8Array)[] = [
  (r, bytes, at) => set(bytes, at, (bytes[at] ?? 0) ^ (1 << r.integer(8))),
  (r, bytes, at) => set(bytes, at, r.integer(256)),
  (_, bytes, at) => bytes.slice(0, at),
  (r, bytes, at) => join(bytes.slice(0, at), bytes.slice(at + 1 + r.integer(7))),
  (r, bytes, at) => join(bytes.slice(0, at), part(r, bytes), bytes.slice(at)),
  (r, bytes) => set(bytes, r.integer(8), r.integer(256)),
  (r, bytes) => join(bytes, part(r, bytes)),
];

const NUMBERS = ['0', '1', '7', '35', '140', '00', '-0', '1e3', '9007199254740993', '18446744073709551615'];
const WORDS = ['"F32"', '"F16"', '"I64"', '"F4"', '"shape"', '"none"', '"scale"', '"__metadata__"', 'null', '{}', '[]', '{', ']', ',', '\\u0000', ' '];

/** Damage to the header as text, which keeps its length field true, so that it reaches the later rules. */
const TO_HEADER: readonly ((r: Generator, header: string, at: number) => string)[] = [
  (r, header, at) => header.slice(0, at) + header.slice(at).replace(/[0-9]+/, r.pick(NUMBERS)),
  (r, header, at) => header.slice(0, at) + header.slice(at).replace(/"[^"]*"/, r.pick(WORDS)),
  (r, header, at) => header.slice(0, at) + r.pick(WORDS) + header.slice(at),
  (r, header, at) => header.slice(0, at) + header.slice(at + 1 + r.integer(29)),
  (_, header, at) => header.slice(0, at) + header.slice(at).replace(/"[^"]+":\{[^}]*\},?/, ''),
  (_, header, at) => header.slice(0, at) + header.slice(at).replace(/("[^"]+":\{[^}]*\},)/, '$1$1'),
];

function mutate(seed: number): Uint8Array {
  const r = new Generator(seed, 'augment');
  if (r.chance(0.3)) return r.pick(TO_BYTES)(r, VALID, r.integer(VALID.length));
  let header = HEADER;
  for (let n = 1 + r.integer(2); n > 0; n--) header = r.pick(TO_HEADER)(r, header, r.integer(header.length + 1));
  return assemble(header, VALID.subarray(DATA));
}

/** What is left to check of a file that was accepted: its tensors cover the data, and give as many values as they say. */
function inconsistencies(file: SafetensorsFile, bytes: Uint8Array): string[] {
  const wrong: string[] = [];
  let size = 0;
  for (const [name, tensor] of file.tensors) {
    size += tensor.bytes.length;
    const values = tensor.shape.reduce((product, n) => product * n, 1);
    if (['F32', 'F16', 'BF16'].includes(tensor.dtype) && toFloat32(tensor, name).length !== values) wrong.push(name);
  }
  const header = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return size === bytes.length - 8 - header ? wrong : [...wrong, `${size} bytes covered`];
}

function read(bytes: Uint8Array): SafetensorsFile | string {
  try {
    return readSafetensors(bytes, 'mutated');
  } catch (error) {
    return error instanceof FormatError ? error.code : `unexpected ${String(error)}`;
  }
}

function milliseconds(call: () => unknown): number {
  const start = performance.now();
  call();
  return performance.now() - start;
}

describe('mutations of a valid file', () => {
  it(`${MUTATIONS} of them give a FormatError or a consistent file, in time`, () => {
    const outcomes = new Map<string, number>();
    const wrong: string[] = [];
    for (let seed = 0; seed < MUTATIONS; seed++) {
      const bytes = mutate(seed);
      const found = read(bytes);
      const outcome = typeof found === 'string' ? found : 'ok';
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome.startsWith('unexpected')) wrong.push(`seed ${seed}: ${outcome}`);
      if (typeof found !== 'string') wrong.push(...inconsistencies(found, bytes).map((text) => `seed ${seed}: ${text}`));
      // The pause of a busy machine is not the reader's: only what is slow three times counts.
      if ([1, 2, 3].every(() => milliseconds(() => read(bytes)) > MAX_MS)) wrong.push(`seed ${seed}: slow`);
    }
    expect(wrong).toEqual([]);
    expect(outcomes.get('ok')).toBeGreaterThan(MUTATIONS / 50);
    expect(outcomes.size).toBeGreaterThan(8);
  });

  it('in the values only leave names, types and shapes as they were', () => {
    const layout = (file: SafetensorsFile) => [...file.tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
    const expected = layout(readSafetensors(VALID, 'valid'));
    for (let seed = 0; seed < 211; seed++) {
      const r = new Generator(seed, 'augment', 1);
      const file = readSafetensors(set(VALID, DATA + r.integer(VALID.length - DATA), r.integer(256)), 'mutated');
      expect(layout(file)).toEqual(expected);
    }
  });
});

/** Files of other writers: a folder `shared` beside the checkout, if there is one. */
const SHARED = resolve(import.meta.dirname, '../../../shared/data/safetensors');
const hasShared = existsSync(SHARED);
const files = (folder: string) => (hasShared ? readdirSync(resolve(SHARED, folder)).filter((name) => name.endsWith('.safetensors')) : []);

describe(`files of other writers${hasShared ? '' : ' (skipped: no ../shared/data/safetensors)'}`, () => {
  const code = (folder: string, name: string) => verdict(() => readSafetensors(readFileSync(resolve(SHARED, folder, name)), name));

  it.skipIf(!hasShared)('are read when valid', () => {
    const names = [...files('valid').map((name) => ['valid', name] as const), ...files('valid/sharded').map((name) => ['valid/sharded', name] as const)];
    expect(names.length).toBe(11);
    for (const [folder, name] of names) expect([name, code(folder, name)]).toEqual([name, 'ok']);
  });

  it.skipIf(!hasShared)('are refused when malformed', () => {
    expect(Object.fromEntries(files('malformed').map((name) => [name.replace('.safetensors', ''), code('malformed', name)]))).toEqual({
      empty_file: 'HeaderTooSmall',
      header_longer_than_file: 'InvalidHeaderLength',
      header_not_json: 'InvalidHeaderDeserialization',
      overlapping_offsets: 'InvalidOffset',
      shape_disagrees_with_bytes: 'TensorInvalidInfo',
      truncated_data: 'MetadataIncompleteBuffer',
      unknown_dtype: 'InvalidHeaderDeserialization',
    });
  });
});
