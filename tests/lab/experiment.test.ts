import { beforeAll, describe, expect, it } from 'vitest';
import { packState, unpackState } from '../../src/lab/checkpoint.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import { Experiment } from '../../src/lab/experiment.ts';
import type { ExperimentState } from '../../src/lab/experiment_state.ts';
import { exportFiles } from '../../src/lab/export.ts';
import * as tf from '../../src/tensor/tf.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession } from './small_session.ts';

class StopHere extends Error {}

/** Everything that must be the same in two equal runs. */
interface Trace {
  readonly losses: string[];
  readonly rows: string;
  readonly state: ExperimentState;
}

/** Runs from a state (or from the start) until the end, or until the given number of visits to the gate. */
async function run(saved?: ExperimentState, visits = Infinity): Promise<Trace> {
  const losses: string[] = [];
  let seen = 0;
  let state: ExperimentState | undefined;
  const experiment: Experiment = new Experiment(
    smallRecipe(),
    smallSession(),
    {
      now: () => 0,
      emit: (event: LabEvent) => {
        if (event.type === 'step') losses.push(`${event.report.arm} ${event.report.step} ${event.report.loss} ${event.report.grad_norm}`);
      },
      gate: async () => {
        if (++seen < visits) return;
        state = await experiment.save();
        throw new StopHere();
      },
      keepTeacher: async () => undefined,
    },
    saved,
  );
  try {
    await experiment.run();
    state = await experiment.save();
  } catch (error) {
    if (!(error instanceof StopHere)) throw error;
  }
  return { losses, rows: JSON.stringify(experiment.rows.map(({ arm, parameters, scores }) => ({ arm, parameters, scores }))), state: state! };
}

describe('an experiment', () => {
  beforeAll(() => open('wasm'));

  it('makes, trains and scores every arm, and frees its tensors', async () => {
    const before = tf.memory().numTensors;
    const { losses, state } = await run();
    expect(state.rows.map(({ arm }) => arm)).toEqual(['teacher', 'distilled', 'finetuned', 'initialised', 'random', 'majority']);
    expect(losses.length).toBe(3 * 12 + 3 * 9);
    expect(tf.memory().numTensors).toBe(before);
    const parameters = Object.fromEntries(state.rows.map(({ arm, parameters }) => [arm, parameters]));
    expect(parameters.distilled).toBeLessThan(parameters.teacher!);
    expect(parameters.majority).toBe(0);
  });

  it('gives the same bits twice, and when it is stopped anywhere and continued', async () => {
    const whole = await run();
    expect(await run().then(({ losses, rows }) => ({ losses, rows }))).toEqual({ losses: whole.losses, rows: whole.rows });
    for (const visits of [1, 7, 41, 52, 66, 90]) {
      const first = await run(undefined, visits);
      const { state, tensors } = packState(first.state);
      const rest = await run(unpackState(JSON.parse(JSON.stringify(state)), tensors));
      expect([...first.losses, ...rest.losses], `stopped at visit ${visits}`).toEqual(whole.losses);
      expect(rest.rows).toBe(whole.rows);
    }
  });

  it('exports the student as a Hugging Face folder', async () => {
    const { state } = await run();
    const files = exportFiles(smallRecipe(), state, smallSession().tokenizer);
    expect(files.map(({ name }) => name)).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json', 'README.md', 'trainer_state.json']));
    const card = new TextDecoder().decode(files.find(({ name }) => name === 'README.md')!.bytes);
    expect(card).toContain('initialised from teacher layers 0, 2 counted from 0 (1, 3 counted from 1)');
  });
});
