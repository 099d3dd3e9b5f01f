import { expect, it } from 'vitest';
import { countWebGPU } from '../../../bench/steps/counters.ts';
import { problemOf, SIZES } from '../../../bench/steps/problem.ts';
import { open } from '../../../bench/steps/sides/own.ts';

/** The layers of the benchmark's sizes `tiny` and `small`; what a step computes with makes no difference to their number. */
it.each([['tiny', 80], ['small', 115]] as const)('a replayed step of the depth of %s is one submit of at most %i dispatches', async (name, most) => {
  const counters = countWebGPU();
  const { teacherLayers, studentLayers } = SIZES[name];
  const stepper = await open(problemOf({ ...SIZES.micro, teacherLayers, studentLayers }), 'webgpu');
  await stepper.step();
  await stepper.step();
  const { dispatches, submits } = counters;
  await stepper.step();
  const made = { dispatches: counters.dispatches - dispatches, submits: counters.submits - submits };
  expect(made.submits).toBe(1);
  expect(made.dispatches).toBeLessThanOrEqual(most);
}, 240_000);
