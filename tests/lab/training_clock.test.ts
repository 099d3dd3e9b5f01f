import { beforeAll, describe, expect, it } from 'vitest';
import type { ObjectiveTerm, Recipe, Stage, StageTraining } from '../../src/experiment/recipe.ts';
import type { StepReport } from '../../src/experiment/run.ts';
import { TrainingClock } from '../../src/lab/training_clock.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { interrupted, traced } from './traced_run.ts';

const HOUR = 3_600_000;
const SESSION = { ...smallSession(), teacherUntrained: false };
const CE: ObjectiveTerm = { name: 'ce', weight: 1, parameters: {} };

/** A clock on which a third of an hour passes between any two looks: a step, which looks three times after it began, takes an hour. */
const hourly = () => {
  let looks = 0;
  return () => (HOUR / 3) * looks++;
};

function recipe(...stages: readonly StageTraining[]): Recipe {
  const named = stages.map((training, i): Stage => ({ name: `stage-${i}`, objectives: [CE], start: 'last', training }));
  return { ...smallRecipe(), baselines: false, stages: named };
}

/** 11 hours: rising for 4 of them, then falling. */
const BY_TIME: StageTraining = { lr_scheduler_type: 'time', total_training_time: 11, warmup_ratio: 4 / 11, learning_rate: 0.7, max_steps: 17, eval_steps: 3 };

describe('the clock of a training', () => {
  it('counts what steps take, on top of the hours before', async () => {
    let time = 5 * HOUR;
    const clock = new TrainingClock(() => time, 0.25);
    expect(await clock.during(async () => ((time += 0.5 * HOUR), 'done'))).toBe('done');
    time += 100 * HOUR;
    await clock.during(async () => void (time += HOUR));
    expect(clock.hours).toBeCloseTo(1.75, 12);
  });
});

describe('a schedule by hours', () => {
  beforeAll(() => open('wasm'));
  const steps = async (of: Recipe): Promise<StepReport[]> => (await traced({ recipe: of, session: SESSION, now: hourly() })).events.flatMap((event) => (event.type === 'step' ? [event.report] : []));

  it('takes the hours trained so far, and ends the stage when they are over', async () => {
    const rates = (await steps(recipe(BY_TIME))).map(({ learning_rate }) => learning_rate);
    const expected = Array.from({ length: 11 }, (_, hour) => 0.7 * (hour < 4 ? hour / 4 : (11 - hour) / 7));
    expect(rates.length).toBe(11);
    rates.forEach((rate, hour) => expect(rate).toBeCloseTo(expected[hour]!, 12));
  });

  it('begins anew in each stage', async () => {
    const reports = await steps(recipe({ ...BY_TIME, total_training_time: 3 }, { ...BY_TIME, total_training_time: 2 }));
    expect(reports.map(({ learning_rate }) => learning_rate === 0)).toEqual([true, false, false, true, false]);
  });

  it('goes on from the hours that were saved, with the same bits', async () => {
    const two = recipe(BY_TIME, { ...BY_TIME, total_training_time: 5 });
    const whole = await traced({ recipe: two, session: SESSION, now: hourly() });
    for (const visits of [3, 8, 20, 24, whole.visits - 4]) {
      const parts = await interrupted({ recipe: two, session: SESSION, visits, now: hourly() });
      expect(parts, `stopped at visit ${visits} of ${whole.visits}`).toEqual({ losses: whole.losses, rows: whole.rows });
    }
  }, 120_000);
});
