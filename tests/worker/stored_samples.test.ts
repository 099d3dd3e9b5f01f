import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { USUAL_PLAN } from '../../src/corpus/sample_plan.ts';
import { sampleFile } from '../../src/corpus/samples_record.ts';
import type { DataSource, Recipe } from '../../src/experiment/recipe.ts';
import { prepare } from '../../src/lab/prepare.ts';
import { SampleStore } from '../../src/store/samples.ts';
import { storageUsage } from '../../src/store/usage.ts';
import { performCorpus } from '../../src/worker/corpus_tasks.ts';
import { modelFiles } from '../lab/given_files.ts';
import { smallRecipe, WORDS } from '../lab/small_session.ts';
import { memoryLocks } from '../store/fixtures.ts';
import { open } from '../tensor/backends.ts';
import { emptyStore, fillDisk, losses, only, start, states } from './bench.ts';

const TEXT = Array.from({ length: 29 }, (_, i) => `The film was ${i % 3 === 0 ? 'good' : 'bad'}. The book was not a good book. A very bad film is the book. ${'It is good. '.repeat(i % 4)}\n\n`).join('');
const PLAN = { ...USUAL_PLAN, type: 'lines', num_train_shards: 3, num_test_shards: 2, frac_test: 0.3, max_seq_length: 13 } as const;
const small = smallRecipe();
const recipe = (data: DataSource, max_seq_length = small.training.max_seq_length): Recipe => ({ ...small, kind: 'pretrain', stages: [], baselines: false, teacher: { kind: 'folder', name: 'mine' }, data, training: { ...small.training, max_seq_length, num_train_epochs: 2 } });
const KEPT = { kind: 'folder', name: 'films', samples: 'a' } as const;

const make = (set = 'a', plan: Partial<typeof PLAN> = {}, store = new SampleStore()) =>
  performCorpus({ type: 'make', set, name: 'films', files: [{ name: 'all.txt', blob: new Blob([TEXT]) }], plan: { ...PLAN, ...plan }, vocabulary: { kind: 'files', name: 'mine', files: modelFiles(), lowerCase: true } }, { baseUrl: '', store, now: () => 0, date: () => 1, tell: () => undefined });

beforeAll(() => open('wasm'));
beforeEach(async () => {
  vi.stubGlobal('navigator', { locks: memoryLocks() });
  await emptyStore();
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const run = (id: string, of: Recipe, data?: readonly { name: string; blob: Blob }[]) => start(id, { recipe: of, files: { teacher: modelFiles(), ...(data ? { data } : {}) }, prepare });

describe('a run on a stored set of samples', () => {
  it('trains as on the same files of a folder', async () => {
    await make();
    const set = (await new SampleStore().get('a'))!;
    const files = await Promise.all(set.samples.map(async ({ kind, index }) => ({ name: sampleFile(kind, index), blob: new Blob([(await new SampleStore().file('a', kind, index))!.slice()]) })));
    const given = await run('folder', recipe({ kind: 'folder', name: 'films' }), [...files, { name: 'samples.json', blob: new Blob(['{"version":1,"train":3,"test":2}']) }]);
    const kept = await run('kept', recipe(KEPT));
    expect(losses(kept.events).length).toBeGreaterThan(5);
    expect(losses(kept.events)).toEqual(losses(given.events));
    expect(states(kept.events)).toEqual(['running', 'done']);
    expect((await storageUsage()).samples).toEqual(new Map([['a', set.samples.reduce((sum, { bytes }) => sum + bytes, 0)]]));
  });

  it('begins with random weights and the tokenizer of the set, which the model then has', async () => {
    await make();
    const scratch: Recipe = { ...recipe(KEPT), teacher: { kind: 'scratch', num_hidden_layers: 3, hidden_size: 10 }, tokenizer: KEPT };
    const { events, run: made } = await start('scratch', { recipe: scratch, files: { tokenizer: [{ name: 'vocab.txt', blob: new Blob([[...WORDS, 'more'].join('\n')]) }] }, prepare });
    expect(states(events)).toEqual(['running', 'done']);
    expect(made.session?.tokenizer.vocabSize).toBe(WORDS.length);
  });

  it.each<[string, () => Promise<unknown>, Recipe, string]>([
    ['a set that was deleted', async () => { await make(); await new SampleStore().delete('a'); }, recipe(KEPT), 'no-such-samples'],
    ['samples that are longer than the run reads', () => make('a', { max_seq_length: 19 as 13 }), recipe(KEPT, 13), 'other-length'],
  ])('is refused with one error for %s', async (_name, before, of, code) => {
    await before();
    const { events } = await run('r', of);
    expect(only('fault', events).map(({ fault }) => fault.code)).toEqual([code]);
  });
});

describe('a full disk', () => {
  it('is told, what was stored stays, and the set is finished when there is room', async () => {
    let full = false;
    let written = 0;
    fillDisk(() => full && ++written > 2, ['sample-file']);
    await make('whole');
    full = true;
    await expect(make()).rejects.toMatchObject({ code: 'storage-full' });
    const store = new SampleStore();
    expect(await store.get('a')).toMatchObject({ state: 'making', samples: [{ index: 0 }, { index: 1 }] });
    full = false;
    await performCorpus({ type: 'go-on', set: 'a', files: [] }, { baseUrl: '', store, now: () => 0, date: () => 1, tell: () => undefined });
    const [a, whole] = await Promise.all(['a', 'whole'].map((id) => store.get(id)));
    expect(a?.samples).toEqual(whole?.samples);
    for (const { kind, index } of a!.samples) expect(await store.file('a', kind, index)).toEqual(await store.file('whole', kind, index));
  });

  it('leaves a record that cannot be read in the list, to be deleted', async () => {
    await make();
    const store = new SampleStore();
    await store.put({ ...(await store.get('a'))!, articles: -1 });
    expect(await store.list()).toEqual({ sets: [], unreadable: ['a'] });
    await expect(store.get('a')).rejects.toMatchObject({ code: 'store-unreadable' });
    await store.delete('a');
    expect(await store.list()).toEqual({ sets: [], unreadable: [] });
  });
});
