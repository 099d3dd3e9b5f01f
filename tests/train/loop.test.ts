import { beforeAll, describe, expect, it } from 'vitest';
import { download, type HostTensor } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import type { EncodedExample } from '../../src/train/batches.ts';
import type { LoopState } from '../../src/train/loop.ts';
import type { OptimizationArguments, OptimizerName } from '../../src/train/optimization.ts';
import { OPTIMIZERS } from '../../src/train/optimizers/index.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { example, ROWS, smallLoop, stateBits } from './small_job.ts';

const finite = (tensors: Iterable<HostTensor>) => [...tensors].every(({ data }) => data.every((value) => Number.isFinite(value)));

/** Puts NaN into the last value of a parameter. */
async function spoil(variable: tf.Variable): Promise<void> {
  const data = Float32Array.from(await variable.data());
  data[data.length - 1] = NaN;
  variable.assign(tf.tensor(data, variable.shape));
}

const VARIANTS = (Object.keys(OPTIMIZERS) as OptimizerName[]).map((optim): [OptimizerName, Partial<OptimizationArguments>] => [optim, { optim, momentum: 0.9, learning_rate: 1e-3 }]);

describe.each(NODE_BACKENDS)('the loop on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(['encoder.layer.1.attention.self.query.weight', 'encoder.layer.0.output.LayerNorm.bias', 'classifier.bias'])('leaves a step out when %s holds NaN, and nothing changes', async (name) => {
    const { loop, parameters } = smallLoop();
    await loop.next();
    await spoil(parameters.get(name)!);
    const before = await stateBits(parameters, loop);
    expect(await loop.next()).toMatchObject({ step: 2, skipped: true });
    expect(await loop.next()).toMatchObject({ step: 3, skipped: true });
    expect(await stateBits(parameters, loop)).toEqual(before);
    await expect(loop.next()).rejects.toMatchObject({ code: 'diverged', where: 'step 4', got: expect.stringContaining('ce NaN') as string, remedy: expect.stringContaining('lower than 0.01') as string });
    expect(await stateBits(parameters, loop)).toEqual(before);
    expect((await loop.save()).skippedSteps).toEqual([1, 2, 3]);
  });

  it('holds no tensor longer than a step, also when it ends by a fault', async () => {
    const { loop, parameters } = smallLoop();
    await loop.next();
    const held = tf.memory().numTensors;
    await loop.next();
    expect(tf.memory().numTensors).toBe(held);
    await spoil(parameters.get('classifier.bias')!);
    const spoilt = tf.memory().numTensors;
    await loop.next();
    await loop.next();
    await loop.next().catch(() => undefined);
    expect(tf.memory().numTensors).toBe(spoilt);
  });

  it.each(VARIANTS)('keeps its memory flat, and goes on from a saved state with the same bits: %s', async (_name, options) => {
    const [whole, first] = [smallLoop({ options }), smallLoop({ options })];
    const memory: [number, number][] = [];
    const losses: number[] = [];
    for (let i = 0; i < 7; i++) {
      losses.push((await whole.loop.next()).loss);
      memory.push([tf.memory().numTensors, tf.memory().numBytes]);
    }
    expect(memory).toEqual(memory.map(() => memory[0]));
    for (let i = 0; i < 3; i++) await first.loop.next();
    const saved: LoopState = structuredClone(await first.loop.save());
    const rest = smallLoop({ options, parameters: first.parameters }, saved).loop;
    for (let i = 3; i < 7; i++) expect((await rest.next()).loss).toBe(losses[i]);
    expect(await stateBits(first.parameters, rest)).toEqual(await stateBits(whole.parameters, whole.loop));
    expect(rest.step).toBe(7);
  });

  it('stops within ten steps at a learning rate of 1000, with everything finite', async () => {
    const { loop, parameters } = smallLoop({ options: { learning_rate: 1e3 } });
    let made = 0;
    let fault: unknown;
    while (!fault && made < 29) await loop.next().then(() => (made += 1), (error: unknown) => (fault = error));
    expect(made).toBeLessThan(10);
    expect(fault).toMatchObject({ code: 'diverged', remedy: expect.stringContaining('lower than 1000') as string });
    expect(finite((await download(parameters)).values())).toBe(true);
    expect(finite((await loop.save()).optimizer.moments.values())).toBe(true);
  });

  it.each<[string, readonly EncodedExample[]]>([
    ['one token', [example([2], 0), example([2], 1)]],
    ['one example', [example([2, 7, 8, 3], 1)]],
    ['one class', ROWS.filter(({ label }) => label === 1)],
    ['padding after [CLS] in most rows', [example([2, 7, 8, 9, 10, 11, 12, 13, 14, 3], 0), ...Array.from({ length: 4 }, () => example([2], 1))]],
    ['equal rows', Array.from({ length: 7 }, () => example([2, 7, 3], 0))],
  ])('has finite losses and weights on %s', async (_name, examples) => {
    const { loop, parameters } = smallLoop({ examples, options: { learning_rate: 1e-3 } });
    for (let i = 0; i < 5; i++) {
      const event = await loop.next();
      expect([event.skipped, Number.isFinite(event.loss), Number.isFinite(event.grad_norm)]).toEqual([false, true, true]);
    }
    expect(finite((await download(parameters)).values())).toBe(true);
  });
});

describe('a job that cannot be', () => {
  const refused = (options: object) => () => smallLoop({ options });

  it('is refused before its first step', async () => {
    await open('cpu');
    expect(refused({ gradient_accumulation_steps: 0 })).toThrow(expect.objectContaining({ code: 'optimizer-options', where: 'gradient_accumulation_steps', got: '0' }));
    expect(refused({ gradient_accumulation_steps: 1.5 })).toThrow(expect.objectContaining({ code: 'optimizer-options' }));
    expect(refused({ lr_scheduler_type: 'lineal' })).toThrow(expect.objectContaining({ code: 'unknown-scheduler', expected: expect.stringContaining('polynomial_decay') as string, got: 'lineal' }));
    expect(refused({ optim: 'adagrad' })).toThrow(expect.objectContaining({ code: 'unknown-optimizer', got: 'adagrad' }));
  });
});
