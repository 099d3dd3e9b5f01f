import { expect, it } from 'vitest';
import type { Fault } from '../../../src/fault/fault.ts';
import { bindTerms, tapsOfSteps } from '../../../src/lab/bound_terms.ts';
import type { ObjectiveTerm } from '../../../src/experiment/recipe.ts';
import { shapeOf, type StageTeacher } from '../../../src/lab/teacher_pass.ts';
import { readRows } from '../../../src/lab/teacher_rows.ts';
import { dispose, randomWeights, upload } from '../../../src/model/weights.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { collate } from '../../../src/train/batches.ts';
import { CONFIG, ROWS } from '../../train/small_job.ts';
import { microDistillation } from '../tensor/micro_distillation.ts';

const TEACHER = { ...CONFIG, num_hidden_layers: 2 };
const STEPS = 4;
const termsOf = (...names: string[]) => names.map((name) => ({ name, weight: 1, parameters: {} }));
const TERMS = termsOf('kd', 'att_mse', 'hidden_cls', 'pear_col');

/** The teacher of the micro distillation, which gives everything by row. */
async function keptTeacher(names: readonly ObjectiveTerm[], steps: number): Promise<StageTeacher> {
  const parameters = upload(randomWeights(TEACHER, ['classification'], 6), false);
  const live: StageTeacher = { config: TEACHER, parameters, needsLogits: true, dropout: false };
  const terms = bindTerms(names, { student: shapeOf({ ...CONFIG, num_hidden_layers: 1 }), teacher: shapeOf(TEACHER), fidelity: 'corrected', seed: 3 });
  const among = { examples: ROWS, padId: 0, maxLength: 16, fidelity: 'corrected', progress: () => () => Promise.resolve() } as const;
  const found = await readRows(among, live, { rows: [...ROWS.keys()], logits: true, taps: tapsOfSteps(terms, 'teacher', 0, steps) });
  dispose(parameters);
  return { config: TEACHER, needsLogits: true, dropout: false, ...found };
}

it('steps with what the teacher gave by row are replayed, with the bits of single operations and the losses of a live teacher', async () => {
  const faults: Fault[] = [];
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  const kept = microDistillation(TERMS, { teacher: await keptTeacher(TERMS, STEPS), execution: 'check' });
  const live = microDistillation(TERMS);
  for (let step = 0; step < STEPS; step++) {
    const [a, b] = [await kept.loop.next(), await live.loop.next()];
    for (const [name, value] of Object.entries(a.terms)) expect(Math.abs(value - b.terms[name]!), name).toBeLessThan(1e-5 * Math.abs(b.terms[name]!));
  }
  expect(kept.loop.execution.notReplayed).toEqual([]);
  const dispatches = (of: typeof kept) => of.loop.execution.plans[0]!.dispatches;
  expect(dispatches(kept)).toBeLessThan(dispatches(live));
  expect(faults).toEqual([]);
  kept.dispose();
  live.dispose();
}, 180_000);

it('steps that look up layers drawn anew share one plan, with the bits of single operations', async () => {
  const faults: Fault[] = [];
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  const [terms, steps] = [termsOf('minilm_random'), 7];
  const batchAt = () => collate(ROWS, [0, 1, 2], 0, 16);
  const { loop, dispose: free } = microDistillation(terms, { teacher: await keptTeacher(terms, steps), execution: 'check', batchAt });
  for (let step = 0; step < steps; step++) await loop.next();
  const { notReplayed, plans, traces } = loop.execution;
  expect(notReplayed).toEqual([]);
  expect(plans.map(({ runs }) => runs)).toEqual([steps]);
  // The first run, and runs 2 and 4 to compare.
  expect(traces).toBe(3);
  expect(faults).toEqual([]);
  free();
}, 180_000);
