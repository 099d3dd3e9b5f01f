import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import { DEFAULT_RECIPE } from '../../../src/experiment/presets.ts';
import App from '../../../src/ui/App.svelte';
import '../../../src/ui/styles/base.css';
import { FakeLibrary, FakeTrainer, record } from './fake_lab.ts';

async function faults(): Promise<string[]> {
  // A colour that is on its way to another has neither one's contrast.
  await Promise.all(document.getAnimations().map((animation) => animation.finished));
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  return violations.flatMap((v) => v.nodes.map((node) => `${v.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
}

async function open(trainer: FakeTrainer, library = new FakeLibrary()): Promise<void> {
  await render(App, { trainer, library });
  await expect.element(page.getByRole('button', { name: /^WASM/ })).toBeVisible();
}

const start = () => page.getByRole('button', { name: 'Start distilling' });

beforeEach(async () => {
  localStorage.clear();
  await page.viewport(1280, 900);
});
afterEach(() => {
  delete document.documentElement.dataset['theme'];
});

describe.each(['light', 'dark'] as const)('the page in %s colours has no accessibility violations', (theme) => {
  beforeEach(() => localStorage.setItem('distill-lab-theme', theme));

  it('before a run', async () => {
    await open(new FakeTrainer(), new FakeLibrary([record(DEFAULT_RECIPE)]));
    for (const summary of document.querySelectorAll('summary')) summary.click();
    expect(await faults()).toEqual([]);
  });

  it('during a run', async () => {
    await open(new FakeTrainer(190));
    await start().click();
    await expect.element(page.getByText('Student, distilled: step 190 of 315').first()).toBeVisible();
    expect(await faults()).toEqual([]);
  });

  it('after a run, with an answer and a fault', async () => {
    await open(new FakeTrainer());
    await start().click();
    await page.getByRole('button', { name: 'The story is charming.' }).click();
    await page.getByRole('button', { name: /^Export the student/ }).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('Delete a run and export again.');
    for (const summary of document.querySelectorAll('summary')) summary.click();
    expect(await faults()).toEqual([]);
  });
});

describe('the page', () => {
  it('starts the preset with what was changed, and refuses what cannot be', async () => {
    const trainer = new FakeTrainer(3);
    await open(trainer);
    await page.getByLabelText('Learning rate').fill('7');
    await expect.element(start()).toBeDisabled();
    await expect.element(page.getByRole('alert')).toHaveTextContent('Learning rate must be a number from 1e-7 to 0.1; it is 7.');
    await page.getByLabelText('Learning rate').fill('0.001');
    await page.getByLabelText('Student layers').fill('5');
    await start().click();
    const command = trainer.sent.find((sent) => sent.type === 'start');
    expect(command?.recipe.training.learning_rate).toBe(0.001);
    expect(command?.recipe.student).toEqual({ num_hidden_layers: 5, init: { kind: 'layers', layers: [1, 4, 6, 9, 11] } });
    await page.getByRole('button', { name: 'Pause' }).click();
    expect(trainer.sent.at(-1)).toEqual({ type: 'pause' });
  });

  it('trains by several objectives, in two stages, with a layer mapping', async () => {
    const trainer = new FakeTrainer(3);
    await open(trainer);
    await page.getByRole('combobox', { name: 'Train' }).selectOptions('In two stages, hidden layers first');
    await page.getByLabelText('First stage, objective').selectOptions('Attention KL');
    await page.getByLabelText('Layer mapping').fill('0:3,1:12');
    await userEvent.tab();
    await expect.element(page.getByRole('alert')).toHaveTextContent('Evenly spaced would be 0:3,1:7,2:11.');
    await page.getByLabelText('Layer mapping').fill('last');
    await userEvent.tab();
    await page.getByRole('button', { name: 'Add an objective to the second stage' }).click();
    await page.getByLabelText('Starts from').selectOptions('the weights of its lowest loss');
    for (const summary of document.querySelectorAll('summary')) summary.click();
    expect(await faults()).toEqual([]);
    await start().click();
    expect(trainer.sent.find((sent) => sent.type === 'start')?.recipe.stages).toEqual([
      { name: 'intermediate', objectives: [{ name: 'att_kl', weight: 1, parameters: {}, mapping: 'last' }], training: {}, start: 'last' },
      { name: 'prediction', objectives: [{ name: 'kd', weight: 1, parameters: { temperature: 2, kd_weight: 0.5 } }, { name: 'ce', weight: 1, parameters: {} }], training: {}, start: 'best' },
    ]);
  });

  it('distils on text, where terms that need labels cannot be chosen', async () => {
    const trainer = new FakeTrainer(3);
    await open(trainer);
    await page.getByLabelText('Distil on').selectOptions('Text, with masked words');
    await expect.element(page.getByRole('combobox', { name: 'Task' })).not.toBeInTheDocument();
    await expect.element(page.getByRole('option', { name: 'Logit KD (needs the labels of a task)' })).toBeDisabled();
    await page.getByRole('combobox', { name: 'Train' }).selectOptions('In two stages, masked words first');
    await page.getByLabelText('Second stage, objective').selectOptions('MiniLM');
    await page.getByText('Training of the second stage').click();
    const second = page.getByRole('group', { name: 'Second stage' });
    await second.getByLabelText('Optimiser').selectOptions('SGD');
    await second.getByLabelText('Momentum').fill('0.9');
    for (const summary of document.querySelectorAll('summary')) if (!summary.parentElement?.hasAttribute('open')) summary.click();
    await page.getByLabelText('Replace most tokens').click();
    expect(await faults()).toEqual([]);
    await start().click();
    const recipe = trainer.sent.find((sent) => sent.type === 'start')?.recipe;
    expect(recipe).toMatchObject({ kind: 'distill-text', teacher: { kind: 'bundled', name: 'mini-bert' }, training: { aug: true } });
    expect(recipe?.stages.map(({ name, objectives, training }) => [name, objectives.map((term) => term.name), training])).toEqual([
      ['masked-lm', ['masked_lm'], {}],
      ['distillation', ['minilm'], { optim: 'sgd', momentum: 0.9 }],
    ]);
  });

  it('fills the form from a pasted line, and runs its seeds one after another', async () => {
    const trainer = new FakeTrainer();
    await open(trainer);
    await page.getByText('Paste a command line').click();
    const line = page.getByLabelText('A line of the paper’s code');
    await line.fill('python experiments.py --task mnli --metod kd');
    await page.getByRole('button', { name: 'Read the line' }).click();
    await expect.element(page.getByRole('alert')).toHaveTextContent('Did you mean --method?');
    await line.fill('python experiments.py -t cola -m hidden_mse_token -e method_specific -s two_stage --mapping last --init 9,10,11 --seeds 5,6');
    await page.getByRole('button', { name: 'Read the line' }).click();
    await expect.element(page.getByText('Filled in: cola-hidden_mse_token')).toBeVisible();
    expect(await faults()).toEqual([]);
    await start().click();
    await expect.poll(() => trainer.sent.flatMap((sent) => (sent.type === 'start' ? [sent.recipe.name] : []))).toEqual(['cola-hidden_cls-kd-layers-9-10-11-seed-5', 'cola-hidden_cls-kd-layers-9-10-11-seed-6']);
  });

  it('opens a stored run with its curves and table, and deletes it once confirmed', async () => {
    const library = new FakeLibrary([record(DEFAULT_RECIPE)]);
    await open(new FakeTrainer(), library);
    await page.getByRole('button', { name: DEFAULT_RECIPE.name, exact: true }).click();
    await expect.element(page.getByRole('row', { name: /Student, distilled/ })).toHaveTextContent('90.6');
    await expect.element(page.getByRole('img', { name: /Loss by step/ })).toBeVisible();
    await page.getByRole('button', { name: `Delete ${DEFAULT_RECIPE.name}` }).click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(library.runs).toHaveLength(1);
    await page.getByRole('button', { name: `Delete ${DEFAULT_RECIPE.name}` }).click();
    await page.getByRole('button', { name: 'Delete the run' }).click();
    await expect.element(page.getByText('None yet.')).toBeVisible();
    expect(library.runs).toEqual([]);
  });

  it('shows a finished experiment over its seeds', async () => {
    const seeded = (seed: number) => record({ ...DEFAULT_RECIPE, name: `seed ${seed}`, training: { ...DEFAULT_RECIPE.training, seed } }, { id: `r${seed}` });
    await open(new FakeTrainer(), new FakeLibrary([seeded(3), seeded(7)]));
    await page.getByRole('button', { name: 'seed 7', exact: true }).click();
    const table = page.getByRole('region', { name: 'Table of scores over seeds' });
    await expect.element(table.getByRole('row', { name: /^Student, distilled/ })).toHaveTextContent('90.6 ± 0.0');
    expect(await faults()).toEqual([]);
  });

  it('continues an interrupted run under its own id', async () => {
    const trainer = new FakeTrainer(5);
    await open(trainer, new FakeLibrary([record(DEFAULT_RECIPE, { id: 'kept', state: 'running', rows: [], arm: 'distilled', step: 120 })]));
    await page.getByRole('button', { name: /^Continue/ }).click();
    await expect.element(page.getByRole('button', { name: 'Stop and keep' })).toBeVisible();
    expect(trainer.sent.at(-1)).toMatchObject({ type: 'start', run: 'kept' });
  });

  it('ends the run in work by a fault that names no run', async () => {
    const trainer = new FakeTrainer(5);
    await open(trainer);
    await start().click();
    trainer.say({ type: 'fault', fault: { code: 'device-lost', where: 'the GPU', expected: 'a device', got: 'a lost one', remedy: 'Start again.' } });
    await expect.element(page.getByRole('alert')).toHaveTextContent('the GPU');
    await expect.element(start()).toBeEnabled();
  });

  it('asks both models, and flattens their answers with the temperature', async () => {
    await open(new FakeTrainer());
    await start().click();
    await page.getByLabelText('Sentence', { exact: true }).fill('A fine day.');
    await userEvent.keyboard('{Enter}');
    await expect.element(page.getByText('99.1 %')).toBeVisible();
    await page.getByLabelText(/^Temperature τ =/).fill('10');
    await expect.element(page.getByText('61.5 %')).toBeVisible();
  });

  it('remembers the choice of colours', async () => {
    await open(new FakeTrainer());
    const toggle = page.getByRole('button', { name: /^Colours/ });
    await toggle.click();
    await toggle.click();
    expect(document.documentElement.dataset['theme']).toBe('dark');
    expect(localStorage.getItem('distill-lab-theme')).toBe('dark');
  });
});
