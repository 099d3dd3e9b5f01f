import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/fault/fault.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { firstDifference } from '../../../src/tensor/plan/check.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { TrainingLoop, type StepEvent } from '../../../src/train/loop.ts';
import type { ObjectiveInputs } from '../../../src/distill/objective.ts';
import { objectiveNamed } from '../../../src/distill/objectives/index.ts';
import { collate } from '../../../src/train/batches.ts';
import { integer, key } from '../../../src/random/counter.ts';
import { example, OPTIONS, ROWS } from '../../train/small_job.ts';
import { KD, microDistillation, UNUSED, type MicroDistillation } from './micro_distillation.ts';

/** More of them by `VITE_PLAN_STEPS=50`; a software adapter takes a second for a step that is not replayed. */
const STEPS = Number(import.meta.env.VITE_PLAN_STEPS ?? 11);
const PATIENCE = 30_000 + 10_000 * STEPS;

const oneBatch = () => collate(ROWS, [0, 1, 2], 0, 16);

async function stepsOf({ loop }: MicroDistillation, steps: number): Promise<StepEvent[]> {
  const events: StepEvent[] = [];
  for (let step = 0; step < steps; step++) events.push(await loop.next());
  return events;
}

async function bitsOf({ parameters, loop }: MicroDistillation): Promise<Record<string, number[]>> {
  const bits = (values: ArrayBufferView) => [...new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4)];
  const { optimizer } = await loop.save();
  const out: Record<string, number[]> = {};
  for (const [name, parameter] of parameters) out[name] = bits(await parameter.data());
  for (const [name, { data }] of optimizer.moments) out[name] = bits(data);
  return out;
}

describe('replayed steps (software adapter)', () => {
  const faults: Fault[] = [];
  beforeAll(async () => {
    await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  });
  afterEach(() => expect(faults).toEqual([]));

  it('give the bits of the same steps run one operation at a time', async () => {
    const heard: (readonly [kernels: number, done: number])[] = [];
    const compiling = (kernels: number) => (done: number) => void heard.push([kernels, done]);
    const [tape, plan] = [microDistillation(KD, { execution: 'tape' }), microDistillation(KD, { compiling })];
    const [events, expected] = [await stepsOf(plan, STEPS), await stepsOf(tape, STEPS)];
    expect(heard.slice(0, heard[0]![0])).toEqual(Array.from({ length: heard[0]![0] }, (_, i) => [heard[0]![0], i + 1]));
    expect(plan.loop.execution.notReplayed).toEqual([]);
    expect(plan.loop.execution.plans.reduce((sum, { runs }) => sum + runs, 0)).toBe(STEPS);
    expect(events).toEqual(expected);
    expect(await bitsOf(plan)).toEqual(await bitsOf(tape));
    tape.dispose();
    plan.dispose();
  }, PATIENCE);

  it('hold as many tensors and bytes after many steps as after a few', async () => {
    const { loop, dispose } = microDistillation(KD);
    const held = () => ({ tensors: tf.memory().numTensors, bytes: (tf.memory() as unknown as { numBytesAllocatedInGPU: number }).numBytesAllocatedInGPU, plans: loop.execution.bytes });
    for (let step = 0; step < 16; step++) await loop.next();
    const before = held();
    const started = performance.now();
    for (let step = 0; step < 5 * STEPS; step++) await loop.next();
    console.info(`a replayed step: ${((performance.now() - started) / 5 / STEPS).toFixed(1)} ms; ${JSON.stringify(loop.execution)}`);
    expect(held()).toEqual(before);
    dispose();
  }, PATIENCE);

  it('add up micro-batches, and leave out what is not finite', async () => {
    const options = { ...OPTIONS, ...UNUSED, gradient_accumulation_steps: 2 };
    const [tape, plan] = [microDistillation(KD, { execution: 'tape', options }), microDistillation(KD, { options })];
    const spoil = ({ parameters }: MicroDistillation) => parameters.get('classifier.bias')!.assign(tf.tensor1d([NaN, 1]));
    const course: StepEvent[][] = [];
    for (const side of [tape, plan]) {
      const events = await stepsOf(side, 2);
      const bias = Float32Array.from(await side.parameters.get('classifier.bias')!.data());
      const moments = (await side.loop.save()).optimizer.moments;
      spoil(side);
      events.push(await side.loop.next());
      expect((await side.loop.save()).optimizer).toEqual({ updates: 2, moments });
      side.parameters.get('classifier.bias')!.assign(tf.tensor1d(bias));
      course.push([...events, ...(await stepsOf(side, 1))]);
    }
    expect(course[1]).toEqual(course[0]);
    expect(course[1]!.map(({ skipped }) => skipped)).toEqual([false, false, true, false]);
    expect(plan.loop.execution.notReplayed).toEqual([]);
    expect(await bitsOf(plan)).toEqual(await bitsOf(tape));
    tape.dispose();
    plan.dispose();
  }, PATIENCE);

  it('need a plan for each length of a micro-batch, and not for each sequence of lengths', async () => {
    const options = { ...OPTIONS, ...UNUSED, gradient_accumulation_steps: 3 };
    // Five rows of 5, 10, 15 or 20 tokens, and once three.
    const batchAt = (number: number) => {
      const length = 5 * (1 + integer(key(5, 'grammar', number), 0, 4));
      const rows = [0, 1, 2, 3, 4].slice(number === 4 ? 2 : 0);
      return collate(rows.map((row) => example(Array.from({ length }, (_, i) => (i === 0 ? 2 : 5 + ((row + i) % 11))), row % 2)), rows.map((_, i) => i), 0, 23, { step: 5 });
    };
    const [tape, plan, checked] = (['tape', 'plan', 'check'] as const).map((execution) => microDistillation(KD, { options, execution, batchAt })) as [MicroDistillation, MicroDistillation, MicroDistillation];
    const expected = await stepsOf(tape, STEPS);
    expect(await stepsOf(checked, STEPS)).toEqual(expected);
    const events: StepEvent[] = [];
    for (let step = 0; step < STEPS; step++) events.push(await plan.loop.next(Math.min(3, STEPS - step)));
    expect(events).toEqual(expected);
    expect(await bitsOf(checked)).toEqual(await bitsOf(tape));
    expect(await bitsOf(plan)).toEqual(await bitsOf(tape));
    await stepsOf(plan, 31);
    const { notReplayed, plans } = plan.loop.execution;
    expect(notReplayed).toEqual([]);
    expect(plans.reduce((sum, { runs }) => sum + runs, 0)).toBe(4 * (STEPS + 31));
    // A first and a later micro-batch of each length, the one of three rows, and an update of each size.
    expect(plans.length).toBeLessThanOrEqual(4 + 5 + 2);
    [tape, plan, checked].forEach((side) => side.dispose());
  }, PATIENCE);

  it('may be three at a time, with the same bits, skipped steps and a continuation included', async () => {
    const batchAt = (number: number) => (number === 4 ? { ...oneBatch(), mask: oneBatch().mask.fill(NaN) } : collate(ROWS, [number, number + 1, number + 3], 0, 16));
    const options = { ...OPTIONS, ...UNUSED, lr_scheduler_type: 'linear' as const };
    const [one, three] = [microDistillation(KD, { batchAt, options }), microDistillation(KD, { batchAt, options })];
    const events: StepEvent[] = [];
    for (let step = 0; step < 6; step++) events.push(await three.loop.next(3));
    expect(three.loop.underWay).toBe(2);
    await expect(three.loop.save()).rejects.toThrow('2 steps are under way');
    while (three.loop.underWay > 0) events.push(await three.loop.next());
    const saved = await three.loop.save();
    three.loop.dispose();
    const continued = { ...three, loop: new TrainingLoop(three.loop.job, saved) };
    for (let step = 0; step < 3; step++) events.push(await continued.loop.next(2));
    events.push(await continued.loop.next());
    const expected = await stepsOf(one, 12);
    expect(expected.map(({ skipped }) => skipped)).toEqual(expected.map((_, step) => step === 4));
    expect(events).toEqual(expected);
    expect(await bitsOf(continued)).toEqual(await bitsOf(one));
    expect(saved.optimizer.updates).toBe(7);
    one.dispose();
    continued.loop.dispose();
  }, PATIENCE);

  it('leave the update to JavaScript for other optimisers, with the same bits', async () => {
    const options = { ...OPTIONS, ...UNUSED, optim: 'lamb' as const };
    const [tape, plan] = [microDistillation(KD, { execution: 'tape', options }), microDistillation(KD, { options })];
    expect(await stepsOf(plan, 5)).toEqual(await stepsOf(tape, 5));
    expect(plan.loop.execution.notReplayed).toEqual([]);
    expect(plan.loop.execution.plans.reduce((sum, { runs }) => sum + runs, 0)).toBe(5);
    expect(await bitsOf(plan)).toEqual(await bitsOf(tape));
    tape.dispose();
    plan.dispose();
  }, PATIENCE);

  it('are compared with the tape in every step where a job asks for it', async () => {
    const [checked, plan] = [microDistillation(KD, { execution: 'check' }), microDistillation(KD)];
    expect(await stepsOf(checked, 3)).toEqual(await stepsOf(plan, 3));
    expect(await bitsOf(checked)).toEqual(await bitsOf(plan));
    expect(checked.loop.execution.notReplayed).toEqual([]);
    [checked, plan].forEach((side) => side.dispose());
    const word = new Uint32Array([5]);
    expect(firstDifference([word, new Uint32Array([1, 2])], [word, new Uint32Array([1, 255])])).toBe('word 1 of 2 in buffer 2 of 2: 2 and ff');
  }, PATIENCE);

  it('are told to be recorded anew where most of them are of another kind', async () => {
    const shaped = (number: number) => {
      const rows = Array.from({ length: 1 + (number % 11) }, (_, row) => example(Array.from({ length: 5 * (1 + (number % 4)) }, (_word, i) => (i === 0 ? 2 : 5 + ((row + i) % 11))), row % 2));
      return collate(rows, rows.map((_, i) => i), 0, 23, { step: 5 });
    };
    const told = async (batchAt: (number: number) => ReturnType<typeof shaped>) => {
      const { loop, dispose } = microDistillation(KD, { batchAt });
      const events: StepEvent[] = [];
      while (loop.step < 70) events.push(await loop.next(3));
      dispose();
      return events.flatMap(({ step, recordedAnew }) => (recordedAnew ? [step] : []));
    };
    expect(await told(shaped)).toEqual([64]);
    expect(await told((number) => shaped(number % 8))).toEqual([]);
  }, PATIENCE);

  it('are given up, and it is said why, where something differs that is no input', async () => {
    const { loop, dispose } = microDistillation([{ name: 'hidden_mse', weight: 1, mapping: 'random', parameters: {} }], { batchAt: () => oneBatch() });
    const events = await stepsOf({ loop, parameters: new Map(), dispose }, 5);
    expect(events.every(({ loss }) => Number.isFinite(loss))).toBe(true);
    expect(loop.execution.notReplayed).toEqual([]);
    dispose();
    let draw = 0;
    const unsteady = { ...objectiveNamed('ce'), loss: ({ student }: ObjectiveInputs) => ({ drawn: tf.add(tf.mul(tf.mean(student.logits!), 0), draw++) as tf.Scalar }) };
    const other = microDistillation([], { terms: [{ objective: unsteady, weight: 1, setting: {} as never, prefix: 'objective.0.' }], batchAt: () => oneBatch() });
    const told = await stepsOf(other, 3);
    expect(told.map(({ notReplayed }) => notReplayed)).toEqual([undefined, expect.stringContaining('differs from step to step and is no input'), undefined]);
    expect(told.map(({ loss }) => loss)).toEqual([0, 2, 3]);
    other.dispose();
  }, PATIENCE);
});
