import { expect, it } from 'vitest';
import type { Fault } from '../../../src/fault/fault.ts';
import type { Recipe } from '../../../src/experiment/recipe.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { smallRecipe, smallSession } from '../../lab/small_session.ts';
import { interrupted, traced } from '../../lab/traced_run.ts';

const SESSION = { ...smallSession(), teacherUntrained: false };
const TRAINING = { ...smallRecipe().training, max_steps: 11, eval_steps: 4 };
const RECIPE: Recipe = { ...smallRecipe(), baselines: false, training: TRAINING };

it('a run that keeps steps under way has the losses of one that waits, wherever it was stopped', async () => {
  const faults: Fault[] = [];
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  const whole = await traced({ recipe: RECIPE, session: SESSION });
  const waiting = await traced({ recipe: { ...RECIPE, training: { ...TRAINING, finetune_time_markers: [2] } }, session: SESSION });
  expect(whole.losses).toHaveLength(11);
  expect(whole.losses).toEqual(waiting.losses);
  expect(whole.rows).toEqual(waiting.rows);
  const visits = whole.visits;
  for (let stop = visits - 24; stop < visits; stop += 5) {
    expect(await interrupted({ recipe: RECIPE, session: SESSION, visits: stop }), `stopped at visit ${stop} of ${visits}`).toEqual({ losses: whole.losses, rows: whole.rows });
  }
  expect(faults).toEqual([]);
}, 300_000);
