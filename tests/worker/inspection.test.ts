import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import { unzipFiles } from '../../src/hub/zip.ts';
import { perform } from '../../src/worker/inspection.ts';
import type { InspectedModel, InspectEvent, InspectorTask, InspectSource, MaybeStats } from '../../src/worker/inspector_protocol.ts';
import type { StoredModel } from '../../src/store/types.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const MODELS = join(ROOT, 'public', 'models');
let server: Server;
let baseUrl = '';

beforeAll(async () => {
  server = createServer((request, response) => {
    try {
      response.end(readFileSync(join(ROOT, 'public', request.url ?? '')));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => server.close());

/** What an inspection told, with a clock that moves on by `tick` milliseconds whenever it is looked at. */
function told(source: InspectSource, tick: number, kept?: (name: string) => Promise<StoredModel | undefined>): Promise<InspectEvent[]> {
  return done({ type: 'inspect', source }, tick, kept);
}

async function done(task: InspectorTask, tick = 0, kept: (name: string) => Promise<StoredModel | undefined> = async () => undefined): Promise<InspectEvent[]> {
  const events: InspectEvent[] = [];
  let time = 0;
  await perform(task, { baseUrl, kept, now: () => (time += tick), tell: (event) => events.push(event) });
  return events;
}

const modelOf = (events: readonly InspectEvent[]): InspectedModel => events.flatMap((event) => (event.type === 'model' ? [event.model] : []))[0]!;
const statsOf = (events: readonly InspectEvent[]): MaybeStats[] => events.flatMap((event) => (event.type === 'stats' ? event.stats : []));
const file = (name: string, content: BlobPart) => ({ name, blob: new Blob([content]) });
const weights = (name: string, ...data: number[]) => writeSafetensors([{ name, shape: [data.length], data: Float32Array.from(data) }], { dtype: 'F32' });

describe('an inspection', () => {
  it('tells what a bundled model is, then what its tensors hold, in their order', async () => {
    const events = await told({ kind: 'named', name: 'mini-bert-sst-2' }, 60);
    const model = modelOf(events);
    expect(model).toMatchObject({ name: 'mini-bert-sst-2', file: 'model.safetensors', config: { num_hidden_layers: 12, finetuning_task: 'sst-2' } });
    expect(model.fit).toMatchObject({ architecture: 'BertForSequenceClassification', heads: ['classification'], missing: [], unexpected: [], misshaped: [] });
    expect(JSON.parse(model.configText ?? '')).toMatchObject({ model_type: 'bert' });
    const batches = events.filter((event) => event.type === 'stats');
    expect(batches.length).toBeGreaterThan(20);
    expect(batches.map(({ from }) => from)).toEqual(batches.map((_, i) => batches.slice(0, i).reduce((sum, { stats }) => sum + stats.length, 0)));
    expect(statsOf(events).length).toBe(model.tensors.length);
    expect(batches.at(-1)?.bytes).toBe(model.tensors.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(events.filter((event) => event.type === 'reading' && event.file === 'model.safetensors').length).toBeGreaterThan(1);
    expect(events.at(-1)).toEqual({ type: 'done' });
  });

  it('reads a file alone, whatever it holds', async () => {
    const events = await told({ kind: 'files', files: [file('w.safetensors', weights('<img src=x onerror=alert(1)>', 1, NaN, 4))] }, 0);
    expect(modelOf(events)).toEqual({ name: 'w.safetensors', file: 'w.safetensors', tensors: [{ name: '<img src=x onerror=alert(1)>', dtype: 'F32', shape: [3], values: 3, bytes: 12 }] });
    expect(statsOf(events)).toMatchObject([{ min: 1, max: 4, mean: 2.5, std: 1.5, nonFinite: 1 }]);
  });

  it('shows the tensors of an architecture that the lab does not compute, and says why', async () => {
    const events = await told({ kind: 'files', files: [file('gpt/config.json', '{"model_type":"gpt2"}'), file('gpt/model.safetensors', weights('wte', 1, 2))] }, 0);
    expect(modelOf(events)).toMatchObject({ name: 'gpt', configText: '{"model_type":"gpt2"}', configFault: { code: 'BadConfig', got: expect.stringContaining('gpt2') }, tensors: [{ name: 'wte' }] });
    expect(modelOf(events).fit).toBeUndefined();
  });

  it('lists what does not fit', async () => {
    const config = readFileSync(join(MODELS, 'mini-bert', 'config.json'), 'utf8');
    const { fit } = modelOf(await told({ kind: 'files', files: [file('config.json', config), file('model.safetensors', weights('bert.embeddings.LayerNorm.weight', 1, 2))] }, 0));
    expect(fit?.misshaped).toEqual([{ name: 'bert.embeddings.LayerNorm.weight', expected: [64], got: [2] }]);
    expect(fit?.missing).toContain('bert.embeddings.word_embeddings.weight');
    expect(fit?.heads).toEqual([]);
  });

  it('finds a model that was made in this browser', async () => {
    const stored: StoredModel = { config: { model_type: 'bert', hidden_size: 6, num_attention_heads: 3 }, tensors: [{ name: 'bert.pooler.dense.bias', shape: [3], data: Float32Array.of(1, 2, 6) }], tokenizerFiles: [] };
    const asked: string[] = [];
    const events = await told({ kind: 'named', name: 'mini-bert-sts-b' }, 0, async (name) => (asked.push(name), stored));
    expect(asked).toEqual(['mini-bert-sts-b']);
    expect(modelOf(events)).toMatchObject({ name: 'mini-bert-sts-b', config: { hidden_size: 6 }, tensors: [{ name: 'bert.pooler.dense.bias' }] });
    expect(statsOf(events)).toMatchObject([{ mean: 3 }]);
  });

  it('ends with one error where there is nothing to read', async () => {
    await expect(told({ kind: 'named', name: 'mini-bert-none' }, 0)).rejects.toMatchObject({ code: 'no-such-model' });
    await expect(told({ kind: 'files', files: [file('a.txt', 'text'), file('b.txt', 'text')] }, 0)).rejects.toMatchObject({ code: 'MissingFile', got: 'a.txt, b.txt' });
    await expect(told({ kind: 'files', files: [file('a.txt', 'some text that is no model')] }, 0)).rejects.toMatchObject({ where: 'a.txt' });
  });
});

describe('saving', () => {
  const savedBy = async (task: InspectorTask) => {
    const last = (await done(task)).at(-1);
    return last?.type === 'saved' ? last.files : [];
  };
  const bytesOf = async (blob: Blob | undefined) => new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0));
  const tensorsOf = async (files: readonly { readonly name: string; readonly blob: Blob }[]) => readSafetensors(await bytesOf(files.find(({ name }) => name.endsWith('.safetensors'))?.blob), 'saved').tensors;

  it('writes a bundled model in its own precision bit for bit, as separate files', async () => {
    const files = await savedBy({ type: 'save', source: { kind: 'named', name: 'mini-bert-rte' }, name: 'copy', dtype: 'F16', form: 'files' });
    expect(files.map(({ name }) => name)).toEqual(['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json', 'vocab.txt', 'README.md']);
    const [before, after] = [readSafetensors(readFileSync(join(MODELS, 'mini-bert-rte', 'model.safetensors')), 'bundled').tensors, await tensorsOf(files)];
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    for (const [name, { bytes, dtype }] of before) expect([name, dtype, Buffer.compare(after.get(name)!.bytes, bytes)]).toEqual([name, 'F16', 0]);
  });

  it('writes a checkpoint of fairseq as one archive, widened', async () => {
    const given = [{ name: 'fairseq.pt', blob: new Blob([readFileSync(join(ROOT, 'tests', 'fixtures', 'torch', 'fairseq.pt'))]) }];
    const [archive] = await savedBy({ type: 'save', source: { kind: 'files', files: given }, name: 'mine', dtype: 'F32', form: 'zip' });
    const files = unzipFiles(await bytesOf(archive?.blob), 'mine.zip');
    expect([archive?.name, ...files.map(({ name }) => name)]).toEqual(['mine.zip', 'mine/config.json', 'mine/model.safetensors', 'mine/README.md']);
    expect((await tensorsOf(files)).get('roberta.embeddings.word_embeddings.weight')?.dtype).toBe('F32');
  });

  it('keeps the card and the training state of a student, and no other card', async () => {
    const folder = ['config.json', 'model.safetensors'].map((name) => ({ name, blob: new Blob([readFileSync(join(MODELS, 'mini-bert-rte', name))]) }));
    const card = async (...more: { name: string; blob: Blob }[]) => {
      const files = await savedBy({ type: 'save', source: { kind: 'files', files: [...folder, ...more] }, name: 'student', dtype: 'F32', form: 'files' });
      return Promise.all(['README.md', 'trainer_state.json'].map((name) => files.find((f) => f.name === name)?.blob.text()));
    };
    expect(await card(file('README.md', '# its own'), file('trainer_state.json', '{"a":7}'))).toEqual(['# its own', '{"a":7}']);
    expect(await card(file('README.md', '# another'))).toEqual([expect.stringMatching(/^# student\n.*converted from `files` by Distill Lab/s), undefined]);
  });

  it('refuses a model that is not whole', async () => {
    await expect(done({ type: 'save', source: { kind: 'files', files: [file('config.json', readFileSync(join(MODELS, 'mini-bert', 'config.json'))), file('model.safetensors', weights('w', 1))] }, name: 'a', dtype: 'F32', form: 'zip' })).rejects.toMatchObject({ code: 'TensorMismatch' });
  });
});
