import axe from 'axe-core';
import { expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { Fault } from '../../../src/fault/fault.ts';
import type { openRemote, OpenOptions } from '../../../src/hub/open_remote.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { Downloads } from '../../../src/store/downloads.ts';
import OpenModel from '../../../src/ui/setup/OpenModel.svelte';
import { ModelOpener } from '../../../src/ui/state/model_opener.svelte.ts';
import { Setup } from '../../../src/ui/state/setup.svelte.ts';
import '../../../src/ui/styles/base.css';

const FILES = ['config.json', 'model.safetensors'].map((name) => ({ name, blob: new Blob(['{"num_hidden_layers":7}']) }));

/** The component over a fetch that waits to be told what becomes of it. */
function opened() {
  const asked: { text: string; options: OpenOptions }[] = [];
  let settle: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  const setup = new Setup();
  const ports = {
    downloads: new Downloads(openDatabase(crypto.randomUUID())),
    now: () => 1000 * asked.length,
    fetchModel: (text: string, options: OpenOptions) => new Promise<Awaited<ReturnType<typeof openRemote>>>((resolve, reject) => {
      asked.push({ text, options });
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason));
      settle = { resolve: () => resolve({ name: 'org/tiny', source: 'org/tiny@main', files: FILES }), reject };
    }),
  };
  render(OpenModel, { setup, opener: new ModelOpener(ports) });
  return { asked, setup, ports, settle: () => settle! };
}

it('fetches a model by its name, with progress, and takes it as the teacher', async () => {
  const { asked, setup, ports, settle } = opened();
  await page.getByText('A model from the Hub').click();
  await page.getByLabelText(/Name on the Hugging Face Hub/).fill('org/tiny');
  await page.getByLabelText(/Access token/).fill('hf_secret');
  await userEvent.keyboard('{Enter}');
  await expect.poll(() => asked.length).toBe(1);
  expect(asked[0]).toMatchObject({ text: 'org/tiny', options: { token: 'hf_secret', cache: ports.downloads } });
  asked[0]!.options.onProgress?.('model.safetensors', 3_000_000, 9_000_000);
  await expect.element(page.getByText(/model\.safetensors: 3\.0 MB of 9\.0 MB/)).toBeVisible();
  await expect.element(page.getByRole('progressbar', { name: 'Fetching model.safetensors' })).toBeVisible();
  expect((await axe.run()).violations.map(({ id }) => id).filter((id) => !['region', 'landmark-one-main', 'page-has-heading-one', 'heading-order', 'document-title', 'html-has-lang'].includes(id))).toEqual([]);
  settle().resolve();
  await expect.element(page.getByRole('status')).toHaveTextContent('Recognised: Teacher in “org/tiny”.');
  expect(setup.draft.teacher).toEqual({ kind: 'folder', name: 'org/tiny' });
  await expect.poll(() => setup.teacherLayers).toBe(7);
  expect(JSON.stringify([{ ...localStorage }, { ...sessionStorage }])).not.toContain('hf_secret');
});

it('stops on request, says what failed, and lists what is kept', async () => {
  const { asked, ports, settle } = opened();
  await ports.downloads.begin('org/half@main', { path: 'model.safetensors', size: 7000, tag: 'a' });
  await ports.downloads.add('org/half@main', 'model.safetensors', 0, new Blob(['x'.repeat(5000)]));
  await page.getByText('A model from the Hub').click();
  await expect.element(page.getByText(/5\.0 kB, not whole yet/)).toBeVisible();
  await page.getByRole('button', { name: 'Go on with org/half@main' }).click();
  expect(asked[0]?.text).toBe('org/half@main');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect.element(page.getByRole('status')).toHaveTextContent('What has arrived is kept');
  await page.getByLabelText(/Name on the Hugging Face Hub/).fill('org/none');
  await page.getByRole('button', { name: 'Fetch', exact: true }).click();
  settle().reject(new Fault({ code: 'no-such-model', where: 'the Hub', expected: 'a model', got: '<b>none</b>', remedy: 'Check the name.' }));
  await expect.element(page.getByRole('status')).toHaveTextContent('got <b>none</b>. Check the name.');
  await page.getByRole('button', { name: 'Delete org/half@main' }).click();
  await expect.poll(() => ports.downloads.list()).toEqual([]);
});

it('keeps and finds bytes in the real store of the browser', async () => {
  const downloads = new Downloads(openDatabase(crypto.randomUUID()));
  const file = { path: 'a/model.safetensors', size: 12, tag: 't' };
  await downloads.begin('org/x@main', file);
  await downloads.add('org/x@main', file.path, 0, new Blob(['hello ']));
  await downloads.add('org/x@main', file.path, 9, new Blob(['gap']));
  await downloads.add('org/x@main', file.path, 6, new Blob(['wor']));
  const found = await downloads.get('org/x@main', file.path);
  expect(await new Blob([...(found?.parts ?? [])]).text()).toBe('hello worgap');
  expect(await downloads.listing('org/x@main')).toBeUndefined();
  await downloads.finish('org/x@main', [file]);
  expect(await downloads.listing('org/x@main')).toEqual([file]);
  expect(await downloads.list()).toEqual([{ source: 'org/x@main', bytes: 12, whole: true }]);
});
