import { expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { DEFAULT_RECIPE } from '../../../src/experiment/presets.ts';
import type { StepReport } from '../../../src/experiment/run.ts';
import LossChart from '../../../src/ui/charts/LossChart.svelte';
import { newView } from '../../../src/ui/state/run_view.ts';
import { Session } from '../../../src/ui/state/session.svelte.ts';

const STEP: StepReport = { arm: 'distilled', step: 1, steps: 7, epoch: 0.1, loss: 1.25, terms: { kd: 1, ce: 0.25 }, learning_rate: 1e-3, grad_norm: 1, stepsPerSecond: 2, secondsLeft: 3 };

it.each([[[], '–'], [[STEP], '1.250'], [[{ ...STEP, loss: NaN }], 'NaN']])('the loss of %j reads %s', async (history: StepReport[], text) => {
  const { container } = await render(LossChart, { session: new Session(newView('run', DEFAULT_RECIPE), history), theme: 0 });
  expect(container.textContent).toMatch(new RegExp(`Loss\\s*${text}`));
});
