import { afterEach, expect, it, vi } from 'vitest';
import type { Fault } from '../../../src/fault/fault.ts';
import { trainingStage } from '../../../src/lab/classifier_stage.ts';
import { dispose, upload } from '../../../src/model/weights.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { recordingBackend } from '../../../src/tensor/plan/planner.ts';
import { NotRecordable } from '../../../src/tensor/plan/recording.ts';
import { smallRecipe, smallSession } from '../../lab/small_session.ts';
import { traced } from '../../lab/traced_run.ts';

const SESSION = { ...smallSession(), teacherUntrained: false };
const RECIPE = { ...smallRecipe(), baselines: false };
const PATIENCE = 180_000;
const slower = (what: string) => `${what} one operation at a time, which is slower: a device that records nothing.`;

const faults: Fault[] = [];
async function openRefusing(): Promise<void> {
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  vi.spyOn(recordingBackend()!, 'record').mockImplementation(() => {
    throw new NotRecordable('a device that records nothing');
  });
}
afterEach(() => {
  vi.restoreAllMocks();
  expect(faults).toEqual([]);
});

it('a run’s log says once for each model why scoring and steps are not replayed', async () => {
  await openRefusing();
  const { events } = await traced({ session: SESSION, recipe: { ...RECIPE, training: { ...RECIPE.training, max_steps: 1 } } });
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
  expect(notes.filter((note) => note.startsWith('Scoring of'))).toEqual([slower('Scoring of teacher runs'), slower('Scoring of distilled runs')]);
  expect(notes.filter((note) => note.startsWith('The teacher’s reading'))).toEqual([slower('The teacher’s reading runs')]);
  expect(notes).toContain(slower('Steps of distilled run'));
}, PATIENCE);

it('a stage tells why its loss on tuning rows is not replayed', async () => {
  await openRefusing();
  const notes: string[] = [];
  const parameters = upload(SESSION.start, true);
  const options = RECIPE.training;
  const stage = await trainingStage('classes', [{ name: 'ce', weight: 1, parameters: {} }], options).open({
    config: SESSION.start.config, parameters, recipe: RECIPE, session: SESSION, examples: SESSION.data.train, options, steps: 3, first: 0, hours: () => 0, watchesLoss: true, teacher: SESSION.start,
    progress: () => () => Promise.resolve(), note: (text) => notes.push(text), compiling: () => () => undefined,
  });
  await stage.lossOn!(SESSION.data.dev);
  await stage.lossOn!(SESSION.data.dev);
  expect(notes).toEqual([slower('The loss on tuning rows is computed')]);
  stage.dispose();
  dispose(parameters);
}, PATIENCE);
