import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ObjectiveTerm } from '../../../src/experiment/recipe.ts';
import type { Fault } from '../../../src/fault/fault.ts';
import { trainingStage } from '../../../src/lab/classifier_stage.ts';
import type { LabEvent } from '../../../src/lab/events.ts';
import { compilationProgress } from '../../../src/lab/progress.ts';
import { upload, dispose } from '../../../src/model/weights.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { smallRecipe, smallSession } from '../../lab/small_session.ts';
import { traced } from '../../lab/traced_run.ts';

const LABEL = 'Compiling kernels';
const SESSION = { ...smallSession(), teacherUntrained: false };
const RECIPE = { ...smallRecipe(), baselines: false };
const PATIENCE = 180_000;

/** Labels of the progress told, each once in a row, and how far the kernels of each compilation came. */
function told(events: readonly LabEvent[]): { labels: string[]; compiled: string[] } {
  const progress = events.flatMap((event) => (event.type === 'progress' ? [event] : []));
  const labels = progress.map(({ label }) => label).filter((label, i, all) => label !== all[i - 1]);
  return { labels, compiled: progress.filter(({ label }) => label === LABEL).map(({ done, total }) => `${done === total ? 'all' : done} of ${total > 0 ? 'some' : 'none'}`) };
}

const faults: Fault[] = [];
/** A device of its own has compiled nothing yet. */
beforeEach(async () => {
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
});
afterEach(() => expect(faults).toEqual([]));

it('the first evaluation of a run tells how many kernels are compiled', async () => {
  const { events } = await traced({ session: SESSION, recipe: { ...RECIPE, training: { ...RECIPE.training, max_steps: 1 } } });
  const { labels, compiled } = told(events);
  expect(labels.slice(0, 2)).toEqual([LABEL, 'Scoring: teacher']);
  expect(compiled.slice(0, 2)).toEqual(['0 of some', 'all of some']);
}, PATIENCE);

it('a teacher’s reading and a stage’s own loss tell how many kernels are compiled', async () => {
  const { start, data, ...session } = SESSION;
  const events: LabEvent[] = [];
  const parameters = upload(start, true);
  const terms: ObjectiveTerm[] = [{ name: 'att_mse', weight: 1, parameters: {} }];
  const options = RECIPE.training;
  const stage = await trainingStage('classes', terms, options).open({
    config: start.config, parameters, recipe: RECIPE, session: { start, data, ...session }, examples: data.train, options, steps: 3, first: 0, hours: () => 0, watchesLoss: true, teacher: start,
    progress: () => () => Promise.resolve(), note: () => undefined, compiling: compilationProgress(() => 0, (event) => events.push(event)),
  });
  expect(told(events).compiled).toEqual(['0 of some', 'all of some']);
  await stage.lossOn!(data.dev);
  expect(told(events).compiled.length).toBeGreaterThanOrEqual(4);
  const before = told(events).compiled.length;
  await stage.lossOn!(data.dev);
  expect(told(events).compiled).toHaveLength(before);
  stage.dispose();
  dispose(parameters);
}, PATIENCE);
