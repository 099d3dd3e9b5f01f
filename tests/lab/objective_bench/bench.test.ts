import { beforeAll, describe, expect, it } from 'vitest';
import { BENCHED } from '../../../src/experiment/objective_catalogue.ts';
import { fell, type BenchEvent, type BenchReport } from '../../../src/experiment/objective_bench.ts';
import { runBench } from '../../../src/lab/objective_bench/bench.ts';
import { trainObjectives } from '../../../src/lab/objective_bench/training.ts';
import * as tf from '../../../src/tensor/tf.ts';
import { open } from '../../tensor/backends.ts';
import { smallScene } from './small_scene.ts';

const NAMES = BENCHED.map(({ name }) => name);
const quiet = { now: () => performance.now(), tell: () => undefined, gate: async () => undefined };

beforeAll(() => open('wasm'));

describe('the bench over every objective', () => {
  const events: BenchEvent[] = [];
  let report: BenchReport;
  let tensors: number;

  beforeAll(async () => {
    const scene = smallScene();
    const before = tf.memory().numTensors;
    report = await runBench(scene, NAMES, { ...quiet, tell: (event) => events.push(event) });
    tensors = tf.memory().numTensors - before;
  });

  it('measures all of them, and frees what it made', () => {
    expect(report.refused).toEqual([]);
    expect(report.rows.map(({ objective }) => objective)).toEqual(NAMES);
    expect(events.filter(({ kind }) => kind === 'row')).toHaveLength(NAMES.length);
    expect(tensors).toBe(0);
    for (const { value, norm, milliseconds, bytes, objective } of report.rows) for (const number of [value, norm, milliseconds, bytes]) expect(number, objective).toBeGreaterThan(0);
  });

  it('finds every gradient to be that of its loss', () => {
    for (const { objective, check } of report.rows) expect(check, objective).toMatchObject({ passed: true });
  });

  it('shares every gradient out among all parts, and within a layer among its heads', () => {
    for (const { objective, parts } of report.rows) {
      expect(parts.map(({ name }) => name)).toEqual(['embeddings', 'layer 0', 'layer 1', 'classifier', 'masked-LM head']);
      expect(parts.reduce((sum, { share }) => sum + share, 0), objective).toBeCloseTo(1, 10);
      expect(parts.map(({ heads }) => heads.length)).toEqual([0, 5, 5, 0, 0]);
      for (const { share, heads } of parts) expect(heads.reduce((a, b) => a + b, 0), objective).toBeLessThanOrEqual(share + 1e-12);
    }
    const of = (objective: string, part: number) => report.rows.find((row) => row.objective === objective)!.parts[part]!.share;
    expect([of('ce', 3) > 0, of('ce', 4), of('masked_lm', 3), of('masked_lm', 4) > 0]).toEqual([true, 0, 0, true]);
  });

  it('gives the cosine of any two terms: 1 with itself, the same both ways', () => {
    const { labels, cosines } = report;
    const at = (a: string, b: string) => cosines[labels.indexOf(a)]![labels.indexOf(b)];
    expect(labels.filter((label) => label.startsWith('kd'))).toEqual(['kd · ce', 'kd · kd']);
    labels.forEach((label, i) => labels.forEach((_, j) => expect(cosines[i]![j], label).toBe(cosines[j]![i])));
    for (const label of ['att_kl', 'hidden_mse', 'masked_lm', 'kd · kd']) expect(at(label, label)).toBe(1);
    expect(at('ce', 'kd · ce')).toBeCloseTo(1, 5);
    expect(at('att_kl', 'att_kl_hidden_mse · att_kl')).toBeCloseTo(1, 5);
    expect(Math.abs(at('att_kl', 'hidden_mse')!)).toBeLessThan(0.9);
    expect(at('crd · crd_teacher', 'ce')).toBeNull();
  });

  it('tells how far it is, and never goes back', () => {
    const steps = events.flatMap((event) => (event.kind === 'progress' ? [event] : []));
    expect(steps.length).toBe(3 * NAMES.length);
    expect(steps.map(({ done }) => done)).toEqual([...steps.keys()]);
    expect(steps.at(-1)).toMatchObject({ total: 3 * NAMES.length, label: 'masked_lm_distill: time of a step' });
  });
});

describe('a bench', () => {
  it('leaves out what the models cannot be compared by, and says why', async () => {
    const { words: _words, ...scene } = smallScene();
    const { rows, refused } = await runBench(scene, ['masked_lm', 'ce'], quiet);
    expect(rows.map(({ objective }) => objective)).toEqual(['ce']);
    expect(refused).toMatchObject([{ objective: 'masked_lm', why: expect.stringContaining('masked-LM head') as string }]);
  });

  it('ends where the gate throws, without a tensor left', async () => {
    const before = tf.memory().numTensors;
    let turns = 0;
    const gate = async () => {
      if (++turns === 3) throw new Error('stop');
    };
    await expect(runBench(smallScene(), ['kd', 'crd'], { ...quiet, gate })).rejects.toThrow('stop');
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('short trainings', () => {
  it('lower the loss, from the same weights each time', async () => {
    const scene = smallScene();
    const [first, second, words] = await trainObjectives(scene, ['hidden_mse', 'hidden_mse', 'masked_lm'], 43, quiet);
    expect(first).toEqual(second);
    expect(first).toMatchObject({ objective: 'hidden_mse', steps: 43 });
    expect([fell(first!), fell(words!)]).toEqual([true, true]);
    expect(fell({ ...first!, last: first!.first })).toBe(false);
  });
});
