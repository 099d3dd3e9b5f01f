import { expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { openDatabase } from '../../../src/store/database.ts';
import { Downloads } from '../../../src/store/downloads.ts';
import OpenData from '../../../src/ui/setup/OpenData.svelte';
import { dataOpener } from '../../../src/ui/state/data_opener.ts';
import { Setup } from '../../../src/ui/state/setup.svelte.ts';

it('takes the tables of the task from a data set, and lists those that are kept for it', async () => {
  const setup = new Setup();
  const downloads = new Downloads(openDatabase(crypto.randomUUID()));
  for (const source of ['org/model@main', 'datasets/org/glue@main#rte', 'datasets/org/glue@main#sst-2']) {
    await downloads.begin(source, { path: 'train.csv', size: 3, tag: 'a' });
    await downloads.add(source, 'train.csv', 0, new Blob(['abc']));
  }
  const asked: string[] = [];
  const fetchModel = async (text: string) => {
    asked.push(text);
    const files = ['train.csv', 'validation.csv'].map((name) => ({ name, blob: new Blob(['sentence,label\ngood,1\n']) }));
    return { name: 'org/glue', source: 'datasets/org/glue@main#sst-2', files };
  };
  render(OpenData, { setup, opener: dataOpener(() => setup.draft.task, { downloads, now: () => 0, fetchModel }) });
  await page.getByText('Rows of a data set').click();
  await expect.element(page.getByRole('button', { name: 'Go on with datasets/org/glue@main#sst-2' })).toBeVisible();
  expect(page.getByText('#rte').elements()).toEqual([]);
  expect(page.getByText('org/model').elements()).toEqual([]);
  await page.getByLabelText(/Data set with tables of sst-2/).fill('org/glue');
  await userEvent.keyboard('{Enter}');
  await expect.element(page.getByRole('status')).toHaveTextContent('Recognised: Task data in “org--glue”.');
  expect(asked).toEqual(['org/glue']);
  expect(setup.draft.data).toEqual({ kind: 'folder', name: 'org--glue' });
  setup.chooseTask('rte');
  await expect.element(page.getByRole('button', { name: 'Go on with datasets/org/glue@main#rte' })).toBeVisible();
});
