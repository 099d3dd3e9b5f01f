import { expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { DEFAULT_RECIPE } from '../../../src/experiment/presets.ts';
import RunsList from '../../../src/ui/library/RunsList.svelte';
import { record, row } from './fake_lab.ts';

it('tells the scores of the models that a run has', async () => {
  const nothing = (): void => undefined;
  const runs = [record({ ...DEFAULT_RECIPE, kind: 'finetune', stages: [], name: 'alone' }, { state: 'done', rows: [row('finetuned')] })];
  render(RunsList, { runs, shown: undefined, active: undefined, onOpen: nothing, onContinue: nothing, onExport: nothing, onDelete: nothing });
  await expect.element(page.getByText('Finetuned', { exact: true })).toBeVisible();
  await expect.element(page.getByText('88.1')).toBeVisible();
  expect(page.getByText('Teacher', { exact: true }).elements()).toEqual([]);
});
