import { expect, it } from 'vitest';
import { bytesOnDevice } from '../../../src/tensor/limits.ts';
import { problemOf, SIZES, type Problem } from '../../../bench/steps/problem.ts';
import type { Fault } from '../../../src/fault/fault.ts';
import { bindTerms } from '../../../src/lab/bound_terms.ts';
import { classifierLoop } from '../../../src/lab/classifier_training.ts';
import { shapeOf } from '../../../src/lab/teacher_pass.ts';
import { dispose, upload } from '../../../src/model/weights.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { bitsOf, OPTIONS } from '../../train/small_job.ts';
import { KD, UNUSED } from './micro_distillation.ts';

/** Set by `VITE_TINY_STEPS=50`, and left out otherwise: a software adapter takes minutes. */
const STEPS = Number(import.meta.env.VITE_TINY_STEPS ?? 0);

/** The benchmark's problem `tiny` with dropout, in batches of two lengths. */
const [LONG, SHORT] = [32, 24].map((length) => problemOf({ ...SIZES.tiny, length, dropout: 0.1 })) as [Problem, Problem];

/** Losses, and what the steps leave behind, as bits; and what was held after a few steps and after all. */
async function trained(execution: 'plan' | 'tape', held: () => { readonly bytes: number; readonly tensors: number }) {
  const { student, teacher } = LONG;
  const [parameters, fixed] = [student, teacher].map(({ config, tensors }, i) => upload({ config, tensors, heads: ['classification'] }, i === 0)) as [ReturnType<typeof upload>, ReturnType<typeof upload>];
  const terms = bindTerms(KD, { student: shapeOf(student.config), teacher: shapeOf(teacher.config), fidelity: 'corrected', seed: 3 });
  const loop = classifierLoop({
    config: student.config, parameters, terms, trained: new Map(), memory: new Map(), examples: [], options: { ...UNUSED, ...OPTIONS, learning_rate: 1e-4 }, steps: STEPS, first: 0, padId: 0,
    fidelity: 'corrected', dropout: { student: true, teacher: false }, teacher: { config: teacher.config, parameters: fixed, needsLogits: true, dropout: false },
    batchAt: (number) => (number % 2 === 0 ? LONG : SHORT).batch, execution,
  });
  const losses: number[] = [];
  let before = held();
  while (!loop.finished) {
    losses.push((await loop.next()).loss);
    if (losses.length === 8) before = held();
  }
  const after = held();
  const bits: Record<string, number[]> = {};
  for (const [name, parameter] of parameters) bits[name] = bitsOf({ data: Float32Array.from(await parameter.data()) });
  for (const [name, moment] of (await loop.save()).optimizer.moments) bits[name] = bitsOf(moment);
  expect(loop.execution.notReplayed).toEqual([]);
  loop.dispose();
  [parameters, fixed].forEach(dispose);
  return { losses, bits, before, after };
}

it.skipIf(STEPS === 0)(`${STEPS} steps at tiny are replayed with the bits of single operations, without a growth of memory`, async () => {
  const faults: Fault[] = [];
  await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  const held = () => ({ bytes: bytesOnDevice()!, tensors: tf.memory().numTensors });
  const [plan, tape] = [await trained('plan', held), await trained('tape', held)];
  console.info(`${plan.losses.length} steps, loss ${plan.losses[0]} to ${plan.losses.at(-1)}; held ${JSON.stringify(plan.before)}, then ${JSON.stringify(plan.after)}`);
  expect(faults).toEqual([]);
  expect(plan.losses).toEqual(tape.losses);
  const differing = Object.keys(tape.bits).filter((name) => plan.bits[name]!.some((word, i) => word !== tape.bits[name]![i]));
  expect([Object.keys(plan.bits), differing]).toEqual([Object.keys(tape.bits), []]);
  expect(plan.losses.at(-1)).not.toBe(plan.losses[0]);
  expect(plan.after).toEqual(plan.before);
  expect(plan.after.bytes).toBeGreaterThan(1e6);
}, 1_800_000);
