import axe from 'axe-core';
import { expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { taskNamed } from '../../../src/data/tasks.ts';
import { Fault } from '../../../src/fault/fault.ts';
import TestAnswers from '../../../src/ui/result/TestAnswers.svelte';
import '../../../src/ui/styles/base.css';

const IGNORED = ['region', 'landmark-one-main', 'page-has-heading-one', 'heading-order', 'document-title', 'html-has-lang'];
const examples = ['a', 'b', 'c'].map((text) => ({ text, textPair: 'd' }));
/** Two models; the second answers contradiction, neutral, neutral. */
const ANSWER = { type: 'predictions', id: 1, task: taskNamed('mnli'), examples, models: [{ arm: 'teacher', logits: new Float32Array(9) }, { arm: 'distilled', logits: Float32Array.of(0, 1, 2, 0, 2, 1, 0, 2, 1) }] } as const;

it('predicts each split of test rows, and gives the files of run_glue', async () => {
  const asked: string[] = [];
  render(TestAnswers, { splits: ['test', 'test_mismatched'], busy: false, predict: async (split: string) => (asked.push(split), ANSWER) });
  await page.getByRole('button', { name: 'Predict the test rows' }).click();
  await expect.element(page.getByText('Mismatched test rows:')).toBeVisible();
  expect(asked).toEqual(['test', 'test_mismatched']);
  expect(page.getByText('3 rows; entailment: 0, neutral: 2, contradiction: 1').elements()).toHaveLength(2);
  expect(page.getByRole('button').elements().map((button) => button.textContent?.trim())).toEqual([
    'Save predict_results_mnli.txt', 'Save MNLI-m.tsv', 'Save predictions_mnli.tsv', 'Save predict_results_mnli-mm.txt', 'Save MNLI-mm.tsv', 'Save predictions_mnli-mm.tsv',
  ]);
  const saved: Blob[] = [];
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => (saved.push(blob as Blob), 'blob:none'));
  await page.getByRole('button', { name: 'Save MNLI-m.tsv' }).click();
  expect(await saved[0]?.text()).toBe('index\tprediction\n0\tcontradiction\n1\tneutral\n2\tneutral\n');
  expect((await axe.run()).violations.map(({ id }) => id).filter((id) => !IGNORED.includes(id))).toEqual([]);
});

it('shows what is wrong with a test file, and can be asked again', async () => {
  render(TestAnswers, { splits: ['test'], busy: false, predict: () => Promise.reject(new Fault({ code: 'BadRow', where: 'test.tsv, row 3', expected: '4 columns', got: '2', remedy: 'Give the whole file.' })) });
  await page.getByRole('button', { name: 'Predict the test rows' }).click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('test.tsv, row 3');
  await expect.element(page.getByRole('button', { name: 'Predict the test rows' })).toBeEnabled();
});
