import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command, Context } from '../../../scripts/command_line/command.ts';
import { convert } from '../../../scripts/commands/convert.ts';
import { data } from '../../../scripts/commands/data.ts';
import { inspect } from '../../../scripts/commands/inspect.ts';
import { distillJob } from '../../../scripts/commands/recipe_from.ts';
import { Interrupted } from '../../../scripts/driven_run.ts';
import { fetched, isElsewhere, localPath, withFetched } from '../../../scripts/models/elsewhere.ts';
import { zipFiles } from '../../../src/hub/zip.ts';
import { parquetFile } from '../../fixtures/parquet_file.ts';
import { FakeHub } from '../../hub/fake_hub.ts';

const bundled = join(import.meta.dirname, '../../../public/models/mini-bert-sst-2');
const FILES = Object.fromEntries(['config.json', 'model.safetensors', 'tokenizer.json', 'tokenizer_config.json', 'vocab.txt'].map((name) => [name, new Uint8Array(readFileSync(join(bundled, name)))]));
const text = (content: string) => new TextEncoder().encode(content);
const LENGTH = FILES['model.safetensors']!.length;

let home = '';
let hub: FakeHub;
beforeAll(() => (home = mkdtempSync(join(tmpdir(), 'elsewhere-test-'))));
afterAll(() => rmSync(home, { recursive: true, force: true }));
beforeEach(async () => {
  hub = new FakeHub({ 'org/tiny': { main: FILES, v1: FILES }, 'org/secret': { main: FILES }, 'datasets/org/glue': { main: { 'rte/train.csv': text('sentence1,sentence2,label\na,b,0\nc,d,1\n'), 'rte/validation.csv': text('sentence1,sentence2,label\na,b,1\n') } }, tiny: { main: { 'tiny.zip': zipFiles(Object.entries(FILES).map(([name, bytes]) => ({ name: `tiny/${name}`, bytes }))) } } }, { 'org/secret': 'hf_right' });
  await hub.start();
  vi.stubEnv('HF_ENDPOINT', `${hub.address}/`);
  vi.stubEnv('HF_TOKEN', undefined);
  vi.stubEnv('XDG_CACHE_HOME', mkdtempSync(join(home, 'cache-')));
});
afterEach(() => {
  vi.unstubAllEnvs();
  hub.stop();
});

/** A command's surroundings, with what it says. */
function surroundings(): Context & { said: () => string; abort: AbortController } {
  const lines: string[] = [];
  const abort = new AbortController();
  const log = { write: (text: string) => lines.push(text) > 0 } as unknown as NodeJS.WriteStream;
  return { log, signal: abort.signal, said: () => lines.join(''), abort };
}

const run = async (command: Command, ...args: string[]) => JSON.parse(JSON.stringify((await command.prepare(args)(surroundings())).json));
const everything = () => readdirSync(process.env['XDG_CACHE_HOME']!, { recursive: true, withFileTypes: true }).filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));

describe('a data set of the Hub on the command line', () => {
  it('is fetched once and shown', async () => {
    const found = await run(data, 'org/glue', '--task', 'rte');
    expect(found).toMatchObject({ splits: [{ split: 'train', rows: 2, files: ['datasets--org--glue/train.csv'] }, { split: 'dev', rows: 1 }], shared: [{ rows: 1 }] });
    hub.seen.length = 0;
    expect((await run(data, 'hub:org/glue', '--task', 'rte')).splits).toEqual(found.splits);
    expect(hub.seen).toEqual([]);
  });

  it('holds the columns that are read of Parquet tables, and no others', async () => {
    const column = (of: (i: number) => string) => Array.from({ length: 61 }, (_, i) => of(i));
    const table = parquetFile({ sentence1: column((i) => `a${i}`), note: column((i) => `${i}`.repeat(499)), sentence2: column((i) => `b${i}`), gold: column((i) => String(i % 2)) });
    hub.models['datasets/org/glue'] = { main: { 'rte/train.parquet': table, 'rte/validation.parquet': table } };
    const found = await run(data, 'org/glue', '--task', 'rte', '--columns', 'label=gold');
    expect(found.splits).toMatchObject([{ rows: 61, columns: ['sentence1', 'sentence2', 'gold'], read: { label: 'gold' } }, { rows: 61 }]);
    expect(everything().filter((path) => path.endsWith('.parquet')).map((path) => statSync(path).size < table.length / 5)).toEqual([true, true]);
    expect(hub.given).toBeLessThan(table.length);
  });

  it('becomes a folder of a recipe', async () => {
    const folders: (string | undefined)[] = [];
    const work = withFetched({ data: 'org/glue', task: 'rte' }, {}, (values) => async () => (folders.push(values.data), { text: '', json: {} }));
    await work(surroundings());
    expect(readdirSync(folders[0]!).sort()).toEqual(['train.csv', 'validation.csv']);
    await expect(withFetched({ data: 'org/none', task: 'rte' }, {}, () => { throw new Error('planned'); })(surroundings())).rejects.toMatchObject({ code: 'no-such-model', got: expect.stringContaining('nothing is at the path org/none') });
  });
});

describe('a model of the Hub on the command line', () => {
  it('is fetched once and inspected, at a revision too', async () => {
    expect(await run(inspect, 'org/tiny')).toMatchObject({ ok: true, name: 'org--tiny', report: { missing: [], unexpected: [] } });
    hub.seen.length = 0;
    const again = surroundings();
    expect(basename(await fetched('org/tiny', 'model', again))).toBe('org--tiny');
    expect(again.said()).toMatch(/org\/tiny comes from .*org--tiny; delete that folder to fetch it anew\./);
    expect(hub.seen).toEqual([]);
    expect(await run(inspect, 'org/tiny@v1')).toMatchObject({ name: 'org--tiny@v1' });
    expect(hub.seen.length).toBeGreaterThan(0);
  });

  it('is converted bit for bit', async () => {
    const out = join(home, 'out');
    await run(convert, `${hub.address}/org/tiny/resolve/main`, out);
    const [before, after] = [await run(inspect, 'org/tiny'), await run(inspect, out)];
    expect(after.totals.parameters).toBe(before.totals.parameters);
  });

  it('goes on where an interrupt stopped it, and no half file is taken for whole', async () => {
    hub.breaks.set('model.safetensors', [60_000, ...Array<number>(60).fill(1)]);
    const first = surroundings();
    const fetching = fetched('org/tiny', 'model', first);
    await vi.waitFor(() => expect(everything().some((path) => path.endsWith('model.safetensors.part') && statSync(path).size >= 60_000)).toBe(true), 5000);
    first.abort.abort();
    await expect(fetching).rejects.toBeInstanceOf(Interrupted);
    expect(everything().filter((path) => path.endsWith('/model.safetensors'))).toEqual([]);
    hub.seen.length = 0;
    hub.breaks.clear();
    const folder = await fetched('org/tiny', 'model', surroundings());
    expect(readFileSync(join(folder, 'model.safetensors')).equals(FILES['model.safetensors']!)).toBe(true);
    expect(hub.asked('model.safetensors')[0]?.range).toMatch(/^bytes=60\d{3}-$/);
  });

  it('needs the right token, which is neither said nor kept', async () => {
    await expect(fetched('org/secret', 'model', surroundings())).rejects.toMatchObject({ code: 'no-access', got: expect.stringContaining('nothing is at the path org/secret') });
    vi.stubEnv('HF_TOKEN', 'hf_right');
    const context = surroundings();
    await fetched('org/secret', 'model', context);
    expect(hub.seen.some(({ token }) => token === 'hf_right')).toBe(true);
    expect([context.said(), ...everything().map((path) => readFileSync(path, 'latin1'))].some((text) => text.includes('hf_right'))).toBe(false);
  });

  it('is told apart from paths, bundled models and typing mistakes', () => {
    expect(['org/tiny', 'org/tiny@v1', 'bert-base-uncased', 'https://example.org/m', 'http://localhost:1/m'].map(isElsewhere)).toEqual(Array(5).fill(true));
    expect([bundled, 'mini-bert', 'mini-bert-sst2', 'mini-bert-qqp', 'scratch:2x64', './none', '../x', 'runs/m/model', 'bert/model.safetensors', 'm.zip', ''].map(isElsewhere)).toEqual(Array(11).fill(false));
    return expect(localPath('mini-bert-sst-2', surroundings())).resolves.toBe(bundled);
  });
});

describe('a training command', () => {
  const recipeOf = async (values: Parameters<typeof distillJob>[0]) => {
    const plan = withFetched(values, { teacher: 'model', tokenizer: 'tokenizer' }, (local) => async () => ({ text: '', json: distillJob(local) }));
    return (await plan(surroundings())).json as ReturnType<typeof distillJob>;
  };

  it('fetches its teacher and its tokenizer, and reads them as folders', async () => {
    const { recipe, folders } = await recipeOf({ teacher: 'org/tiny', tokenizer: 'org/tiny@v1' });
    expect(recipe).toMatchObject({ teacher: { kind: 'folder', name: 'org--tiny' }, tokenizer: { kind: 'folder' }, student: { init: { layers: [3, 7, 11] } } });
    expect(readdirSync(folders.teacher!).sort()).toEqual(Object.keys(FILES).sort());
    expect(readdirSync(folders.tokenizer!)).not.toContain('model.safetensors');
    expect(statSync(join(folders.teacher!, 'model.safetensors')).size).toBe(LENGTH);
  });

  it('takes archives from an address and from this machine', async () => {
    const file = join(home, 'mine.zip');
    writeFileSync(file, hub.models['tiny']!['main']!['tiny.zip']!);
    for (const [teacher, name] of [[`${hub.address}/tiny/resolve/main/tiny.zip`, 'tiny'], [file, 'mine']] as const) {
      for (let time = 0; time < 2; time++) {
        const { recipe, folders } = await recipeOf({ teacher });
        expect(recipe.teacher).toEqual({ kind: 'folder', name });
        expect(readdirSync(folders.teacher!).sort()).toEqual(Object.keys(FILES).sort());
      }
    }
  });

  it('checks its options at once where nothing is fetched', () => {
    expect(() => withFetched({ teacher: 'mini-bert-sst2' }, { teacher: 'model' }, (values) => async () => ({ text: '', json: distillJob(values) }))).not.toThrow();
    expect(() => withFetched({ teacher: 'mini-bert-sst2' }, { teacher: 'model' }, (values) => {
      const json = distillJob(values);
      return async () => ({ text: '', json });
    })).toThrow('Did you mean mini-bert-sst-2?');
  });
});
