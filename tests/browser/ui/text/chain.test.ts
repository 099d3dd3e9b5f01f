import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { render } from 'vitest-browser-svelte';
import { page } from 'vitest/browser';
import App from '../../../../src/ui/App.svelte';
import { Chain } from '../../../../src/ui/text/chain.svelte.ts';
import type { RunRecord } from '../../../../src/store/types.ts';
import { FakeLibrary, FakeTrainer, record, row } from '../fake_lab.ts';
import '../../../../src/ui/styles/base.css';

const TITLES = ['Distilling the student on text', 'Training the same student on masked words alone', 'Finetuning on rte: teacher', 'Finetuning on rte: student', 'Finetuning on rte: without distillation'];
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });

beforeEach(() => history.replaceState(null, '', '#/text'));
afterEach(() => history.replaceState(null, '', '#/'));

async function planned(change: (chain: Chain) => void = () => undefined): Promise<Chain> {
  const chain = new Chain();
  chain.tasks = ['rte'];
  change(chain);
  await chain.plan([]);
  return chain;
}

const finished = async (count: number): Promise<RunRecord[]> => (await planned()).planned.slice(0, count).map(({ run, recipe }) => record(recipe, { id: run }));
const starts = (trainer: FakeTrainer) => trainer.sent.flatMap((command) => (command.type === 'start' ? [command] : []));

describe('the runs of a chain', () => {
  it('are stored under ids that only their recipes decide, and start from each other', async () => {
    const [one, again, other] = [await planned(), await planned(), await planned((chain) => { chain.steps = 7; })];
    expect(one.planned.map(({ title }) => title)).toEqual(TITLES);
    expect(again.planned).toEqual(one.planned);
    const ids = (chain: Chain) => chain.planned.map(({ run }) => run);
    expect(new Set([...ids(one), ...ids(other)]).size).toBe(9);
    expect(ids(one)[2]).toBe(ids(other)[2]);
    expect(one.planned.map(({ recipe }) => recipe.teacher)).toEqual([
      { kind: 'bundled', name: 'mini-bert' }, { kind: 'bundled', name: 'mini-bert' }, { kind: 'bundled', name: 'mini-bert' },
      { kind: 'stored', run: ids(one)[0] }, { kind: 'stored', run: ids(one)[1] },
    ]);
  });

  it('begin with the teacher where it is pretrained here', async () => {
    const { planned: runs } = await planned((chain) => { chain.teacher = 'scratch'; });
    expect(runs.map(({ part }) => part.kind)).toEqual(['pretraining', 'text', 'text', 'task', 'task', 'task']);
    expect([runs[1], runs[2], runs[3]].map((run) => run!.recipe.teacher)).toEqual(Array(3).fill({ kind: 'stored', run: runs[0]!.run }));
  });

  it('are left until they are done, and give the table', async () => {
    const chain = await planned();
    const runs = await finished(3);
    expect(chain.left([...runs.slice(0, 2), { ...runs[2]!, state: 'stopped' }]).map(({ run }) => run)).toEqual(chain.planned.slice(2).map(({ run }) => run));
    const rows = chain.rows([...runs.slice(0, 2), { ...runs[2]!, rows: [row('finetuned'), row('majority')] }]);
    expect(rows.map(({ on, metric, values }) => [on, metric, Object.keys(values)])).toEqual([['text', 'accuracy', ['teacher', 'student', 'alone']], ['rte', 'accuracy', ['teacher', 'majority']]]);
    expect(rows[0]!.values.student).toBeCloseTo(0.906, 10);
  });
});

describe('the chain on the page', () => {
  it('starts its runs one after another, each under its id', async () => {
    const trainer = new FakeTrainer();
    await render(App, { trainer, library: new FakeLibrary() });
    await page.getByLabelText('SST-2, sentiment').click();
    await button('From text to tasks').click();
    const chain = await planned();
    await expect.poll(() => starts(trainer).map(({ run }) => run), { timeout: 10_000 }).toEqual(chain.planned.map(({ run }) => run));
    expect(starts(trainer).map(({ recipe }) => recipe.kind)).toEqual(['distill-text', 'distill-text', 'finetune', 'finetune', 'finetune']);
  });

  it('goes on after what is stored, shows its table, and stops', async () => {
    const trainer = new FakeTrainer(5);
    const runs = await finished(2);
    const third = (await planned()).planned[2]!;
    await render(App, { trainer, library: new FakeLibrary([...runs, record(third.recipe, { id: third.run, state: 'stopped', rows: [], arm: 'finetuned', step: 31 })]) });
    await page.getByLabelText('SST-2, sentiment').click();
    await expect.element(page.getByText('stopped at step 31 of 315')).toBeVisible();
    const table = page.getByRole('region', { name: 'Table of the chain' });
    await expect.element(table.getByText('masked words')).toBeVisible();
    await button('Go on with the chain').click();
    await expect.element(button('Stop the chain')).toBeVisible();
    expect(starts(trainer).map(({ run }) => run)).toEqual([third.run]);
    await expect.element(page.getByLabelText('Updates on text')).toBeDisabled();
    await button('Stop the chain').click();
    expect(trainer.sent.at(-1)).toEqual({ type: 'stop' });
    trainer.say({ type: 'state', run: third.run, state: 'stopped' });
    await expect.element(button('Go on with the chain')).toBeVisible();
    expect(starts(trainer)).toHaveLength(1);
    await button(/^Finetuning on rte: teacher/).click();
    expect(location.hash).toBe('#/');
  });

  it('distils on a stored set from the form', async () => {
    history.replaceState(null, '', '#/');
    await render(App, { trainer: new FakeTrainer(5), library: new FakeLibrary() });
    await page.getByLabelText('Distil on').selectOptions('Text, with masked words');
    await expect.element(page.getByLabelText('Text', { exact: true })).toHaveValue('');
    await expect.element(page.getByText(/Samples of your own text are made in the view/)).toBeVisible();
  });
});
