import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { open } from '../tensor/backends.ts';
import { folder, manifestOf, memoryFolder, named, OWN, results, tensorFile, tensorsOf } from './golden_folders.ts';

// Whole runs, which a busy machine makes long.
vi.setConfig({ testTimeout: 240_000 });

const text = (value: string) => new TextEncoder().encode(value);
const bytesOf = (path: string) => new Uint8Array(readFileSync(join(OWN, path)));

beforeAll(() => open('wasm'));

describe('a folder that is not whole', () => {
  it.each([
    ['no manifest', {}, /manifest\.json: expected this file/],
    ['a manifest that is no JSON', { 'manifest.json': text('groups:') }, /manifest\.json/],
    ['a manifest without tolerances', { 'manifest.json': text('{"groups": {}}') }, /tolerance: expected an object, got nothing/],
    ['no group of that name', { 'manifest.json': manifestOf({ c_clip: {} }) }, /--group: expected the beginning of one of c_clip, got "b"/],
  ])('%s: one clear error', async (_, files, message) => {
    await expect(results(memoryFolder(files), { group: 'b' })).rejects.toThrow(message);
  });

  it('fails a group whose file is missing, by the name of the file, and runs the others', async () => {
    const all = await results(folder(OWN, { 'c_clip.safetensors': undefined }), { group: 'c_' });
    expect(named(all, 'failed')).toEqual(['c_clip/*']);
    expect(all.find(({ status }) => status === 'failed')?.why).toMatch(/c_clip\.safetensors: expected this file/);
    expect(named(all, 'passed').length).toBeGreaterThan(15);
  });

  it('fails a group without its checkpoint', async () => {
    const all = await results(folder(OWN, { 'a3_roberta/config.json': undefined }), { group: 'a3' });
    expect(all.map(({ name, why }) => [name, why?.includes('a3_roberta/config.json')])).toEqual([['*', true]]);
  });

  it('fails a case whose input is missing, by the name of the tensor', async () => {
    const tensors = tensorsOf('b_task_specific.safetensors');
    tensors.delete('inputs/teacher.scores.3');
    const all = await results(folder(OWN, { 'b_task_specific.safetensors': tensorFile(tensors) }), { group: 'b_task_specific' });
    expect(named(all, 'failed')).toContain('b_task_specific/att_mse_learn');
    expect(named(all, 'passed')).toContain('b_task_specific/hidden_mse_learn_skip');
    expect(all.find(({ name }) => name === 'att_mse_learn')?.why).toMatch(/teacher\.scores\.3/);
  });

  it('fails a case that has numbers nobody computes', async () => {
    const tensors = tensorsOf('b_task_specific.safetensors');
    tensors.set('expected/pkd/loss_of_something', { shape: [], data: Float32Array.of(1) });
    const all = await results(folder(OWN, { 'b_task_specific.safetensors': tensorFile(tensors) }), { group: 'b_task_specific' });
    expect(named(all, 'failed')).toEqual(['b_task_specific/pkd']);
    expect(all.find(({ name }) => name === 'pkd')?.why).toBe('nothing was computed for expected/pkd/loss_of_something');
  });

  it('skips, and says so, what it does not know', async () => {
    const tensors = tensorsOf('c_clip.safetensors');
    tensors.set('expected/other_max1/total_norm', { shape: [], data: Float32Array.of(1) });
    const manifest = { c_clip: { file: 'c_clip.safetensors', tolerance: 'relative 1e-6' }, z_new: { title: 'a kind of numbers to come' } };
    const files = { 'manifest.json': manifestOf(manifest), 'c_clip.safetensors': tensorFile(tensors) };
    const all = await results(memoryFolder(files));
    expect(named(all, 'skipped')).toEqual(['c_clip/other_max1', 'z_new/*']);
    expect(all.filter(({ status }) => status === 'skipped').map(({ why }) => why)).toEqual(['the name does not say a largest norm', 'no group of this kind is known here']);
  });

  it('fails a group whose tolerance it cannot read', async () => {
    const files = { 'manifest.json': manifestOf({ c_clip: { file: 'c_clip.safetensors', tolerance: 'close' } }), 'c_clip.safetensors': bytesOf('c_clip.safetensors') };
    const [only] = await results(memoryFolder(files));
    expect(only).toMatchObject({ group: 'c_clip', status: 'failed' });
    expect(only?.why).toMatch(/tolerance: expected a number beside "relative", got "close"/);
  });

  it('skips tokenizers that it has no files of', async () => {
    const all = await results(folder(OWN), { group: 't_' });
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set(['skipped']));
    expect(all[0]?.why).toMatch(/no files of the tokenizer .*--tokenizers/);
  });
});
