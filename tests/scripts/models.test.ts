import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../scripts/command_line/command.ts';
import { UsageError } from '../../scripts/command_line/option.ts';
import { convert } from '../../scripts/commands/convert.ts';
import { inspect } from '../../scripts/commands/inspect.ts';
import { predict, readQuestions } from '../../scripts/commands/predict.ts';
import { readSafetensors, toFloat32, writeSafetensors } from '../../src/formats/safetensors.ts';
import { modelFolderFiles } from '../../src/hub/model_folder.ts';
import { zipFiles } from '../../src/hub/zip.ts';
import { readConfig } from '../../src/formats/config_json.ts';
import { parameterSpecs } from '../../src/model/parameters.ts';
import { fileName } from '../../src/model/names.ts';

const FIXTURES = resolve(import.meta.dirname, '../fixtures/torch');
const home = mkdtempSync(join(tmpdir(), 'models-test-'));
const folder = join(home, 'bert');
const CONFIG = { model_type: 'bert', vocab_size: 13, hidden_size: 6, num_hidden_layers: 2, num_attention_heads: 3, intermediate_size: 11, max_position_embeddings: 17, id2label: { 0: 'no', 1: 'yes', 2: 'perhaps' } };
const config = readConfig(new TextEncoder().encode(JSON.stringify(CONFIG)), 'test');
const noise = (n: number) => Float32Array.from({ length: n }, (_, i) => Math.fround(Math.sin(i + 1) / 3));
const tensors = parameterSpecs(config, ['classification']).map(({ name, shape }) => ({ name: fileName(name, config), shape, data: noise(shape.reduce((a, b) => a * b, 1)) }));
const files = modelFolderFiles({ config, tensors, tokenizerFiles: new Map(), card: '# a\n', dtype: 'F32' });

beforeAll(() => {
  mkdirSync(folder);
  for (const { name, bytes } of files) writeFileSync(join(folder, name), bytes);
  writeFileSync(join(home, 'bert.zip'), zipFiles(files.map(({ name, bytes }) => ({ name: `bert/${name}`, bytes }))));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const run = async (command: Command, ...args: string[]) => {
  const { json, text } = await command.prepare(args)({ log: process.stderr, signal: new AbortController().signal });
  return { json: JSON.parse(JSON.stringify(json)), text };
};
const refused = (command: Command, ...args: string[]) => {
  try {
    command.prepare(args);
    return 'nothing';
  } catch (error) {
    return error instanceof UsageError ? error.message : `unexpected ${String(error)}`;
  }
};

describe('inspect', () => {
  it.each(['bert', 'bert.zip'])('shows architecture, table and report of %s', async (name) => {
    const { json, text } = await run(inspect, join(home, name));
    expect(json).toMatchObject({ ok: true, name, file: 'model.safetensors', report: { architecture: 'BertForSequenceClassification', missing: [], unexpected: [], misshaped: [] } });
    expect(json.totals.parameters).toBe(tensors.reduce((sum, { data }) => sum + data.length, 0));
    expect(json.tensors.find((t: { name: string }) => t.name === 'bert.pooler.dense.weight')).toMatchObject({ dtype: 'F32', shape: [6, 6], values: 36, bytes: 144, stats: { nonFinite: 0 } });
    expect(text).toContain('2 layers of width 6 (post-ln), 3 heads');
    expect(text).toContain('labels no, yes, perhaps');
    expect(text).toContain('Every tensor that the configuration describes is there');
  });

  it('counts and spreads the values', async () => {
    const path = join(home, 'values.safetensors');
    writeFileSync(path, writeSafetensors([{ name: 'w', shape: [5], data: Float32Array.of(1, NaN, -3, Infinity, 5) }], { dtype: 'F32' }));
    const { json } = await run(inspect, path);
    const { histogram, ...stats } = json.tensors[0].stats;
    expect(stats).toEqual({ min: -3, max: 5, mean: 1, std: Math.sqrt(32 / 3), nonFinite: 2 });
    expect([histogram[0], histogram[12], histogram.at(-1), histogram.length]).toEqual([1, 1, 1, 24]);
    expect(json.config).toBeUndefined();
  });

  it('lists every tensor that does not fit', async () => {
    const other = join(home, 'other');
    mkdirSync(other);
    const [first, second, ...rest] = tensors;
    const changed = [...rest, { ...second!, shape: [second!.data.length], data: second!.data }, { name: 'stray\u001b[31m', shape: [1], data: Float32Array.of(1) }];
    for (const { name, bytes } of modelFolderFiles({ config, tensors: changed, tokenizerFiles: new Map(), card: '', dtype: 'F32' })) writeFileSync(join(other, name), bytes);
    const { json, text } = await run(inspect, other);
    expect(json.report).toMatchObject({ missing: [first!.name], unexpected: ['stray\u001b[31m'], misshaped: [{ name: second!.name, expected: [17, 6], got: [102] }] });
    expect(text).toContain('Missing (1):');
    expect(text).not.toContain('\u001b');
  });

  it('reads files of every kind and dtype', async () => {
    const { json } = await run(inspect, join(FIXTURES, 'kinds.bin'));
    const dtypes = new Set(json.tensors.map((t: { dtype: string }) => t.dtype));
    for (const dtype of ['F32', 'F16', 'BF16', 'F64', 'I64', 'I8', 'BOOL']) expect(dtypes).toContain(dtype);
    expect((await run(inspect, join(FIXTURES, 'fairseq.pt'))).json).toMatchObject({ config: { model_type: 'roberta', num_attention_heads: 3 }, report: { missing: [], unexpected: [], misshaped: [] } });
  });

  it('ends with the error of a file, and needs one', async () => {
    await expect(run(inspect, join(FIXTURES, 'unsafe.bin'))).rejects.toMatchObject({ code: 'UnsafePickle' });
    await expect(run(inspect, join(home, 'none'))).rejects.toMatchObject({ code: 'MissingFile' });
    expect(refused(inspect)).toContain('expected PATH: a model folder');
    expect(refused(inspect, 'a', 'b')).toContain('expected PATH and options, got "b"');
  });
});

describe('convert', () => {
  it('writes the same folder bit for bit', async () => {
    const out = join(home, 'same');
    const { json } = await run(convert, join(home, 'bert.zip'), out);
    expect(json).toMatchObject({ ok: true, architecture: 'BertForSequenceClassification', heads: ['classification'], left_out: [] });
    for (const name of ['config.json', 'model.safetensors']) expect([name, readFileSync(join(out, name)).equals(readFileSync(join(folder, name)))]).toEqual([name, true]);
    expect(refused(convert, folder, out)).toContain('a new or empty folder');
    expect(refused(convert, folder)).toContain('expected OUT');
  });

  it.each(['fairseq.pt', 'fairseq_older.pt'])('writes %s as Hugging Face has it', async (name) => {
    const out = join(home, name);
    await run(convert, join(FIXTURES, name), out);
    const written = readSafetensors(readFileSync(join(out, 'model.safetensors')), name).tensors;
    const expected = readSafetensors(readFileSync(join(FIXTURES, 'roberta.safetensors')), 'expected').tensors;
    expect([...written.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [tensor, { bytes }] of expected) expect([tensor, [...(written.get(tensor)?.bytes ?? [])]]).toEqual([tensor, [...bytes]]);
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toMatchObject({ architectures: ['RobertaForSequenceClassification'], num_attention_heads: 3 });
  });

  it('halves the precision on request', async () => {
    const out = join(home, 'half');
    await run(convert, folder, out, '--dtype', 'f16');
    const half = readSafetensors(readFileSync(join(out, 'model.safetensors')), 'half').tensors.get('classifier.weight');
    expect(half?.dtype).toBe('F16');
    for (const [i, value] of toFloat32(half!, 'half').entries()) expect(Math.abs(value - noise(18)[i]!)).toBeLessThan(2 ** -11);
  });

  it('refuses a model that is not whole', async () => {
    const out = join(home, 'never');
    await expect(run(convert, join(FIXTURES, 'kinds.safetensors'), out)).rejects.toMatchObject({ code: 'MissingFile' });
    expect(readdirSync(home)).not.toContain('never');
  });
});

describe('predict', () => {
  it('asks for a model and one kind of input', () => {
    expect(refused(predict, '--text', 'a')).toContain('--model: expected a model folder');
    expect(refused(predict, '--model', folder)).toContain('either --text or --input, got neither');
    expect(refused(predict, '--model', folder, '--text', 'a', '--input', 'b')).toContain('got both');
    expect(refused(predict, '--model', folder, '--input', join(home, 'none'))).toContain('does not exist');
  });

  it('reads JSON Lines', () => {
    const read = (text: string) => readQuestions(new TextEncoder().encode(text), 'q.jsonl');
    expect(read('{"text":"a"}\n\n{"text":"b","text_pair":"c"}\r\n')).toEqual([{ text: 'a' }, { text: 'b', text_pair: 'c' }]);
    expect(() => read('{"text":"a"}\n{"text":7}')).toThrow(/q\.jsonl, line 2.*got 7/);
    expect(() => read('{"text":"a"}\nb')).toThrow(/line 2/);
    expect(() => read('\n')).toThrow(/empty file/);
  });
});
