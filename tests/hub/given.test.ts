import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { givenFolder } from '../../src/hub/given.ts';
import { zipFiles } from '../../src/hub/zip.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/torch');
const file = (name: string, text: string) => ({ name, blob: new Blob([text]) });
const read = async (folder: Awaited<ReturnType<typeof givenFolder>>, path: string) => new TextDecoder().decode(await folder.read(path));

describe('what a person gives to be inspected', () => {
  it('is a folder under its own name, however deep it lies', async () => {
    const folder = await givenFolder([file('a/b/tiny/config.json', '{}'), file('a/b/tiny/model.safetensors', 'x'), file('a/b/tiny/onnx/config.json', 'no')]);
    expect([folder.name, folder.isFile, await read(folder, 'config.json')]).toEqual(['a/b/tiny', undefined, '{}']);
  });

  it('may be loose files', async () => {
    const folder = await givenFolder([file('config.json', '{}'), file('model.safetensors', 'x')]);
    expect([folder.name, await read(folder, 'model.safetensors')]).toEqual(['files', 'x']);
  });

  it('may be an archive of a folder, by its bytes and not by its name', async () => {
    const bytes = zipFiles(['config.json', 'model.safetensors'].map((name) => ({ name: `tiny/${name}`, bytes: new TextEncoder().encode(name) })));
    const folder = await givenFolder([{ name: 'archive.data', blob: new Blob([bytes]) }]);
    expect([folder.name, await read(folder, 'config.json')]).toEqual(['tiny', 'config.json']);
  });

  it.each(['kinds.bin', 'kinds.safetensors'])('may be one file of weights: %s', async (name) => {
    const folder = await givenFolder([{ name: `models/${name}`, blob: new Blob([readFileSync(resolve(FIXTURES, name))]) }]);
    expect([folder.name, folder.isFile, (await folder.read(name))?.length]).toEqual([name, true, readFileSync(resolve(FIXTURES, name)).length]);
  });

  it('is refused when two folders hold a model', async () => {
    const folder = await givenFolder([file('a/config.json', '1'), file('b/config.json', '2')]);
    await expect(folder.read('config.json')).rejects.toMatchObject({ code: 'ambiguous-file', got: 'a/config.json and b/config.json' });
  });
});
