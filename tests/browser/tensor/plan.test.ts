import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/fault/fault.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import * as tf from '../../../src/tensor/tf.ts';
import type { StepEvent } from '../../../src/train/loop.ts';
import { KD, microDistillation, type MicroDistillation } from './micro_distillation.ts';

const STEPS = 11;

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
    const [tape, plan] = [microDistillation(KD, { execution: 'tape' }), microDistillation(KD)];
    const [expected, events] = [await stepsOf(tape, STEPS), await stepsOf(plan, STEPS)];
    expect(plan.loop.execution.notReplayed).toEqual([]);
    expect(plan.loop.execution.plans.reduce((sum, { runs }) => sum + runs, 0)).toBe(STEPS);
    expect(events).toEqual(expected);
    expect(await bitsOf(plan)).toEqual(await bitsOf(tape));
    console.info(JSON.stringify({ plans: plan.loop.execution, memory: tf.memory() }));
    tape.dispose();
    plan.dispose();
  });
});
