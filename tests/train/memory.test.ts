import { beforeAll, describe, expect, it } from 'vitest';
import * as tf from '../../src/tensor/tf.ts';
import { TrainingLoop, type LoopState, type TrainingJob } from '../../src/train/loop.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';
import { OPTIONS } from './small_job.ts';

const variables = (values: Readonly<Record<string, readonly number[]>>) => new Map(Object.entries(values).map(([name, data]) => [name, tf.variable(tf.tensor1d([...data]))]));

interface Made {
  readonly loop: TrainingLoop;
  readonly parameters: Map<string, tf.Variable>;
  readonly memory: Map<string, tf.Variable>;
}

/** w follows what the memory holds; the memory takes half of w. `spoilt` steps have a loss that is not finite. */
function made({ micros = 1, spoilt = [], saved, start = [1, -2, 3] }: { micros?: number; spoilt?: readonly number[]; saved?: LoopState; start?: readonly number[] } = {}): Made {
  const parameters = variables({ w: start });
  const memory = variables({ bank: [5, 7, 11] });
  const job: TrainingJob = {
    parameters, memory, steps: 19,
    options: { ...OPTIONS, optim: 'sgd', learning_rate: 0.1, max_grad_norm: 0, gradient_accumulation_steps: micros },
    losses: (step) => {
      const [w, bank] = [parameters.get('w')!, memory.get('bank')!];
      const loss = tf.mean(tf.square(tf.sub(w, bank)));
      return { terms: { loss: (spoilt.includes(step) ? tf.div(loss, 0) : loss) as tf.Scalar }, memory: { bank: tf.add(tf.mul(bank, 0.5), tf.mul(w, 0.5)) } };
    },
  };
  return { loop: new TrainingLoop(job, saved), parameters, memory };
}

describe.each(NODE_BACKENDS)('memories of objectives on %s', (backend) => {
  beforeAll(() => open(backend));

  it('are written after the micro-batch that made them, so that the next one reads them', async () => {
    const { loop, memory } = made({ micros: 2 });
    const { loss } = await loop.next();
    const squares = (bank: readonly number[]) => ((bank[0]! - 1) ** 2 + (bank[1]! + 2) ** 2 + (bank[2]! - 3) ** 2) / 3;
    expect(loss).toBeCloseTo((squares([5, 7, 11]) + squares([3, 2.5, 7])) / 2, 4);
    expect([...memory.get('bank')!.dataSync()]).toEqual([2, 0.25, 5]);
  });

  it('stay as they were when a step is left out, in any of its micro-batches', async () => {
    const { loop, parameters, memory } = made({ micros: 2, spoilt: [1] });
    await loop.next();
    const before = [...memory.get('bank')!.dataSync(), ...parameters.get('w')!.dataSync()];
    expect((await loop.next()).skipped).toBe(true);
    expect([...memory.get('bank')!.dataSync(), ...parameters.get('w')!.dataSync()]).toEqual(before);
    expect((await loop.next()).skipped).toBe(false);
    expect([...memory.get('bank')!.dataSync()]).not.toEqual(before.slice(0, 3));
  });

  it('are saved and restored with the loop, and free what they replace', async () => {
    const whole = made();
    const first = made();
    await whole.loop.next();
    const { numTensors, numBytes } = tf.memory();
    for (let i = 1; i < 5; i++) await whole.loop.next();
    expect([tf.memory().numTensors, tf.memory().numBytes]).toEqual([numTensors, numBytes]);
    for (let i = 0; i < 2; i++) await first.loop.next();
    const rest = made({ saved: structuredClone(await first.loop.save()), start: [...first.parameters.get('w')!.dataSync()] });
    for (let i = 2; i < 5; i++) await rest.loop.next();
    expect([...rest.memory.get('bank')!.dataSync()]).toEqual([...whole.memory.get('bank')!.dataSync()]);
    expect([...rest.parameters.get('w')!.dataSync()]).toEqual([...whole.parameters.get('w')!.dataSync()]);
  });

  it('refuse the state of other memories, and values that nobody declared', async () => {
    const { memory, ...saved } = await made().loop.save();
    expect([...memory!.keys()]).toEqual(['bank']);
    expect(() => made({ saved })).toThrow(expect.objectContaining({ code: 'memory-state', expected: 'bank [3]', got: 'no bank' }));
    const parameters = variables({ w: [1] });
    const job: TrainingJob = { parameters, steps: 1, options: OPTIONS, losses: () => ({ terms: { loss: tf.sum(parameters.get('w')!) as tf.Scalar }, memory: { bank: tf.zeros([2]) } }) };
    await expect(new TrainingLoop(job).next()).rejects.toMatchObject({ code: 'memory-state', got: 'bank [2]' });
  });

  it('are apart from what is prepared for a step, which is freed after it', async () => {
    const parameters = variables({ w: [1, 2] });
    const seen: number[][] = [];
    const job: TrainingJob = {
      parameters, steps: 3, options: { ...OPTIONS, gradient_accumulation_steps: 2 },
      prepare: (step, micro) => {
        tf.add(tf.scalar(1), 1);
        return [tf.tensor1d([step, micro])];
      },
      losses: (_step, _micro, [target]) => {
        seen.push([...target!.dataSync()]);
        return { terms: { loss: tf.sum(tf.square(tf.sub(parameters.get('w')!, target!))) as tf.Scalar } };
      },
    };
    const loop = new TrainingLoop(job);
    await loop.next();
    const { numTensors } = tf.memory();
    await loop.next();
    expect(tf.memory().numTensors).toBe(numTensors);
    expect(seen).toEqual([[0, 0], [0, 1], [1, 0], [1, 1]]);
  });
});
