import axe from 'axe-core';
import { createRawSnippet } from 'svelte';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page } from 'vitest/browser';
import { SampleStore, watchSamples } from '../../../../src/store/samples.ts';
import { storageUsage } from '../../../../src/store/usage.ts';
import TextView from '../../../../src/ui/text/TextView.svelte';
import { Texts, type TextPorts } from '../../../../src/ui/text/texts.svelte.ts';
import { corpusInWorker } from '../../../../src/worker/corpus_client.ts';
import type { CorpusEvent, CorpusTask } from '../../../../src/worker/corpus_protocol.ts';
import type { GivenFile } from '../../../../src/worker/protocol.ts';
import '../../../../src/ui/styles/base.css';

const VOCAB = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'the', 'old', 'sea', 'is', 'calm', '.', ...'0123456789', ...[...'0123456789'].map((digit) => `##${digit}`)];
const TEXT = Array.from({ length: 53 }, (_, i) => `The old sea is calm ${i}. ${'The sea is old. '.repeat(1 + (i % 7))}\n\n`).join('');
const EVIL = '<img src=x onerror=document.title="run">';
const store = new SampleStore();

interface Opened {
  readonly texts: Texts;
  readonly handed: GivenFile[];
  readonly used: string[];
  readonly faults: unknown[];
}

let end: () => void = () => undefined;
async function opened(perform: TextPorts['perform'] = corpusInWorker): Promise<Opened> {
  const handed: GivenFile[] = [];
  const used: string[] = [];
  const faults: unknown[] = [];
  const texts = new Texts({ perform, store, watch: watchSamples, usage: () => storageUsage(), persist: async () => false, hand: (file) => void handed.push(file) });
  end = texts.begin();
  const notices = createRawSnippet(() => ({ render: () => '<p>no alerts</p>' }));
  await render(TextView, { texts, guard: (task: () => Promise<void>) => task().catch((error: unknown) => void faults.push(error)), notices, onUse: (id: string) => void used.push(id), offered: [{ name: 'my-bert', files: [{ name: 'tokenizer.json', blob: new Blob(['{}']) }] }] });
  return { texts, handed, used, faults };
}

async function clear(): Promise<void> {
  const { sets, unreadable } = await store.list();
  for (const id of [...sets.map((set) => set.id), ...unreadable]) await store.delete(id);
}

beforeEach(async () => {
  document.title = 'test';
  await page.viewport(1280, 900);
  await clear();
});
afterEach(async () => {
  end();
  await clear();
});

const pick = (zone: number, files: readonly File[]) => page.getByLabelText('Pick files').nth(zone).upload([...files]);
const vocabulary = (words: readonly string[] = VOCAB) => new File([words.join('\n')], 'vocab.txt');
const fill = (label: string, value: string) => page.getByLabelText(label, { exact: true }).fill(value);
const button = (name: string | RegExp) => page.getByRole('button', { name });
const done = () => expect.element(page.getByText(/^Done/), { timeout: 20_000 }).toBeVisible();

/** Makes samples by the form; a large file is given without the field, whose test tool takes a minute for it. */
async function make(text: File, words?: readonly string[], texts?: Texts): Promise<void> {
  await pick(1, [vocabulary(words)]);
  if (texts) texts.giveText([{ name: text.name, blob: text }]);
  else await pick(0, [text]);
  await page.getByLabelText('What the files hold').selectOptions('lines');
  await fill('Tokens of a sample', '23');
  await fill('Training shards', '3');
  await fill('Test shards', '2');
  await button('Make samples').click();
}

async function violations(): Promise<string[]> {
  const { violations: found } = await axe.run(document.body, { rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false }, 'heading-order': { enabled: false } } });
  return found.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(' ')}`));
}

describe('the view of texts, over the real worker', () => {
  it('makes samples, lists, exports, imports and deletes them', async () => {
    const { handed, used } = await opened();
    await expect.element(button('Give a text first')).toBeDisabled();
    await make(new File([TEXT], `${EVIL}.txt`));
    await done();
    await expect.element(page.getByRole('heading', { name: EVIL })).toBeVisible();
    await expect.element(page.getByText(/training and .* test samples of at most 23 tokens · 53 articles, .* of text · vocabulary of 31 tokens \(vocab\) · seed 555$/)).toBeVisible();
    await expect.element(page.getByRole('img', { name: /^Lengths of \d+ samples: \d+ tokens on average, 23 at most$/ })).toBeVisible();
    expect(await violations()).toEqual([]);
    const { sets: [made] } = await store.list();
    expect(made?.samples).toHaveLength(5);
    await button(/^Distil on /).click();
    expect(used).toEqual([made!.id]);
    await button(/^Export /).click();
    await expect.poll(() => handed.length, { timeout: 20_000 }).toBe(1);
    await page.getByText('Import samples').click();
    await pick(2, [new File([handed[0]!.blob], 'sea.zip')]);
    await expect.poll(async () => (await store.list()).sets.filter(({ state }) => state === 'done').length, { timeout: 20_000 }).toBe(2);
    const { sets } = await store.list();
    const imported = sets.find(({ id }) => id !== made!.id);
    expect(imported?.samples).toEqual(made!.samples);
    for (const { kind, index } of made!.samples) expect(await store.file(imported!.id, kind, index)).toEqual(await store.file(made!.id, kind, index));
    await button(/^Delete /).first().click();
    await page.getByRole('button', { name: 'Delete the samples' }).click();
    await expect.poll(async () => (await store.list()).sets.length).toBe(1);
    expect(document.title).toBe('test');
  });

  it.each<[string, File, readonly string[] | undefined, RegExp]>([
    ['text in another encoding', new File([Uint8Array.of(0x61, 0x0a, 0xe9, 0x0a)], 'latin.txt'), undefined, /other bytes, as in Latin-1 or UTF-16/],
    ['one line of 50 MB', new File([new Uint8Array(50e6).fill(0x61)], 'long.txt'), undefined, /lines of at most 32 MB/],
    ['fewer articles than shards', new File(['One.\n\nTwo.\n'], 'few.txt'), undefined, /at least as many articles as shards \(5\)/],
    ['a vocabulary without [MASK]', new File([TEXT], 'sea.txt'), VOCAB.filter((token) => token !== '[MASK]'), /\[MASK\]/],
  ])('tells %s as one error, and keeps nothing of it', async (_name, text, words, message) => {
    const { texts } = await opened();
    await make(text, words, texts);
    const alert = page.getByRole('alert');
    await expect.element(alert, { timeout: 20_000 }).toHaveTextContent(message);
    expect(alert.elements()).toHaveLength(1);
    expect((await store.list()).sets).toEqual([]);
    await button('Dismiss').click();
    expect(alert.elements()).toHaveLength(0);
  });

  it('tells an empty folder, and a folder of something else to import', async () => {
    const { texts } = await opened();
    texts.giveText([]);
    await expect.element(page.getByRole('alert')).toHaveTextContent(/an empty folder/);
    texts.import([{ name: 'x/readme.md', blob: new Blob(['#']) }]);
    await expect.element(page.getByRole('alert')).toHaveTextContent(/samples\.json, which generate_samples writes at its end/);
  });
});

describe('the view of texts, over a scripted worker', () => {
  it('tells how far it is, stops, and goes on once the files are given again', async () => {
    const tasks: CorpusTask[] = [];
    let tell: (event: CorpusEvent) => void = () => undefined;
    let ended = 0;
    const { texts } = await opened((task, listener) => {
      tasks.push(task);
      tell = listener;
      return () => void (ended += 1);
    });
    await make(new File([TEXT], 'sea.txt'));
    tell({ type: 'progress', phase: 'reading', done: 30e6, total: 120e6, text: 24e6, seconds: 6 });
    await expect.element(page.getByText('30 MB of 120 MB, 4.0 MB/s of text, 18 s left')).toBeVisible();
    await expect.element(page.getByRole('progressbar', { name: 'Reading text: sentences and tokens' })).toHaveAttribute('value', '30000000');
    expect(tasks[0]).toMatchObject({ type: 'make', name: 'sea', plan: { type: 'lines', max_seq_length: 23, num_train_shards: 3, num_test_shards: 2, seed: 555 }, vocabulary: { kind: 'files', lowerCase: true } });
    const { plan } = tasks[0] as Extract<CorpusTask, { type: 'make' }>;
    const set = { id: tasks[0]!.set, name: 'sea', createdAt: 1, state: 'reading', plan, text: [{ name: 'sea.txt', bytes: TEXT.length }], vocabulary: { tokens: 31, crc32: '0' }, vocabularyName: 'vocab', maxSeqLength: 23, nextSentence: false, articles: 0, sentences: 0, textBytes: 0, read: { blocks: 1, file: 0, articles: 7, text: 0 }, samples: [], lengths: [] } as const;
    await store.put(set);
    await button('Stop').click();
    expect(ended).toBe(1);
    await expect.element(page.getByText('Stopped. What was made is kept: go on with it in the list.')).toBeVisible();
    await expect.element(page.getByText(/Give the same file \(sea\.txt\) again to go on\.$/)).toBeVisible();
    texts.files = [];
    await expect.element(button('Go on with sea')).toBeDisabled();
    await pick(0, [new File([TEXT], 'sea.txt')]);
    await button('Go on with sea').click();
    expect(tasks[1]).toMatchObject({ type: 'go-on', set: set.id, files: [{ name: 'sea.txt' }] });
    tell({ type: 'done', text: 98e6, seconds: 20 });
    await expect.element(page.getByText('Done: 98 MB of text in 20 s, 4.9 MB/s.')).toBeVisible();
  });

  it('takes the vocabulary of what was given in the lab, and gives it back', async () => {
    const { texts } = await opened(() => () => undefined);
    await button('Take that of my-bert').click();
    await expect.element(page.getByText('That of my-bert.')).toBeVisible();
    expect(texts.own?.files.map(({ name }) => name)).toEqual(['tokenizer.json']);
    await button('Take the bundled one').click();
    expect(texts.own).toBeUndefined();
    await page.getByText('Another vocabulary').click();
    await expect.element(page.getByLabelText(/^Or the name of a model on the Hugging Face Hub/)).toBeVisible();
  });

  it('refuses numbers that cannot be, and fits a phone', async () => {
    await page.viewport(390, 844);
    await opened(() => () => undefined);
    await page.getByText('More settings').click();
    await fill('Shards that become one', '3');
    await expect.element(page.getByText('8 shards cannot be merged 3 at a time: choose a number that divides both.')).toBeVisible();
    await fill('Training shards', '0');
    await expect.element(page.getByRole('alert')).toHaveTextContent('Training shards must be a whole number from 1 to 65536; it is 0.');
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(390);
  });
});
