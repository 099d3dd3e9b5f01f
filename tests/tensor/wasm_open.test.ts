import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { compile } from '../../scripts/assemblyscript_plugin.ts';
import compiled from '../../src/tensor/wasm/assembly/index.ts?assemblyscript';
import * as tf from '../../src/tensor/tf.ts';
import { simdOf } from '../../src/tensor/wasm/simd.ts';
import { open } from './backends.ts';

describe('the compiled module', () => {
  const binary = Buffer.from(compiled, 'base64');

  it('imports the memory and nothing else, and exports functions alone', () => {
    const module = new WebAssembly.Module(binary);
    expect(WebAssembly.Module.imports(module)).toEqual([{ module: 'env', name: 'memory', kind: 'memory' }]);
    expect(WebAssembly.Module.exports(module).filter(({ kind }) => kind !== 'function')).toEqual([]);
  });

  it('has no data, so instantiating it changes no byte of the memory', async () => {
    const memory = new WebAssembly.Memory({ initial: 3 });
    new Uint8Array(memory.buffer).fill(0xa5);
    await WebAssembly.instantiate(binary, { env: { memory } });
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0xa5)).toBe(true);
  });
});

describe('an AssemblyScript program with an error', () => {
  it('fails with the compiler\'s message', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'assembly-'));
    writeFileSync(join(folder, 'wrong.ts'), 'export function f(): i32 { return missing; }');
    await expect(compile(join(folder, 'wrong.ts'))).rejects.toThrow(/missing/);
    rmSync(folder, { recursive: true });
  });
});

describe('the WASM backend', () => {
  beforeAll(() => open('wasm'));

  it('has the kernels; another backend says how to get them', () => {
    expect(simdOf(tf.backend()).kernels.gemmScratchBytes()).toBeGreaterThan(0);
    expect(() => simdOf({} as tf.KernelBackend)).toThrow('openBackend()');
  });

  it('refuses a tensor of another type', () => {
    const simd = simdOf(tf.backend());
    expect(() => simd.at(tf.tensor1d([1, 2], 'int32'))).toThrow('expected tensors of float32, got int32 [2]');
    expect(() => simd.at(tf.tensor1d([1, 2]), 'int32')).toThrow('expected tensors of int32, got float32 [2]');
  });

  it('shares the memory of a clone, and frees it with the last of the two', () => {
    const before = tf.memory().numTensors;
    const x = tf.tensor([1, 2, 3]);
    const y = tf.clone(x);
    expect(simdOf(tf.backend()).at(y)).toBe(simdOf(tf.backend()).at(x));
    x.dispose();
    tf.tensor([7, 8, 9]);
    expect([...y.dataSync()]).toEqual([1, 2, 3]);
    y.dispose();
    expect(tf.memory().numTensors).toBe(before + 1);
  });

  it('keeps one workspace, which grows when more is asked for', () => {
    const simd = simdOf(tf.backend());
    const at = simd.workspace(1000);
    expect(simd.workspace(10)).toBe(at);
    const large = simd.workspace(1 << 20);
    expect(simd.workspace(1 << 19)).toBe(large);
  });
});
