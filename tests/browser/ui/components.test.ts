import { describe, expect, it, vi } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page, userEvent } from 'vitest/browser';
import { DEFAULT_RECIPE, recipeForTask } from '../../../src/experiment/presets.ts';
import FaultAlert from '../../../src/ui/common/FaultAlert.svelte';
import ResultsTable from '../../../src/ui/result/ResultsTable.svelte';
import Stepper from '../../../src/ui/run/Stepper.svelte';
import LayerMapper from '../../../src/ui/setup/LayerMapper.svelte';
import { applyEvent, newView } from '../../../src/ui/state/run_view.ts';
import { row, script } from './fake_lab.ts';

describe('the layer mapper', () => {
  it('moves a line by the arrow keys, within the teacher', async () => {
    const onChange = vi.fn();
    await render(LayerMapper, { teacher: 13, student: 3, layers: [0, 7, 12], onChange });
    const layer = page.getByRole('slider', { name: 'Student layer 1' });
    await expect.element(layer).toHaveAttribute('aria-valuetext', 'starts from teacher layer 7, number 8 in the paper');
    layer.element().focus();
    await userEvent.keyboard('{ArrowRight}');
    expect(onChange).toHaveBeenLastCalledWith([0, 8, 12]);
    await userEvent.keyboard('{End}');
    expect(onChange).toHaveBeenLastCalledWith([0, 12, 12]);
    await userEvent.keyboard('{Shift>}{Tab}{/Shift}{ArrowLeft}');
    expect(onChange).toHaveBeenLastCalledWith([0, 7, 12]);
  });

  it('moves the line of the chosen student layer by a click on a teacher layer', async () => {
    const onChange = vi.fn();
    await render(LayerMapper, { teacher: 13, student: 3, layers: [0, 7, 12], onChange });
    await page.getByRole('slider', { name: 'Student layer 2' }).click();
    await page.getByRole('button', { name: 'Start student layer 2 from teacher layer 5' }).click();
    expect(onChange).toHaveBeenLastCalledWith([0, 7, 5]);
  });

  it('takes away all lines for random weights', async () => {
    const onChange = vi.fn();
    const { container } = await render(LayerMapper, { teacher: 13, student: 3, layers: null, onChange });
    expect(container.querySelectorAll('path')).toHaveLength(0);
    await page.getByRole('button', { name: 'Last' }).click();
    expect(onChange).toHaveBeenLastCalledWith([10, 11, 12]);
  });
});

describe('the stepper', () => {
  it('marks the model in work and gives the scores of those before', async () => {
    const view = [...script('r', 100)].reduce(applyEvent, newView('r', DEFAULT_RECIPE));
    await render(Stepper, { view, metric: 'accuracy' });
    const items = page.getByRole('listitem').elements();
    expect(items.map((item) => item.getAttribute('aria-current'))).toEqual([null, 'step', null, null, null, null]);
    expect(items.map((item) => item.textContent?.replace(/\s+/g, ' ').trim())).toEqual([
      '✓ Teacher 94.2 done', 'Distilled 76.5tuning rows in work', 'Finetuned – waiting', '✓ Initialised 53.1 done', 'Random – waiting', 'Majority – waiting',
    ]);
  });
});

describe('the comparison table', () => {
  it('gives scores with their standard error, parameters and the ratio of sizes', async () => {
    await render(ResultsTable, { recipe: recipeForTask('sst-2'), rows: [row('teacher'), row('distilled'), row('majority')] });
    const student = page.getByRole('row', { name: /Student, distilled/ });
    await expect.element(student).toHaveTextContent(/90\.6\s*± 0\.7/);
    await expect.element(student).toHaveTextContent(/289k\s*2\.6× smaller/);
    await expect.element(student).toHaveTextContent('48 s');
    await expect.element(page.getByRole('row', { name: /Majority/ })).not.toHaveTextContent('±');
    await expect.element(page.getByRole('img', { name: /^depth 0: 94\.6, depth 1: 91\.6/ })).toBeVisible();
  });

  it('has a column for each metric of the task', async () => {
    await render(ResultsTable, { recipe: recipeForTask('mrpc'), rows: [row('teacher')] });
    expect(page.getByRole('columnheader').elements().map((th) => th.textContent)).toEqual(['Model', 'Accuracy', 'F1', 'Parameters', 'By depth 0–3', 'Time']);
  });
});

describe('the fault alert', () => {
  it('says where, what was expected, what came and what to do, and can be dismissed', async () => {
    const onDismiss = vi.fn();
    const fault = { code: 'unknown-label', where: 'train.tsv, row 17', expected: '0 or 1', got: '“2”', remedy: 'Correct the label.' };
    await render(FaultAlert, { fault, onDismiss });
    const alert = page.getByRole('alert');
    for (const part of [fault.where, fault.expected, fault.got, fault.remedy]) await expect.element(alert).toHaveTextContent(part);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    expect(onDismiss).toHaveBeenCalledOnce();
  });
});
