import { beforeAll, describe, expect, it } from 'vitest';
import { classifierLoop, type ClassifierTraining } from '../../src/lab/classifier_training.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { dispose, download, randomWeights, upload, type HostTensor } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import type { EncodedExample } from '../../src/train/batches.ts';
import { logitsOf } from '../../src/train/evaluate.ts';
import type { LoopState, TrainingLoop } from '../../src/train/loop.ts';
import { SMALL_CONFIG } from '../lab/given_files.ts';
import { smallRecipe, smallSession } from '../lab/small_session.ts';
import { NODE_BACKENDS, open } from '../tensor/backends.ts';

const KD = [{ name: 'kd', weight: 1, parameters: { temperature: 2, kd_weight: 0.5 } }];
const CE = [{ name: 'ce', weight: 1, parameters: {} }];
const ROWS = smallSession().data.train;

interface Setting extends Partial<Pick<ClassifierTraining, 'objectives' | 'examples' | 'teacherLogits' | 'steps'>> {
  readonly config?: Partial<ModelConfig>;
  readonly options?: Partial<ClassifierTraining['options']>;
}

/** A loop over a 3-layer classifier of width 15. */
function training({ config, options, ...rest }: Setting = {}): { loop: TrainingLoop; parameters: Map<string, tf.Variable>; config: ModelConfig } {
  const whole: ModelConfig = { ...SMALL_CONFIG, ...config };
  const parameters = upload(randomWeights(whole, ['classification'], 5), true);
  const base = { ...smallRecipe().training, warmup_ratio: 0, learning_rate: 1e-2 };
  const loop = classifierLoop({ config: whole, parameters, examples: ROWS, objectives: CE, options: { ...base, ...options }, steps: 29, padId: 0, ...rest });
  return { loop, parameters, config: whole };
}

const bitsOf = ({ data }: HostTensor): number[] => [...new Uint32Array(data.buffer, data.byteOffset, data.length)];

/** Everything that an update changes, as bits. */
async function bits(parameters: Map<string, tf.Variable>, loop: TrainingLoop): Promise<object> {
  const { optimizer } = await loop.save();
  return { updates: optimizer.updates, parameters: [...(await download(parameters)).values()].map(bitsOf), moments: [...optimizer.moments.values()].map(bitsOf) };
}

const finite = (tensors: Iterable<HostTensor>) => [...tensors].every(({ data }) => data.every((value) => Number.isFinite(value)));

/** Puts NaN into the last value of a parameter. */
async function spoil(variable: tf.Variable): Promise<void> {
  const data = Float32Array.from(await variable.data());
  data[data.length - 1] = NaN;
  variable.assign(tf.tensor(data, variable.shape));
}

describe.each(NODE_BACKENDS)('the loop on %s', (backend) => {
  beforeAll(() => open(backend));

  it.each(['encoder.layer.1.attention.self.query.weight', 'encoder.layer.0.output.LayerNorm.bias', 'classifier.bias'])('leaves a step out when %s holds NaN, and nothing changes', async (name) => {
    const { loop, parameters } = training();
    await loop.next();
    await spoil(parameters.get(name)!);
    const before = await bits(parameters, loop);
    expect(await loop.next()).toMatchObject({ step: 2, skipped: true });
    expect(await loop.next()).toMatchObject({ step: 3, skipped: true });
    expect(await bits(parameters, loop)).toEqual(before);
    await expect(loop.next()).rejects.toMatchObject({ code: 'diverged', where: 'step 4', got: expect.stringContaining('ce NaN') as string, remedy: expect.stringContaining('lower than 0.01') as string });
    expect(await bits(parameters, loop)).toEqual(before);
    expect((await loop.save()).skippedSteps).toEqual([1, 2, 3]);
  });

  it('holds no tensor longer than a step, also when it ends by a fault', async () => {
    const { loop, parameters } = training();
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

  it('goes on from a saved state with the same bits', async () => {
    const whole = training();
    const first = training();
    for (let i = 0; i < 5; i++) await whole.loop.next();
    for (let i = 0; i < 2; i++) await first.loop.next();
    const saved: LoopState = structuredClone(await first.loop.save());
    const rest = continued(first.parameters, saved);
    const losses = [];
    for (let i = 0; i < 3; i++) losses.push((await rest.next()).loss);
    expect(await bits(first.parameters, rest)).toEqual(await bits(whole.parameters, whole.loop));
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(rest.step).toBe(5);
  });

  it('stops within ten steps at a learning rate of 1000, with everything finite', async () => {
    const { loop, parameters } = training({ options: { learning_rate: 1e3 } });
    let made = 0;
    let fault: unknown;
    while (!fault && made < 29) await loop.next().then(() => (made += 1), (error: unknown) => (fault = error));
    expect(made).toBeLessThan(10);
    expect(fault).toMatchObject({ code: 'diverged', remedy: expect.stringContaining('lower than 1000') as string });
    expect(finite((await download(parameters)).values())).toBe(true);
    expect(finite((await loop.save()).optimizer.moments.values())).toBe(true);
  });

  const example = (ids: readonly number[], label: number): EncodedExample => ({ ids, typeIds: ids.map(() => 0), label });
  it.each<[string, readonly EncodedExample[]]>([
    ['one token', [example([2], 0), example([2], 1)]],
    ['one example', [example([2, 7, 8, 3], 1)]],
    ['one class', ROWS.filter(({ label }) => label === 1)],
    ['padding after [CLS] in most rows', [example([2, 7, 8, 9, 10, 11, 12, 13, 14, 3], 0), ...Array.from({ length: 4 }, () => example([2], 1))]],
    ['equal rows', Array.from({ length: 7 }, () => example([2, 7, 3], 0))],
  ])('has finite losses and weights on %s', async (_name, examples) => {
    const { loop, parameters } = training({ examples, objectives: KD, teacherLogits: new Float32Array(2 * examples.length), options: { learning_rate: 1e-3 } });
    for (let i = 0; i < 5; i++) {
      const event = await loop.next();
      expect([event.skipped, Number.isFinite(event.loss), Number.isFinite(event.grad_norm)]).toEqual([false, true, true]);
    }
    expect(finite((await download(parameters)).values())).toBe(true);
  });

  it('gives a KL of at most 1e-6 when the student is the teacher', async () => {
    const none = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };
    const setting = training({ config: none });
    const teacherLogits = await logitsOf({ config: setting.config, parameters: setting.parameters }, ROWS, { padId: 0, maxLength: 16 });
    dispose(setting.parameters);
    const { loop } = training({ config: none, objectives: KD, teacherLogits });
    const { terms } = await loop.next();
    expect(Math.abs(terms.kd!)).toBeLessThan(1e-6);
    expect(terms.ce).toBeGreaterThan(0.1);
  });
});

function continued(parameters: Map<string, tf.Variable>, saved: LoopState): TrainingLoop {
  const options = { ...smallRecipe().training, warmup_ratio: 0, learning_rate: 1e-2 };
  return classifierLoop({ config: SMALL_CONFIG, parameters, examples: ROWS, objectives: CE, options, steps: 29, padId: 0 }, saved);
}
