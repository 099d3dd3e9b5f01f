import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readSafetensors, toFloat32 } from '../../src/formats/safetensors.ts';
import type { GoldenFiles } from '../../src/parity/golden_files.ts';
import { runGoldens, type CaseResult, type RunOptions } from '../../src/parity/run.ts';

/** The copies that belong to the repository. */
export const OWN = resolve(import.meta.dirname, '../golden');

/** A folder of this machine with some files in place of its own; `undefined` takes a file away. */
export function folder(root: string, instead: Readonly<Record<string, Uint8Array | undefined>> = {}): GoldenFiles {
  return {
    name: 'golden',
    read: async (path) => {
      if (Object.hasOwn(instead, path)) return instead[path];
      return existsSync(join(root, path)) ? new Uint8Array(readFileSync(join(root, path))) : undefined;
    },
  };
}

/** A folder that is nowhere but in memory. */
export function memoryFolder(files: Readonly<Record<string, Uint8Array>>): GoldenFiles {
  return { name: 'golden', read: async (path) => files[path] };
}

/** Every result of a run. */
export async function results(files: GoldenFiles, options: Partial<RunOptions> = {}): Promise<CaseResult[]> {
  const all: CaseResult[] = [];
  for await (const one of runGoldens(files, { gpu: false, ...options })) all.push(one);
  return all;
}

/** Names of the cases that went so. */
export function named(all: readonly CaseResult[], status: CaseResult['status']): string[] {
  return all.filter((one) => one.status === status).map(({ group, name }) => `${group}/${name}`);
}

export interface SmallTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** A tensor file with 32-bit floats and integers. */
export function tensorFile(tensors: ReadonlyMap<string, SmallTensor>): Uint8Array {
  let end = 0;
  const entries = [...tensors].map(([name, { shape, data }]) => {
    const begin = end;
    end += data.byteLength;
    return [name, { dtype: data instanceof Int32Array ? 'I32' : 'F32', shape, data_offsets: [begin, end] }] as const;
  });
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)).padEnd(8));
  const out = new Uint8Array(8 + header.length + end);
  new DataView(out.buffer).setBigUint64(0, BigInt(header.length), true);
  out.set(header, 8);
  let at = 8 + header.length;
  for (const { data } of tensors.values()) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return out;
}

/** The tensors of a file of the repository, to be changed and written again. */
export function tensorsOf(path: string): Map<string, SmallTensor> {
  const { tensors } = readSafetensors(new Uint8Array(readFileSync(join(OWN, path))), path);
  return new Map([...tensors].map(([name, { dtype, shape, bytes }]) => {
    const data = dtype === 'I32' ? new Int32Array(bytes.slice().buffer) : toFloat32({ dtype, shape, bytes }, name).slice();
    return [name, { shape, data }];
  }));
}

/** A manifest with the usual tolerances and these groups. */
export function manifestOf(groups: object): Uint8Array {
  const suggested = { 'float32 CPU forward values and losses': 2e-5, 'float32 CPU gradients': 2e-4, 'GPU (WebGPU) forward': 2e-4, 'GPU gradients': 2e-3 };
  return new TextEncoder().encode(JSON.stringify({ tolerance: { suggested }, groups }));
}
