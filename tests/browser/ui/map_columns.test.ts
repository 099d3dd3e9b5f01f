import axe from 'axe-core';
import { expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import OwnFiles from '../../../src/ui/setup/OwnFiles.svelte';
import { Setup } from '../../../src/ui/state/setup.svelte.ts';
import '../../../src/ui/styles/base.css';

const file = (name: string, content: string) => ({ name, blob: new Blob([content]) });
const IGNORED = ['region', 'landmark-one-main', 'page-has-heading-one', 'heading-order', 'document-title', 'html-has-lang'];

async function opened(...files: { name: string; blob: Blob }[]) {
  const setup = new Setup();
  setup.give(files);
  render(OwnFiles, { setup, guard: (work: () => Promise<void>) => work() });
  await page.getByText('Your own files').click();
  return setup;
}

it('shows the first rows, and lets a person say which columns are meant', async () => {
  const setup = await opened(file('mine.csv', 'words,mood\n"good, <b>really</b>",positive\nbad\n'), file('held.csv', 'words,mood\nbad,negative\n'));
  expect(setup.draft.data).toEqual({ kind: 'folder', name: 'task data', train_file: 'mine.csv', validation_file: 'held.csv' });
  await expect.element(page.getByText('good, <b>really</b>')).toBeVisible();
  await expect.element(page.getByText('cannot be read: expected 2 columns, got 1')).toBeVisible();
  await expect.element(page.getByText('Choose the columns: their names are not those of sst-2.')).toBeVisible();
  await page.getByLabelText('Text', { exact: true }).selectOptions('words');
  await page.getByLabelText('Label', { exact: true }).selectOptions('mood');
  expect(setup.draft.data).toMatchObject({ columns: { sentence1: 'words', label: 'mood' } });
  await expect.element(page.getByText('Read as CSV with the columns shown.')).toBeVisible();
  await page.getByLabelText('Text', { exact: true }).selectOptions('by its name');
  expect(setup.draft.data).toMatchObject({ columns: { label: 'mood' } });
  expect((await axe.run()).violations.map(({ id }) => id).filter((id) => !IGNORED.includes(id))).toEqual([]);
});

it('finds the columns by name, and is worked by keyboard', async () => {
  const setup = await opened(file('SST-2/train.tsv', 'sentence\tlabel\ngood\t1\n'), file('SST-2/dev.tsv', 'sentence\tlabel\nbad\t0\n'));
  expect(setup.draft.data).toEqual({ kind: 'folder', name: 'SST-2' });
  await expect.element(page.getByLabelText('Text', { exact: true })).toHaveDisplayValue('sentence (by its name)');
  await page.getByLabelText('Scores on').selectOptions('a part of the other file');
  expect(setup.draft.data).toEqual({ kind: 'folder', name: 'SST-2', train_file: 'train.tsv' });
  page.getByRole('checkbox', { name: /Leave out rows/ }).element().focus();
  await userEvent.keyboard(' ');
  expect(setup.draft.data).toMatchObject({ skip_broken_rows: true });
  setup.chooseTask('rte');
  await expect.element(page.getByText('Choose the columns: their names are not those of rte.')).toBeVisible();
  await expect.element(page.getByLabelText('Second text')).toBeVisible();
});

it('takes rows that are pasted, and says what a file is not', async () => {
  const setup = await opened(file('x/train.tsv', ''));
  await expect.element(page.getByRole('alert')).toHaveTextContent('train.tsv: expected a table of examples, got an empty file.');
  await page.getByLabelText(/Or paste rows/).fill('sentence,label\n"A lovely, film.",positive\nIt is dull.,negative\n');
  await page.getByRole('button', { name: 'Use these rows' }).click();
  expect(setup.draft.data).toEqual({ kind: 'folder', name: 'pasted rows', train_file: 'pasted rows' });
  await expect.element(page.getByText('A lovely, film.')).toBeVisible();
  await expect.element(page.getByText('Read as CSV with the columns shown.')).toBeVisible();
});

it('reads the task’s own rows of a folder of many, also after another task', async () => {
  const pair = (words: string) => `sentence1\tsentence2\tlabel\n${words}\tyes\tentailment\n`;
  const setup = await opened(file('glue/QNLI/train.tsv', 'question\tsentence\tlabel\nwho\tshe\tentailment\n'), file('glue/RTE/train.tsv', pair('rte words')), file('glue/RTE/dev.tsv', pair('b')), file('glue/SST-2/train.tsv', 'sentence\tlabel\nfine film\t1\n'), file('glue/SST-2/dev.tsv', 'sentence\tlabel\nbad\t0\n'));
  expect(setup.given.map(({ use, folder }) => [use, folder])).toEqual([['data', 'glue']]);
  expect(setup.draft.data).toEqual({ kind: 'folder', name: 'glue' });
  await expect.element(page.getByText('fine film')).toBeVisible();
  setup.chooseTask('rte');
  await expect.element(page.getByText('rte words')).toBeVisible();
  await expect.element(page.getByLabelText('Train on')).toHaveDisplayValue('RTE/train.tsv');
  expect(setup.files.data?.map(({ name }) => name)).toContain('RTE/dev.tsv');
  setup.chooseTask('wnli');
  await expect.element(page.getByRole('alert')).toHaveTextContent('No file here is known to hold rows of wnli');
  await page.getByLabelText('Train on').selectOptions('SST-2/dev.tsv');
  expect(setup.draft.data).toEqual({ kind: 'folder', name: 'glue', train_file: 'SST-2/dev.tsv' });
});

it('counts the rows of all tables, and stops where the run would', async () => {
  const train = 'sentence\tlabel\ngood\t1\nbad\t0\nbad\t0\ngood film\t1\nlost row\n';
  const setup = await opened(file('own/train.tsv', train), file('own/dev.tsv', 'sentence\tlabel\nbad\t0\nfine\t1\n'));
  await expect.element(page.getByRole('alert')).toHaveTextContent(/train\.tsv, row 6: expected 2 columns, got 1.*“Leave out rows that cannot be read” on the page/);
  await page.getByRole('checkbox', { name: /Leave out rows/ }).click();
  await expect.element(page.getByText('Training rows: 4, of them 2 negative and 2 positive, 1 left out, 1 repeated.')).toBeVisible();
  await expect.element(page.getByText('Dev rows: 2, of them 1 negative and 1 positive, 1 also among the training rows.')).toBeVisible();
  setup.chooseTask('cola');
  await expect.element(page.getByText('Dev rows: 2, of them 1 unacceptable and 1 acceptable, 1 also among the training rows.')).toBeVisible();
});

it('does not approve of labels that the task does not know', async () => {
  await opened(file('own/train.tsv', 'sentence\tlabel\ngood\tentailment\n'), file('own/dev.tsv', 'sentence\tlabel\nbad\t0\n'));
  await expect.element(page.getByRole('alert')).toHaveTextContent('train.tsv, row 2: expected one of "negative" or 0, "positive" or 1, got “entailment”.');
});
