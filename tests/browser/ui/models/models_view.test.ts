import axe from 'axe-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import { createRawSnippet } from 'svelte';
import { DEFAULT_RECIPE } from '../../../../src/experiment/presets.ts';
import { writeSafetensors } from '../../../../src/formats/safetensors.ts';
import { zipFiles } from '../../../../src/hub/zip.ts';
import { openDatabase } from '../../../../src/store/database.ts';
import { Downloads } from '../../../../src/store/downloads.ts';
import ModelsView from '../../../../src/ui/models/ModelsView.svelte';
import { Models, type KeptModels } from '../../../../src/ui/models/models.svelte.ts';
import type { InspectorPorts } from '../../../../src/ui/models/inspector.svelte.ts';
import { ModelOpener } from '../../../../src/ui/state/model_opener.svelte.ts';
import { Setup } from '../../../../src/ui/state/setup.svelte.ts';
import type { GivenFile } from '../../../../src/worker/protocol.ts';
import type { InspectEvent, InspectorTask } from '../../../../src/worker/inspector_protocol.ts';
import '../../../../src/ui/styles/base.css';
import { record, WASM } from '../fake_lab.ts';

const EVIL = '<img src=x onerror=document.title="run">';
const CONFIG = JSON.stringify({ model_type: 'bert', vocab_size: 13, hidden_size: 6, num_hidden_layers: 2, num_attention_heads: 3, intermediate_size: 11, max_position_embeddings: 17, id2label: { 0: 'no', 1: EVIL } });
const tensor = (name: string, ...data: number[]) => ({ name, shape: [data.length], data: Float32Array.from(data) });
const TENSORS = [tensor('bert.pooler.dense.bias', 1, 2, 3, 4, 5, 9), tensor(EVIL, NaN, 1), tensor('bert.embeddings.LayerNorm.bias', 7, 7, 7)];
const WEIGHTS = writeSafetensors(TENSORS, { dtype: 'F32' });
const file = (name: string, content: BlobPart): GivenFile => ({ name, blob: new Blob([content]) });
const FOLDER = [file('tiny/config.json', CONFIG), file('tiny/model.safetensors', WEIGHTS)];

const NONE: KeptModels = { list: async () => [], delete: async () => undefined };

function opened(ports?: InspectorPorts, store = NONE) {
  const models = new Models(ports, store);
  const setup = new Setup();
  const opener = new ModelOpener({ downloads: new Downloads(openDatabase(crypto.randomUUID())), now: () => 0, fetchModel: async () => ({ name: 'org/tiny', source: 'org/tiny@main', files: FOLDER.map(({ name, blob }) => ({ name: name.replace('tiny/', ''), blob })) }) });
  const faults: unknown[] = [];
  const lab = {
    runs: [record(DEFAULT_RECIPE, { name: 'a run' }), record(DEFAULT_RECIPE, { id: 'other', name: 'interrupted', state: 'stopped' })],
    limits: WASM.type === 'device' ? WASM.limits : undefined,
    exported: async (run: string) => [file('config.json', CONFIG), file('model.safetensors', writeSafetensors([tensor(run, 1)], { dtype: 'F32' }))],
    guard: (task: () => Promise<void>) => task().catch((error: unknown) => void faults.push(error)),
  };
  const went: string[] = [];
  const notices = createRawSnippet(() => ({ render: () => '<p>no alerts</p>' }));
  render(ModelsView, { models, opener, setup, lab, notices, onTeacher: () => went.push('setup') });
  return { models, setup, opener, went, faults };
}

async function violations(): Promise<string[]> {
  const { violations: found } = await axe.run(document.body, { rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false }, 'heading-order': { enabled: false } } });
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

const pick = (label: string, files: readonly GivenFile[]) => page.getByLabelText(label).upload(files.map(({ name, blob }) => new File([blob], name.split('/').at(-1)!)));
const looked = () => expect.element(page.getByText('All values were looked at.')).toBeVisible();
const cells = (row: string) => [...document.querySelectorAll('tr')].find((tr) => tr.querySelector('th')?.textContent === row)?.querySelectorAll('td');

beforeEach(async () => {
  document.title = 'test';
  await page.viewport(1280, 900);
});

describe('the view of models, over the real worker', () => {
  it('shows a model of files whole, its texts as texts', async () => {
    const { models } = opened();
    await pick('Pick files', FOLDER);
    await looked();
    await expect.element(page.getByRole('heading', { name: 'files', exact: true })).toBeVisible();
    await expect.element(page.getByRole('img', { name: /2 layers, each with 3 attention heads of 2/ })).toBeVisible();
    await expect.element(page.getByText('One tensor has another shape than the configuration describes.')).toBeVisible();
    await expect.element(page.getByText('bert.embeddings.LayerNorm.bias is [3] instead of [6]')).toBeVisible();
    await expect.element(page.getByText('One tensor that no part of the architecture uses is left out.')).toBeVisible();
    expect([...(cells('bert.pooler.dense.bias') ?? [])].slice(1).map((cell) => cell.textContent)).toEqual(['F32', '[6]', '24 B', '1', '9', '4', '2.58', '0']);
    expect([...(cells(EVIL) ?? [])][8]?.textContent).toBe('1');
    expect(cells('bert.pooler.dense.bias')?.[0]?.querySelector('svg')?.getAttribute('aria-label')).toContain('from 1.000 to 9.000');
    document.querySelector<HTMLElement>('summary')?.click();
    expect(document.querySelector('pre')?.textContent).toBe(CONFIG);
    expect([document.title, document.querySelectorAll('img').length]).toEqual(['test', 0]);
    await expect.element(page.getByRole('button', { name: 'Use as teacher' })).toBeDisabled();
    await expect.element(page.getByText('One tensor holds values that are not finite.')).toBeVisible();
    expect(models.inspector.phase).toBe('done');
    expect(await violations()).toEqual([]);
  });

  it('opens an archive, a single file, and a damaged one', async () => {
    opened();
    await pick('Pick files', [file('tiny.zip', zipFiles(FOLDER.map(({ name }) => ({ name, bytes: name.endsWith('json') ? new TextEncoder().encode(CONFIG) : WEIGHTS }))))]);
    await looked();
    await expect.element(page.getByRole('heading', { name: 'tiny', exact: true })).toBeVisible();
    await pick('Pick files', [file('alone.safetensors', WEIGHTS)]);
    await expect.element(page.getByText('There is no configuration beside the weights')).toBeVisible();
    await looked();
    await pick('Pick files', [file('cut.safetensors', WEIGHTS.slice(0, 40))]);
    await expect.element(page.getByRole('alert')).toHaveTextContent('Download or export the file again');
    expect(await violations()).toEqual([]);
  });

  it('sorts and filters by keyboard', async () => {
    opened();
    await pick('Pick files', FOLDER);
    await looked();
    const order = () => [...document.querySelectorAll('tbody th')].map((th) => th.textContent).filter((name) => TENSORS.some((t) => t.name === name));
    await page.getByRole('button', { name: 'max' }).click();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('columnheader', { name: 'max' })).toHaveAttribute('aria-sort', 'descending');
    expect(order()).toEqual(['bert.pooler.dense.bias', 'bert.embeddings.LayerNorm.bias', EVIL]);
    await page.getByLabelText('Name contains').fill('EMBED');
    expect(order()).toEqual(['bert.embeddings.LayerNorm.bias']);
    await expect.element(page.getByText('Found: 1 tensor, 3 values, 12 B (F32)')).toBeVisible();
  });

  it('inspects students of finished runs, and what was fetched', async () => {
    const { opener } = opened();
    expect(page.getByRole('button', { name: 'Inspect interrupted' }).query()).toBeNull();
    await page.getByRole('button', { name: 'Inspect a run' }).click();
    await looked();
    await expect.poll(() => [...document.querySelectorAll('tbody th')].map((th) => th.textContent)).toContain('stored');
    opener.name = 'org/tiny';
    await page.getByRole('button', { name: 'Fetch', exact: true }).click();
    await expect.element(page.getByRole('heading', { name: 'org/tiny' })).toBeVisible();
    await expect.element(page.getByText('“org/tiny” is here.')).toBeVisible();
  });
});

describe('the view of models', () => {
  const lines = [{ name: 'a.weight', dtype: 'F32', shape: [3], values: 3, bytes: 12 }, { name: 'b.weight', dtype: 'F32', shape: [5], values: 5, bytes: 20 }];
  const stats = { min: 0, max: 1, mean: 0.5, std: 0.5, nonFinite: 0, histogram: [1, 2] };

  /** An inspection that is told by hand. */
  function played(store?: KeptModels) {
    let tell: (event: InspectEvent) => void = () => undefined;
    const asked: InspectorTask[] = [];
    const ended: number[] = [];
    let time = 0;
    const ports: InspectorPorts = { now: () => (time += 1000), perform: (task, listener) => (asked.push(task), (tell = listener), () => ended.push(asked.length)) };
    return { ...opened(ports, store), asked, ended, tell: (event: InspectEvent) => tell(event) };
  }

  it('shows progress with the time left, and stops on request with what is known', async () => {
    const { tell, ended, asked } = played();
    await page.getByRole('button', { name: 'Inspect mini-bert-rte' }).click();
    expect(asked).toEqual([{ type: 'inspect', source: { kind: 'named', name: 'mini-bert-rte' } }]);
    tell({ type: 'reading', file: 'model.safetensors', done: 2_000_000, total: 8_000_000 });
    tell({ type: 'reading', file: 'model.safetensors', done: 4_000_000, total: 8_000_000 });
    await expect.element(page.getByText('model.safetensors: 4.0 MB of 8.0 MB, 2 s left')).toBeVisible();
    tell({ type: 'model', model: { name: 'm', file: 'model.safetensors', tensors: lines } });
    tell({ type: 'stats', from: 0, stats: [stats], bytes: 12 });
    await expect.element(page.getByText('model.safetensors: 12 B of 32 B')).toBeVisible();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    expect(ended).toEqual([1]);
    await expect.element(page.getByText('Stopped: the values of 1 of 2 tensors were looked at.')).toBeVisible();
    tell({ type: 'stats', from: 1, stats: [stats], bytes: 32 });
    await expect.poll(() => cells('b.weight')?.[4]?.textContent).toBe('…');
  });

  it('makes a bundled model the teacher, with its task', async () => {
    const { tell, setup, went } = played();
    await page.getByRole('button', { name: 'Inspect mini-bert-rte' }).click();
    const config = { ...(await import('../../../../src/formats/config_json.ts')).readConfig(new TextEncoder().encode(CONFIG), 'c'), finetuning_task: 'rte' };
    tell({ type: 'model', model: { name: 'mini-bert-rte', file: 'model.safetensors', config, tensors: lines, fit: { architecture: 'BertModel', heads: [], missing: [], unexpected: [], misshaped: [] } } });
    await page.getByRole('button', { name: 'Use as teacher' }).click();
    await expect.poll(() => went).toEqual(['setup']);
    expect([setup.draft.teacher, setup.draft.task]).toEqual([{ kind: 'bundled', name: 'mini-bert-rte' }, 'rte']);
  });

  it('makes given files the teacher, from an archive too', async () => {
    const { tell, models, setup, went } = played();
    models.give([file('own.zip', zipFiles(FOLDER.map(({ name }) => ({ name, bytes: name.endsWith('json') ? new TextEncoder().encode(CONFIG) : WEIGHTS }))))]);
    const config = (await import('../../../../src/formats/config_json.ts')).readConfig(new TextEncoder().encode(CONFIG), 'c');
    tell({ type: 'model', model: { name: 'tiny', file: 'model.safetensors', config, tensors: lines, fit: { architecture: 'BertModel', heads: [], missing: [], unexpected: [], misshaped: [] } } });
    await page.getByRole('button', { name: 'Use as teacher' }).click();
    await expect.poll(() => went).toEqual(['setup']);
    expect(setup.draft.teacher).toEqual({ kind: 'folder', name: 'own/tiny' });
    await expect.poll(() => setup.teacherLayers).toBe(2);
  });

  it('saves what is in view, and says what became of it', async () => {
    const { tell, asked, ended } = played();
    await page.getByRole('button', { name: 'Inspect mini-bert-rte' }).click();
    const config = (await import('../../../../src/formats/config_json.ts')).readConfig(new TextEncoder().encode(CONFIG), 'c');
    tell({ type: 'model', model: { name: 'org/tiny model', file: 'model.safetensors', config, tensors: lines, fit: { architecture: 'BertModel', heads: [], missing: [], unexpected: [], misshaped: [] } } });
    tell({ type: 'done' });
    await page.getByLabelText('Precision').selectOptions('F16, half the size');
    await page.getByRole('button', { name: 'Save as zip' }).click();
    expect(asked.at(-1)).toEqual({ type: 'save', source: { kind: 'named', name: 'mini-bert-rte' }, name: 'org-tiny-model', dtype: 'F16', form: 'zip' });
    tell({ type: 'reading', file: 'model.safetensors', done: 3, total: 7 });
    await expect.element(page.getByRole('progressbar', { name: 'Reading model.safetensors' })).toBeVisible();
    await page.getByRole('button', { name: 'Stop saving' }).click();
    expect(ended).toEqual([2]);
    await page.getByRole('button', { name: 'Save as files' }).click();
    tell({ type: 'fault', fault: { code: 'NotFinite', where: 'tensor "w"', expected: 'values up to 65504', got: '70000', remedy: 'Export in F32.' } });
    await expect.element(page.getByRole('alert')).toHaveTextContent('Export in F32.');
    expect(await violations()).toEqual([]);
  });

  it('lists teachers that were made here, and deletes one when it is asked twice', async () => {
    const deleted: string[] = [];
    const { asked } = played({ list: async () => [{ key: 'mini-bert-sts-b', bytes: 3_100_000 }].filter(({ key }) => !deleted.includes(key)), delete: async (name) => void deleted.push(name) });
    await page.getByRole('button', { name: 'Inspect mini-bert-sts-b' }).click();
    expect(asked).toEqual([{ type: 'inspect', source: { kind: 'named', name: 'mini-bert-sts-b' } }]);
    await page.getByRole('button', { name: 'Delete mini-bert-sts-b' }).click();
    expect(deleted).toEqual([]);
    await page.getByRole('button', { name: 'Delete the model' }).click();
    await expect.poll(() => page.getByRole('button', { name: 'Inspect mini-bert-sts-b' }).query()).toBeNull();
    expect(deleted).toEqual(['mini-bert-sts-b']);
  });

  it.each([[1280, 'light'], [390, 'light'], [390, 'dark']] as const)('fits %i pixels in %s colours without violations', async (width, theme) => {
    await page.viewport(width, 844);
    document.documentElement.dataset['theme'] = theme;
    opened();
    await pick('Pick files', FOLDER);
    await looked();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    expect(await violations()).toEqual([]);
    delete document.documentElement.dataset['theme'];
  });
});
