import { expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import App from '../../../src/ui/App.svelte';
import '../../../src/ui/styles/base.css';
import { FakeLibrary, FakeTrainer } from './fake_lab.ts';

it('a pasted line of run_glue says how it was read, and begins', async () => {
  const trainer = new FakeTrainer(0);
  await render(App, { trainer, library: new FakeLibrary() });
  await page.getByText('Paste a command line').click();
  const box = page.getByLabelText('A line of the paper’s code, or of this lab’s');
  await userEvent.fill(box, 'python run_glue.py --model_name_or_path mini-bert --task_name RTE --do_train --do_eva');
  await page.getByRole('button', { name: 'Read the line' }).click();
  await expect.element(page.getByText('Did you mean --do_eval?')).toBeVisible();
  expect(page.getByRole('button', { name: 'Start finetuning' }).elements()).toEqual([]);
  await userEvent.fill(box, 'python run_glue.py --model_name_or_path mini-bert --task_name RTE --do_train --do_eval --fp16');
  await page.getByRole('button', { name: 'Read the line' }).click();
  await expect.element(page.getByText('--fp16: all arithmetic is in float32.')).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Start what the form says instead' })).toHaveClass(/quiet/);
  await page.getByRole('button', { name: 'Start finetuning' }).click();
  await expect.poll(() => trainer.sent.find(({ type }) => type === 'start')).toMatchObject({ recipe: { kind: 'finetune', task: 'rte', name: 'rte-run_glue-seed-42', teacher: { kind: 'bundled', name: 'mini-bert' } } });
});
