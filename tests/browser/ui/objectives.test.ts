import axe from 'axe-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import type { BenchEvent, BenchReport, BenchRow } from '../../../src/experiment/objective_bench.ts';
import { BENCHED } from '../../../src/experiment/objective_catalogue.ts';
import App from '../../../src/ui/App.svelte';
import '../../../src/ui/styles/base.css';
import { FakeLibrary, FakeTrainer } from './fake_lab.ts';

const PARTS = [['embeddings', 0.5, 0], ['layer 0', 0.3, 4], ['classifier', 0.2, 0]] as const;
const row = (objective: string, value: number, terms: readonly string[], passed = true): BenchRow => ({
  objective, value, norm: 2 * value, milliseconds: 13.7, bytes: 4_700_000, check: { error: 0.0003, passed },
  terms: terms.map((name) => ({ name, value: value / terms.length, norm: value })),
  parts: PARTS.map(([name, share, heads]) => ({ name, share, heads: Array.from({ length: heads }, (_, head) => (share * (head + 1)) / 20) })),
});
const ROWS = [row('kd', 0.731, ['ce', 'kd']), row('att_kl', 5.19, ['att_kl'], false)];
const REPORT: BenchReport = {
  notes: ['Teacher: mini-bert-sst-2, 12 layers of width 64.'],
  rows: ROWS,
  refused: [{ objective: 'masked_lm', why: 'No model at hand predicts words.' }],
  labels: ['kd · ce', 'kd · kd', 'att_kl'],
  cosines: [[1, 0.91, null], [0.91, 1, -0.37], [null, -0.37, 1]],
};

async function open(): Promise<FakeTrainer> {
  const trainer = new FakeTrainer(5);
  await render(App, { trainer, library: new FakeLibrary() });
  await page.getByRole('link', { name: 'Objectives' }).click();
  return trainer;
}

const measure = () => page.getByRole('button', { name: /^Measure \d+ objectives/ });
const jobs = (trainer: FakeTrainer) => trainer.sent.flatMap((sent) => (sent.type === 'bench' ? [sent] : []));

/** What the worker says about the last bench that it was asked for. */
function say(trainer: FakeTrainer, ...events: readonly BenchEvent[]): void {
  for (const event of events) trainer.say({ type: 'bench', id: jobs(trainer).at(-1)!.id, event });
}

const whole: readonly BenchEvent[] = [...ROWS.map((one): BenchEvent => ({ kind: 'row', row: one })), { kind: 'refused', refusal: REPORT.refused[0]! }, { kind: 'done', report: REPORT }];

async function faults(): Promise<string[]> {
  // A colour that is on its way to another has neither one's contrast.
  await Promise.all(document.getAnimations().map((animation) => animation.finished));
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  return violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}

beforeEach(async () => {
  localStorage.clear();
  history.replaceState(null, '', '#/');
  await page.viewport(1280, 900);
});

describe.each(['light', 'dark'] as const)('the objective bench in %s colours', (theme) => {
  beforeEach(() => localStorage.setItem('distill-lab-theme', theme));

  it('has no accessibility violations, before, during and after', async () => {
    const trainer = await open();
    expect(await faults()).toEqual([]);
    await measure().click();
    say(trainer, { kind: 'progress', label: 'kd: gradients', done: 3, total: 60, secondsLeft: 17 }, whole[0]!);
    await expect.element(page.getByText('kd: gradients, 3 of 60', { exact: true })).toBeVisible();
    expect(await faults()).toEqual([]);
    say(trainer, ...whole.slice(1));
    await page.getByText('Show as table').click();
    await expect.element(page.getByRole('cell', { name: '−0.37' }).first()).toBeVisible();
    expect(await faults()).toEqual([]);
  });
});

describe('the objective bench', () => {
  it('asks the worker for every objective, on what was chosen', async () => {
    const trainer = await open();
    await page.getByRole('combobox', { name: 'Task' }).selectOptions('RTE, entailment');
    await page.getByRole('combobox', { name: 'Batch' }).selectOptions('Micro: 4 sentences');
    await page.getByRole('combobox', { name: 'Student starts from' }).selectOptions('First teacher layers');
    await page.getByRole('combobox', { name: 'Objectives' }).selectOptions('as the reference released them');
    await measure().click();
    const [{ job, files }] = jobs(trainer) as [ReturnType<typeof jobs>[number]];
    expect(job.objectives).toEqual(BENCHED.map(({ name }) => name));
    expect(job.recipe).toMatchObject({ task: 'rte', fidelity: 'released', student: { num_hidden_layers: 3, init: { kind: 'layers', layers: [0, 1, 2] } }, training: { per_device_train_batch_size: 4 } });
    expect(files).toBeUndefined();
  });

  it('shows rows as they come, can be stopped, and keeps what it found while another view is open', async () => {
    const trainer = await open();
    await measure().click();
    say(trainer, whole[0]!);
    const first = page.getByRole('row', { name: /Logit KD/ });
    await expect.element(first).toHaveTextContent(/0\.7310\s*1\.462/);
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    expect(trainer.sent.at(-1)).toEqual({ type: 'stop-bench' });
    say(trainer, { kind: 'stopped' });
    await expect.element(page.getByText('Stopped; what was found so far is shown below.').first()).toBeVisible();
    await page.getByRole('link', { name: 'Models' }).click();
    await expect.element(first).not.toBeInTheDocument();
    await page.getByRole('link', { name: 'Objectives' }).click();
    await expect.element(first).toBeVisible();
  });

  it('says which gradient is wrong, what was left out, and reads the map of cosines', async () => {
    const trainer = await open();
    await measure().click();
    say(trainer, ...whole);
    await expect.element(page.getByRole('row', { name: /Attention KL/ })).toHaveTextContent('✗ differ');
    await expect.element(page.getByText('was left out. No model at hand predicts words.')).toBeVisible();
    await expect.element(page.getByRole('img', { name: /Heat map of 3 by 3/ })).toHaveAccessibleName(/Most opposed: att_kl and kd · kd, −0\.37\./);
    await page.getByRole('button', { name: 'Attention KL', exact: true }).click();
    await expect.element(page.getByRole('region', { name: 'Formula of Attention KL' })).toHaveTextContent('mean');
    await expect.element(page.getByRole('row', { name: /^layer 0 / })).toHaveTextContent('30.0 %1.5 %3.0 %4.5 %6.0 %');
    await expect.element(page.getByRole('region', { name: 'Code of Attention KL' })).toHaveTextContent('export const attKl: Objective');
  });

  it('shows the fault that ended it, and not as that of a run', async () => {
    const trainer = await open();
    await measure().click();
    trainer.say({ type: 'fault', id: jobs(trainer)[0]!.id, fault: { code: 'worker-busy', where: 'training', expected: 'no run', got: 'a run', remedy: 'Stop it first.' } });
    await expect.element(page.getByRole('alert')).toHaveTextContent('Stop it first.');
    expect(page.getByRole('alert').elements()).toHaveLength(1);
    await expect.element(measure()).toBeEnabled();
  });

  it('waits while a run has the device, and a run waits for it', async () => {
    const trainer = new FakeTrainer(5);
    await render(App, { trainer, library: new FakeLibrary() });
    const start = page.getByRole('button', { name: 'Start distilling' });
    await start.click();
    await page.getByRole('link', { name: 'Objectives' }).click();
    await expect.element(measure()).toBeDisabled();
    await expect.element(page.getByText('A run is in work and has the device')).toBeVisible();
    const run = trainer.sent.flatMap((sent) => (sent.type === 'start' ? [sent.run] : []))[0]!;
    trainer.say({ type: 'state', run, state: 'stopped' });
    await measure().click();
    await page.getByRole('link', { name: 'Lab', exact: true }).click();
    await expect.element(page.getByText('The objective bench is running.')).toBeVisible();
    await expect.element(page.getByRole('button', { name: 'A run is in progress' })).toBeDisabled();
    await page.getByRole('button', { name: 'Show the bench' }).click();
    await expect.element(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
  });

  it('can be worked by keyboard', async () => {
    await open();
    measure().element().focus();
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByRole('button', { name: 'Stop', exact: true })).toBeVisible();
  });
});
