import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/fault/fault.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import * as tf from '../../../src/tensor/tf.ts';
import type { LoopState, StepEvent } from '../../../src/train/loop.ts';
import { collate } from '../../../src/train/batches.ts';
import { bitsOf, OPTIONS, ROWS } from '../../train/small_job.ts';
import { microDistillation, UNUSED, type MicroDistillation } from '../tensor/micro_distillation.ts';

const CRD = [{ name: 'crd', weight: 0.8, parameters: { nce_k: 5, crd_feat_dim: 7 } }];
const options = { ...OPTIONS, ...UNUSED, gradient_accumulation_steps: 2 };
const PATIENCE = 180_000;

async function stepsOf({ loop }: MicroDistillation, steps: number): Promise<StepEvent[]> {
  const events: StepEvent[] = [];
  for (let step = 0; step < steps; step++) events.push(await loop.next());
  return events;
}

/** Everything that a step changes, as bits. */
async function stateOf({ loop }: MicroDistillation): Promise<Record<string, number[]>> {
  const { optimizer, memory } = await loop.save();
  const values: Record<string, number[]> = {};
  for (const [name, parameter] of loop.job.parameters) values[name] = bitsOf({ data: Float32Array.from(await parameter.data()) });
  for (const [name, tensor] of [...optimizer.moments, ...memory!]) values[name] = bitsOf(tensor);
  return values;
}

const banksOf = async ({ loop }: MicroDistillation) => [...(await loop.save()).memory!].map(([name, tensor]) => [name, ...bitsOf(tensor)]);

describe('memories of objectives in replayed steps (software adapter)', () => {
  const faults: Fault[] = [];
  beforeAll(async () => {
    await openBackend({ choice: 'webgpu', onFault: (fault) => faults.push(fault) });
  });
  afterEach(() => expect(faults).toEqual([]));

  it('have the bits of single operations, one micro-batch after the other', async () => {
    const sides = [microDistillation(CRD, { execution: 'tape', options }), microDistillation(CRD, { options }), microDistillation(CRD, { execution: 'check', options })];
    const begun = await banksOf(sides[1]!);
    const [tape, plan, checked] = [await stepsOf(sides[0]!, 6), await stepsOf(sides[1]!, 6), await stepsOf(sides[2]!, 6)];
    expect(plan).toEqual(tape);
    expect(checked).toEqual(tape);
    for (const side of sides.slice(1)) {
      expect(await stateOf(side)).toEqual(await stateOf(sides[0]!));
      expect(side.loop.execution.notReplayed).toEqual([]);
      expect(side.loop.execution.plans.reduce((sum, { runs }) => sum + runs, 0)).toBe(6);
    }
    (await banksOf(sides[1]!)).forEach((bank, i) => expect(bank).not.toEqual(begun[i]));
    sides.forEach((side) => side.dispose());
  }, PATIENCE);

  it('stay as they were where a step is left out', async () => {
    const sides = [microDistillation(CRD, { execution: 'tape', options }), microDistillation(CRD, { options }), microDistillation(CRD, { options: { ...options, optim: 'lamb' } }), microDistillation(CRD, { options, batchAt: () => collate(ROWS, [4, 0, 2], 0, 16) })];
    for (const side of sides) {
      await stepsOf(side, 2);
      const bias = side.parameters.get('embeddings.LayerNorm.bias')!;
      const before = [await banksOf(side), Float32Array.from(await bias.data())] as const;
      tf.tidy(() => bias.assign(tf.fill(bias.shape, NaN)));
      expect((await side.loop.next()).skipped).toBe(true);
      expect(await banksOf(side)).toEqual(before[0]);
      tf.tidy(() => bias.assign(tf.tensor(before[1], bias.shape)));
      expect((await side.loop.next()).skipped).toBe(false);
      expect(await banksOf(side)).not.toEqual(before[0]);
      expect(side.loop.execution.notReplayed).toEqual([]);
    }
    expect(await stateOf(sides[1]!)).toEqual(await stateOf(sides[0]!));
    sides.forEach((side) => side.dispose());
  }, PATIENCE);

  it('go on from what a checkpoint holds, and free what they held', async () => {
    const start = tf.memory().numTensors;
    const [whole, first] = [microDistillation(CRD, { options }), microDistillation(CRD, { options })];
    await stepsOf(whole, 5);
    await stepsOf(first, 2);
    const saved: LoopState = structuredClone(await first.loop.save());
    const rest = microDistillation(CRD, { options }, saved);
    for (const [name, parameter] of first.loop.job.parameters) {
      const values = await parameter.data();
      tf.tidy(() => rest.loop.job.parameters.get(name)!.assign(tf.tensor(Float32Array.from(values), parameter.shape)));
    }
    await stepsOf(rest, 3);
    expect(await stateOf(rest)).toEqual(await stateOf(whole));
    [whole, first, rest].forEach((side) => side.dispose());
    expect(tf.memory().numTensors).toBe(start);
  }, PATIENCE);
});
