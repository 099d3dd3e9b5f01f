import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import type { StepEvent, TrainingLoop } from '../../src/train/loop.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { smallLoop, STEADY, stateBits } from './small_job.ts';

async function steps(loop: TrainingLoop, count: number): Promise<StepEvent[]> {
  const events = [];
  for (let i = 0; i < count; i++) events.push(await loop.next());
  return events;
}

/** Largest difference between the parameters of two models. */
function distance(a: ReadonlyMap<string, tf.Variable>, b: ReadonlyMap<string, tf.Variable>): number {
  const differences = [...a].flatMap(([name, variable]) => {
    const other = b.get(name)!.dataSync();
    return [...variable.dataSync()].map((value, i) => Math.abs(value - other[i]!));
  });
  return Math.max(...differences);
}

/** SGD shows the gradient itself; Adam's first steps would hide its size. */
const SGD = { optim: 'sgd', learning_rate: 0.1, max_grad_norm: 0.5 } as const;

describe.each(NODE_BACKENDS)('gradient accumulation on %s', (backend) => {
  beforeAll(() => open(backend));

  it('gives what the big batch gives, to rounding', async () => {
    const big = smallLoop({ config: STEADY, options: SGD, batch: 6 });
    const small = smallLoop({ config: STEADY, options: { ...SGD, gradient_accumulation_steps: 3 }, batch: 2 });
    const [expected, got] = [await steps(big.loop, 5), await steps(small.loop, 5)];
    got.forEach((event, i) => {
      expect(event.loss).toBeCloseTo(expected[i]!.loss, 5);
      expect(event.grad_norm).toBeCloseTo(expected[i]!.grad_norm, 5);
    });
    expect(distance(small.parameters, big.parameters)).toBeLessThan(2e-6);
    const one = smallLoop({ config: STEADY, options: SGD, batch: 2 });
    await steps(one.loop, 5);
    expect(distance(one.parameters, big.parameters)).toBeGreaterThan(5e-4);
  });

  it('weighs micro-batches by their sizes', async () => {
    const examplesOf = [2, 5];
    const mixed = smallLoop({
      options: { ...SGD, gradient_accumulation_steps: 2 },
      parameters: new Map([['w', tf.variable(tf.tensor1d([0.5]))]]),
      losses: (_step, micro) => ({ terms: { linear: tf.mul(scalarOf(mixed.parameters), [1, 8][micro]!) as tf.Scalar }, size: examplesOf[micro]! }),
    });
    const [event] = await steps(mixed.loop, 1);
    expect(event!.grad_norm).toBeCloseTo((2 * 1 + 5 * 8) / 7, 6);
    expect(event!.loss).toBeCloseTo((0.5 * (2 * 1 + 5 * 8)) / 7, 6);
  });

  it('changes no bit of a step of one batch, whatever its size', async () => {
    const [plain, sized] = [smallLoop({ result: (ce) => ({ terms: { ce } }) }), smallLoop({ result: (ce) => ({ terms: { ce }, size: 7 }) })];
    expect(await steps(sized.loop, 3)).toEqual(await steps(plain.loop, 3));
    expect(await stateBits(sized.parameters, sized.loop)).toEqual(await stateBits(plain.parameters, plain.loop));
  });

  it('is deterministic, and goes on from a saved state with the same bits', async () => {
    const options = { gradient_accumulation_steps: 3 };
    const [whole, first] = [smallLoop({ options }), smallLoop({ options })];
    await steps(whole.loop, 5);
    await steps(first.loop, 2);
    const rest = smallLoop({ options, parameters: first.parameters }, await first.loop.save());
    await steps(rest.loop, 3);
    expect(await stateBits(first.parameters, rest.loop)).toEqual(await stateBits(whole.parameters, whole.loop));
  });

  it('holds the tensors of no micro-batch longer than the step', async () => {
    const { loop } = smallLoop({ options: { gradient_accumulation_steps: 4 } });
    await loop.next();
    const { numTensors, numBytes } = tf.memory();
    await steps(loop, 3);
    expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([numTensors, numBytes]);
  });

  it.each([1, 3])('divides sums by the number of examples, as fairseq does with every loss (%i micro-batches)', async (micros) => {
    const options = { ...SGD, gradient_accumulation_steps: micros };
    const mean = smallLoop({ config: STEADY, options, batch: 4 });
    const sum = smallLoop({ config: STEADY, options, batch: 4, result: (ce, size) => ({ terms: { ce: tf.mul(ce, size) as tf.Scalar }, size, reduction: 'sum' }) });
    const [expected, got] = [await steps(mean.loop, 3), await steps(sum.loop, 3)];
    got.forEach((event, i) => {
      expect(event.loss).toBeCloseTo(4 * micros * expected[i]!.loss, 4);
      expect(event.grad_norm).toBeCloseTo(expected[i]!.grad_norm, 5);
    });
    expect(distance(sum.parameters, mean.parameters)).toBeLessThan(2e-6);
  });
});

const scalarOf = (parameters: ReadonlyMap<string, tf.Variable>) => tf.sum(parameters.get('w')!);
