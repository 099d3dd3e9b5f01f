import { beforeAll, describe, expect, it } from 'vitest';
import type { ObjectiveTerm, Recipe, Stage } from '../../src/experiment/recipe.ts';
import type { StepReport } from '../../src/experiment/run.ts';
import { exportFiles } from '../../src/lab/export.ts';
import * as tf from '../../src/tensor/tf.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { interrupted, traced, type Trace } from './traced_run.ts';

const term = (name: string, parameters: ObjectiveTerm['parameters'] = {}, mapping?: string): ObjectiveTerm => ({ name, weight: 1, parameters, ...(mapping === undefined ? {} : { mapping }) });

/** A teacher that is there already, and a student alone beside it. */
const SESSION = { ...smallSession(), teacherUntrained: false };
const KD = term('kd', { temperature: 3, kd_weight: 0.7 });

function recipe(stages: readonly (Partial<Stage> & Pick<Stage, 'objectives'>)[], changes: Partial<Recipe> = {}): Recipe {
  const named = stages.map((stage, i): Stage => ({ name: ['intermediate', 'prediction'][i]!, training: {}, start: 'last', ...stage }));
  return { ...smallRecipe(), baselines: false, stages: named, ...changes };
}

const reports = ({ events }: Trace): StepReport[] => events.flatMap((event) => (event.type === 'step' ? [event.report] : []));
const run = (of: Recipe) => traced({ recipe: of, session: SESSION });

/** Everything that stages carry: a trained projection, memory banks, a term with a weight, then a fresh optimiser. */
const TWO = recipe([
  { objectives: [term('att_mse', {}, 'last'), { ...term('hidden_mse', {}, 'combine'), weight: 0.5, learning_rate: 1e-2 }, term('crd', { nce_k: 7, crd_feat_dim: 5 })] },
  { objectives: [KD], training: { learning_rate: 1e-3 } },
]);

describe('two stages', () => {
  beforeAll(() => open('wasm'));

  it('compare hidden layers first and predictions after, each with a schedule of its own, and free their tensors', async () => {
    const before = tf.memory().numTensors;
    const trace = await run(TWO);
    expect(tf.memory().numTensors).toBe(before);
    const steps = reports(trace);
    expect(steps.map(({ step, steps: all }) => [step, all])).toEqual(Array.from({ length: 18 }, (_, i) => [i + 1, 18]));
    expect(steps.map(({ terms }) => Object.keys(terms).sort().join())).toEqual([...Array<string>(9).fill('att_mse,crd_student,crd_teacher,hidden_mse'), ...Array<string>(9).fill('ce,kd')]);
    expect(steps[17]!.epoch).toBe(2);
    const rates = steps.map(({ learning_rate }) => learning_rate);
    expect([rates[0], rates[9], Math.max(...rates.slice(9))]).toEqual([0, 0, 1e-3]);
    expect(steps[8]!.terms['hidden_mse']!).toBeLessThan(steps[0]!.terms['hidden_mse']!);
  });

  it('give the same bits when they are stopped in either, between them and while the teacher reads', async () => {
    const whole = await run(TWO);
    for (const visits of [2, 7, 11, 13, 14, 15, 20, whole.visits - 2]) {
      expect(await interrupted({ recipe: TWO, session: SESSION, visits }), `stopped at visit ${visits} of ${whole.visits}`).toEqual({ losses: whole.losses, rows: whole.rows });
    }
  }, 120_000);

  it('export the model alone, without what objectives trained', async () => {
    const { state } = await run(TWO);
    expect([...state.exported!.keys()].filter((name) => name.startsWith('objective'))).toEqual([]);
    const card = new TextDecoder().decode(exportFiles(TWO, state, SESSION.tokenizer).find(({ name }) => name === 'README.md')!.bytes);
    expect(card).toContain('- Stage intermediate: `att_mse` (weight 1, mapping last) + `hidden_mse` (weight 0.5, mapping combine)');
  });

  it('go on with the batch after the last one', async () => {
    const steps = (stages: readonly number[]) => run(recipe(stages.map((max_steps) => ({ objectives: [term('ce')], training: { max_steps, warmup_ratio: 0, learning_rate: 0 } })), { dropout: { student: false, teacher: false } }));
    const [one, two] = [await steps([5]), await steps([2, 3])];
    expect(reports(two).map(({ loss }) => loss)).toEqual(reports(one).map(({ loss }) => loss));
  });
});

describe('the second stage', () => {
  beforeAll(() => open('wasm'));
  const wild = (start: Stage['start']) => recipe([
    { objectives: [term('ce')], training: { max_steps: 8, eval_steps: 2, learning_rate: 0.3, lr_scheduler_type: 'constant', warmup_ratio: 0, max_grad_norm: 0 } },
    { objectives: [term('ce')], start, training: { max_steps: 2, learning_rate: 0 } },
  ], { dropout: { student: false, teacher: false } });

  it('starts from the weights of the lowest loss where the recipe says so', async () => {
    const [best, last] = [reports(await run(wild('best'))), reports(await run(wild('last')))];
    expect(best.slice(0, 8).map(({ loss }) => loss)).toEqual(last.slice(0, 8).map(({ loss }) => loss));
    expect(best[8]!.loss).toBeLessThan(last[8]!.loss);
  });

  it('does so too when it was stopped after the best step', async () => {
    const whole = await run(wild('best'));
    for (const visits of [6, 12, whole.visits - 4]) {
      expect(await interrupted({ recipe: wild('best'), session: SESSION, visits }), `stopped at visit ${visits}`).toEqual({ losses: whole.losses, rows: whole.rows });
    }
  });
});

describe('a stage', () => {
  beforeAll(() => open('wasm'));

  it('gives baselines the same number of steps, on the labels alone', async () => {
    const trace = await run({ ...TWO, baselines: true });
    const finetuned = reports(trace).filter(({ arm }) => arm === 'finetuned');
    expect(finetuned.length).toBe(18);
    expect(finetuned.every(({ terms }) => Object.keys(terms).join() === 'ce')).toBe(true);
  });

  it('lets the teacher read only the rows that it will use', async () => {
    const { events } = await run(recipe([{ objectives: [KD], training: { max_steps: 2 } }]));
    const reading = events.flatMap((event) => (event.type === 'progress' && event.label.startsWith('The teacher reads') ? [event.total] : []));
    expect(reading.at(-1)).toBe(10);
  });

  it('runs a teacher with dropout in every step, with the same bits when continued', async () => {
    const [off, on] = [false, true].map((teacher) => recipe([{ objectives: [KD, term('att_kl')] }], { dropout: { student: false, teacher } }));
    const [without, with_] = [await run(off!), await run(on!)];
    expect(reports(with_)[0]!.terms['kd']).not.toBe(reports(without)[0]!.terms['kd']);
    expect(await interrupted({ recipe: on!, session: SESSION, visits: 5 })).toEqual({ losses: with_.losses, rows: with_.rows });
  });

  it('divides sums by the batch where the fidelity is released', async () => {
    const one = (fidelity: Recipe['fidelity']) => run(recipe([{ objectives: [KD], training: { max_steps: 3, per_device_train_batch_size: 7 } }], { fidelity, dropout: { student: false, teacher: false } }));
    const [released, corrected] = [reports(await one('released')), reports(await one('corrected'))];
    expect(released[0]!.loss).toBeCloseTo(7 * corrected[0]!.loss, 4);
    expect(released[0]!.grad_norm).toBeCloseTo(corrected[0]!.grad_norm, 4);
  });

  it('adds up batches before an update', async () => {
    const { events } = await run(recipe([{ objectives: [term('ce')], training: { gradient_accumulation_steps: 3 } }]));
    expect(events.filter((event) => event.type === 'step').length).toBe(3);
  });
});
