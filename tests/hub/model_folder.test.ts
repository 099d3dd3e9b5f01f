import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readSafetensors, toFloat32, writeSafetensors } from '../../src/formats/safetensors.ts';
import { filesFolder } from '../../src/hub/folder.ts';
import { modelFolderFiles, readModelFolder, type ModelToWrite, type OutputFile } from '../../src/hub/model_folder.ts';
import { readWeights } from '../../src/hub/weight_files.ts';
import { zipFiles } from '../../src/hub/zip.ts';
import type { ModelConfig } from '../../src/model/config.ts';

const CONFIG: ModelConfig = {
  model_type: 'bert', vocab_size: 13, hidden_size: 14, num_hidden_layers: 2, num_attention_heads: 7, intermediate_size: 29, hidden_act: 'gelu',
  hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 31, type_vocab_size: 2, initializer_range: 0.02,
  layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['no', 'yes', 'perhaps'], finetuning_task: 'mnli',
};
const noise = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i + 1) / 3));
const MODEL: ModelToWrite = {
  config: CONFIG,
  tensors: [{ name: 'a', shape: [3, 5], data: noise(15) }, { name: 'b', shape: [7], data: noise(7) }],
  tokenizerFiles: new Map([['vocab.txt', new TextEncoder().encode('[PAD]\n')]]),
  card: '# A model\n', dtype: 'F32', trainerState: { global_step: 17 },
};

/** Files that PyTorch wrote; `make.py` beside them says how. */
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(resolve(import.meta.dirname, '../fixtures/torch', name)));
const given = (files: readonly OutputFile[]) => filesFolder('m', files.map(({ name, bytes }) => ({ name, blob: new Blob([new Uint8Array(bytes)]) })));
const without = (...names: string[]) => modelFolderFiles(MODEL).filter(({ name }) => !names.includes(name));
const weights = (name: string, tensors: ModelToWrite['tensors']) => ({ name, bytes: writeSafetensors(tensors, { dtype: 'F32' }) });
const json = (name: string, value: unknown) => ({ name, bytes: new TextEncoder().encode(JSON.stringify(value)) });

describe('a model folder', () => {
  it('comes back bit for bit in F32', async () => {
    const files = modelFolderFiles(MODEL);
    expect(files.map(({ name }) => name)).toEqual(['config.json', 'model.safetensors', 'vocab.txt', 'README.md', 'trainer_state.json']);
    const seen: string[] = [];
    const model = await readModelFolder(given(files), { onProgress: (file) => seen.push(file) });
    expect(model.config).toEqual(CONFIG);
    expect([...model.tensors].map(([name, { shape, data }]) => ({ name, shape, data: [...data] }))).toEqual(MODEL.tensors.map((t) => ({ ...t, data: [...t.data] })));
    expect([...model.tokenizerFiles.keys()]).toEqual(['vocab.txt']);
    expect(seen).toEqual(['config.json', 'vocab.txt', 'model.safetensors']);
  });

  it('is read from parts by its index', async () => {
    const [a, b] = MODEL.tensors;
    const parts = [weights('m-1.safetensors', [a!]), weights('m-2.safetensors', [b!])];
    const index = (map: object) => json('model.safetensors.index.json', { weight_map: map });
    const read = (map: object) => readModelFolder(given([...without('model.safetensors'), ...parts, index(map)]));
    expect([...(await read({ a: 'm-1.safetensors', b: 'm-2.safetensors' })).tensors.keys()]).toEqual(['a', 'b']);
    await expect(read({ a: 'm-2.safetensors' })).rejects.toMatchObject({ code: 'TensorMismatch', where: 'm/m-2.safetensors' });
    await expect(read({ a: 'm-3.safetensors' })).rejects.toMatchObject({ code: 'MissingFile' });
    await expect(read({ a: '../m-1.safetensors' })).rejects.toMatchObject({ code: 'InvalidHeaderDeserialization' });
    await expect(read({})).rejects.toMatchObject({ code: 'InvalidHeaderDeserialization' });
  });

  it('is read from the files of PyTorch, whole or in parts', async () => {
    const torch = fixture('kinds.bin');
    const wanted = ['f32', 'transposed', 'tied'];
    const whole = readWeights(given([...without('model.safetensors'), { name: 'pytorch_model.bin', bytes: torch }]));
    expect(await whole).toMatchObject({ file: 'pytorch_model.bin' });
    const index = json('pytorch_model.bin.index.json', { weight_map: Object.fromEntries(wanted.map((name) => [name, 'part-1.bin'])) });
    const parts = await readModelFolder(given([...without('model.safetensors'), index, { name: 'part-1.bin', bytes: torch }]));
    const { tensors } = readSafetensors(fixture('kinds.safetensors'), 'kinds');
    expect(parts.file).toBe('pytorch_model.bin.index.json');
    expect([...parts.tensors].map(([name, { data }]) => [name, data])).toEqual(wanted.map((name) => [name, toFloat32(tensors.get(name)!, name)]));
    const integers = readModelFolder(given([...without('model.safetensors'), { name: 'pytorch_model.bin', bytes: torch }]));
    await expect(integers).rejects.toMatchObject({ code: 'UnsupportedDtype', where: 'm/pytorch_model.bin, tensor "i64"', got: 'I64' });
  });

  it.each([['model.pt', 'fairseq.pt', 'gelu'], ['checkpoint_best.pt', 'fairseq_older.pt', 'relu']])('is read from %s of fairseq alone', async (name, file, hidden_act) => {
    const { config } = await readModelFolder(given([{ name, bytes: fixture(file) }]));
    expect(config).toMatchObject({
      model_type: 'roberta', vocab_size: 13, hidden_size: 6, num_hidden_layers: 2, num_attention_heads: 3, intermediate_size: 11, hidden_act,
      max_position_embeddings: 17, type_vocab_size: 1, layer_norm_eps: 1e-5, pad_token_id: 1, hidden_dropout_prob: 0.25, attention_probs_dropout_prob: 0.125,
      labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'],
    });
  });

  it('passes over integer buffers, and over no other integers', async () => {
    const file = (name: string) => {
      const header = `{"${name}":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}`;
      const bytes = new Uint8Array(8 + header.length + 8);
      new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
      bytes.set(new TextEncoder().encode(header), 8);
      return { name: 'model.safetensors', bytes };
    };
    const read = (name: string) => readModelFolder(given([...without('model.safetensors'), file(name)]));
    expect((await read('bert.embeddings.position_ids')).tensors.size).toBe(0);
    await expect(read('bert.pooler.bias')).rejects.toMatchObject({ code: 'UnsupportedDtype', where: 'm/model.safetensors, tensor "bert.pooler.bias"' });
  });

  it('says what a model folder holds when a file is missing', async () => {
    const expected = expect.stringContaining('config.json, model.safetensors');
    await expect(readModelFolder(given(without('config.json')))).rejects.toMatchObject({ code: 'MissingFile', where: 'm', expected, got: expect.stringContaining('no config.json among model.safetensors') });
    await expect(readModelFolder(given(without('model.safetensors')))).rejects.toMatchObject({ code: 'MissingFile', expected });
    const tensorflow = readModelFolder(given([...without('model.safetensors'), json('tf_model.h5', 0)]));
    await expect(tensorflow).rejects.toMatchObject({ code: 'UnsupportedFormat', where: 'm/tf_model.h5' });
  });

  it('refuses values that are not finite, in and out', async () => {
    const bad = [{ name: 'w', shape: [5], data: Float32Array.of(1, NaN, 2, Infinity, 3) }];
    const reading = readModelFolder(given([...without('model.safetensors'), weights('model.safetensors', bad)]));
    await expect(reading).rejects.toMatchObject({ code: 'NotFinite', where: 'm/model.safetensors, tensor "w"', got: expect.stringContaining('2 of 5') });
    expect(() => modelFolderFiles({ ...MODEL, tensors: bad })).toThrow(expect.objectContaining({ code: 'NotFinite' }));
    expect(() => modelFolderFiles({ ...MODEL, dtype: 'F16', tensors: [{ name: 'w', shape: [1], data: Float32Array.of(1e5) }] })).toThrow(/65504/);
  });
});

describe('a zip archive', () => {
  it('holds the files, and is the same each time', () => {
    const files = modelFolderFiles(MODEL);
    const archive = zipFiles(files);
    expect(unzipSync(archive)).toEqual(Object.fromEntries(files.map(({ name, bytes }) => [name, new Uint8Array(bytes)])));
    expect(zipFiles(files)).toEqual(archive);
  });
});
