import axe from 'axe-core';
import { afterEach, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import type { Example } from '../../../src/data/task.ts';
import Predictions from '../../../src/ui/result/Predictions.svelte';
import '../../../src/ui/styles/base.css';
import { taskNamed } from '../../../src/data/tasks.ts';
import type { Event } from '../../../src/worker/protocol.ts';

const z = (p: number) => [Math.log(1 - p), Math.log(p)];
/** 43 rows, all positive; the teacher always says so, the student only of even rows; row 17 has them furthest apart. */
const EXAMPLES: Example[] = Array.from({ length: 43 }, (_, i) => ({ text: `sentence number ${i} of a long table`, label: 1 }));
const ANSWER: Extract<Event, { type: 'predictions' }> = {
  type: 'predictions', id: 1, task: taskNamed('sst-2'), examples: EXAMPLES,
  models: [{ arm: 'teacher', logits: Float32Array.from(EXAMPLES.flatMap(() => z(0.75))) }, { arm: 'distilled', logits: Float32Array.from(EXAMPLES.flatMap((_, i) => z(i === 17 ? 0.01 : i % 2 ? 0.3 : 0.6))) }],
};

const first = () => page.getByRole('row').nth(1);

async function open(predict = async () => ANSWER): Promise<void> {
  await render(Predictions, { name: 'run', busy: false, predict });
  await page.getByRole('button', { name: 'Predict the dev rows' }).click();
}

afterEach(() => page.viewport(1280, 900));

it.each([[1280, 900], [360, 740]])('shows answers by disagreement, page by page, at %i × %i, with no accessibility violation', async (width, height) => {
  await page.viewport(width, height);
  await open();
  await expect.element(first()).toHaveTextContent(/^17\s*sentence number 17 of a long table\s*positive\s*positive\s*negative 25\.0 %\s*positive 75\.0 %\s*0\.288\s*negative \(wrong\)\s*negative 99\.0 %\s*positive 1\.0 %\s*4\.605\s*0\.740$/);
  const answer = page.getByText('negative (wrong)').first().element().getBoundingClientRect();
  expect([answer.left >= 0, answer.right <= width]).toEqual([true, true]);
  await expect.element(page.getByText('1–20 of 43')).toBeVisible();
  expect(page.getByRole('row').elements().length).toBe(21);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  await expect.element(page.getByText('41–43 of 43')).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Next' })).toBeDisabled();
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(width);
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false }, 'landmark-one-main': { enabled: false }, 'heading-order': { enabled: false } } });
  expect(violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target.join(' ')}`))).toEqual([]);
});

it('asks about the mismatched rows too, where the data has them, and saves them by their name', async () => {
  const mnli = taskNamed('mnli');
  const asked: string[] = [];
  const predict = async (_told: unknown, split: string) => {
    asked.push(split);
    return { ...ANSWER, task: mnli, examples: [{ text: split, textPair: 'b', label: 1 }], models: [{ arm: 'finetuned' as const, logits: Float32Array.of(0, 2, 1) }] };
  };
  await render(Predictions, { name: 'run', busy: false, mismatched: true, predict });
  await page.getByRole('button', { name: 'Predict the dev rows' }).click();
  await expect.element(page.getByRole('button', { name: 'Save MNLI-m.tsv' })).toBeVisible();
  await page.getByRole('radio', { name: 'Mismatched' }).click();
  await page.getByRole('button', { name: 'Predict the dev rows' }).click();
  await expect.element(page.getByRole('button', { name: 'Save MNLI-mm.tsv' })).toBeVisible();
  expect(asked).toEqual(['dev', 'mismatched']);
});

it('filters by who is right and by words, and begins at the first page again', async () => {
  await open();
  await page.getByRole('button', { name: 'Next' }).click();
  await userEvent.selectOptions(page.getByLabelText('Show'), 'Only the teacher is right');
  await expect.element(page.getByText('1–20 of 21')).toBeVisible();
  await userEvent.fill(page.getByLabelText('With the words'), 'NUMBER 17');
  await expect.element(page.getByText('1–1 of 1')).toBeVisible();
  await userEvent.fill(page.getByLabelText('With the words'), 'nothing like it');
  await expect.element(page.getByText('No row')).toBeVisible();
});

it('saves the rows in view, and the file that GLUE takes', async () => {
  const saved: [string, Blob][] = [];
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    saved.push(['', blob as Blob]);
    return 'blob:saved';
  });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.at(-1)![0] = this.download;
  });
  await open();
  await page.getByRole('button', { name: 'Save SST-2.tsv' }).click();
  await page.getByRole('button', { name: 'Save these as TSV' }).click();
  vi.restoreAllMocks();
  expect(saved.map(([name]) => name)).toEqual(['SST-2.tsv', 'run-predictions.tsv']);
  expect(await saved[0]![1].text()).toMatch(/^index\tprediction\n0\t1\n1\t0\n/);
  expect((await saved[1]![1].text()).split('\n')[1]).toMatch(/^17\tsentence number 17 of a long table\tpositive\tpositive\t/);
});

it('tells why rows cannot be read, and can be asked again', async () => {
  await open(() => Promise.reject(new Error('no files')));
  await expect.element(page.getByRole('alert')).toBeVisible();
  await expect.element(page.getByRole('button', { name: 'Predict the dev rows' })).toBeEnabled();
});
