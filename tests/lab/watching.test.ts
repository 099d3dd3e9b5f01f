import { beforeAll, describe, expect, it } from 'vitest';
import type { Recipe, TrainingArguments } from '../../src/experiment/recipe.ts';
import { batchesWithin } from './batch_lengths.ts';
import { prepare } from '../../src/lab/prepare.ts';
import { stepsOf } from '../../src/lab/stage.ts';
import { evaluationDue, stopsEarly, watched } from '../../src/lab/watching.ts';
import { open } from '../tensor/backends.ts';
import { dataFiles, modelFiles, shelfOf } from './given_files.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { interrupted, traced, type Trace } from './traced_run.ts';

const SESSION = { ...smallSession(), teacherUntrained: false };

/** A finetuning whose rate is so high that it gets worse now and then. */
function recipe(training: Partial<TrainingArguments>): Recipe {
  const wild = { learning_rate: 0.1, lr_scheduler_type: 'constant', warmup_ratio: 0, max_grad_norm: 0, max_steps: 17, eval_steps: 2 } as const;
  return { ...smallRecipe(), kind: 'finetune', stages: [], baselines: false, dropout: { student: false, teacher: false }, training: { ...smallRecipe().training, ...wild, ...training } };
}

const run = (training: Partial<TrainingArguments>) => traced({ recipe: recipe(training), session: SESSION });
const evaluations = ({ events }: Trace) => events.flatMap((event) => (event.type === 'evaluation' && event.arm === 'finetuned' ? [event] : []));
const steps = (trace: Trace) => evaluations(trace).filter(({ split }) => split === 'tuning').map(({ step }) => step);
const updates = ({ losses }: Trace) => losses.length;

describe('evaluations while a model trains', () => {
  beforeAll(() => open('wasm'));

  it('come every eval_steps, after each pass over the rows, or never', async () => {
    expect(steps(await run({ eval_steps: 5 }))).toEqual([5, 10, 15]);
    expect(steps(await run({ evaluation_strategy: 'epoch', max_steps: 0, num_train_epochs: 2 }))).toEqual([9]);
    expect(steps(await run({ evaluation_strategy: 'epoch', max_steps: 0, num_train_epochs: 2, load_best_model_at_end: true }))).toEqual([9, 18]);
    expect(steps(await run({ evaluation_strategy: 'epoch', max_steps: 9, gradient_accumulation_steps: 2 }))).toEqual([5]);
    expect(steps(await run({ evaluation_strategy: 'no' }))).toEqual([]);
  });

  it('end the training after as many in a row as the patience, none of which was better', async () => {
    const trace = await run({ early_stopping_patience: 2, max_steps: 60 });
    const losses = evaluations(trace).filter(({ split }) => split === 'tuning').map(({ scores }) => scores.loss);
    expect(updates(trace)).toBeLessThan(60);
    expect(updates(trace)).toBe(2 * losses.length);
    expect(Math.min(...losses.slice(-2))).toBeGreaterThanOrEqual(Math.min(...losses.slice(0, -2)));
    expect(trace.events.some((event) => event.type === 'note' && /^Stopped after step \d+: 2 evaluations/.test(event.text))).toBe(true);
  });

  it('give the model the weights of the best one at its end', async () => {
    const best = await run({ load_best_model_at_end: true, eval_steps: 1 });
    const losses = evaluations(best).filter(({ split }) => split === 'tuning').map(({ scores }) => scores.loss);
    const at = losses.indexOf(Math.min(...losses)) + 1;
    expect(at).toBeLessThan(17);
    const there = await run({ max_steps: at, evaluation_strategy: 'no' });
    expect(best.rows).toBe(there.rows);
  });

  it('are ranked by the metric that is named, and end with an error for one that is none', async () => {
    const trace = await run({ load_best_model_at_end: true, metric_for_best_model: 'eval_accuracy' });
    const note = trace.events.flatMap((event) => (event.type === 'note' && event.text.startsWith('Goes on') ? [event.text] : []));
    const accuracies = evaluations(trace).filter(({ split }) => split === 'tuning').map(({ scores }) => scores.metrics['accuracy']!);
    expect(note).toEqual([`Goes on with the weights of step ${2 * (accuracies.indexOf(Math.max(...accuracies)) + 1)}: eval_accuracy ${Math.max(...accuracies).toFixed(4)} on tuning rows.`]);
    await expect(run({ load_best_model_at_end: true, metric_for_best_model: 'f1' })).rejects.toThrow('expected loss, accuracy, got "f1"');
  });

  it('decide the same when the run was stopped anywhere', async () => {
    const training = { early_stopping_patience: 3, load_best_model_at_end: true, eval_steps: 3, max_steps: 31 };
    const whole = await run(training);
    for (let visits = 3; visits < whole.visits; visits += 5) {
      expect(await interrupted({ recipe: recipe(training), session: SESSION, visits }), `stopped at visit ${visits} of ${whole.visits}`).toEqual({ losses: whole.losses, rows: whole.rows });
    }
  }, 120_000);
});

describe('a limited run', () => {
  beforeAll(() => open('wasm'));

  it('makes its batches of the first rows alone, and encodes no others', async () => {
    const training = { ...smallRecipe().training, max_train_samples: 11, max_eval_samples: 3 };
    const given: Recipe = { ...smallRecipe(), kind: 'finetune', teacher: { kind: 'folder', name: 'my-teacher' }, data: { kind: 'folder', name: 'my-data' }, training };
    const shelf = shelfOf({ teacher: modelFiles(), data: dataFiles() });
    const { data } = await prepare(given, shelf, async () => undefined);
    const whole = await prepare({ ...given, training: smallRecipe().training }, shelf, async () => undefined);
    expect(data).toEqual({ train: whole.data.train.slice(0, 11), tuning: whole.data.tuning.slice(0, 3), dev: whole.data.dev.slice(0, 3) });
  });

  it('makes as many updates as its passes have batches, and says how many passes they were', async () => {
    const options = { ...smallRecipe().training, max_steps: 0, num_train_epochs: 3, per_device_train_batch_size: 8, gradient_accumulation_steps: 3 };
    expect(stepsOf(options, 60)).toBe(8);
    expect(stepsOf({ ...options, gradient_accumulation_steps: 1 }, 29)).toBe(12);
    const reports = (await run({ max_steps: 0, num_train_epochs: 2, per_device_train_batch_size: 42 })).events.flatMap((event) => (event.type === 'step' ? [event.report.epoch] : []));
    expect(reports).toEqual([0.5, 1, 1.5, 2]);
  });

  it('pads every batch to the full length where it is asked to', () => {
    const { training } = smallRecipe();
    expect(batchesWithin(SESSION.data.train, { ...training, pad_to_max_length: true })).toEqual([16]);
    expect(batchesWithin(SESSION.data.train, training)).toContain(8);
  });
});

it('an evaluation after the last update is made where it decides something', () => {
  const length = { steps: 6, passes: (updates: number) => Math.floor(updates / 3), share: 0.5 };
  expect([0, 3, 6].map((step) => evaluationDue({ evaluation_strategy: 'epoch', eval_steps: 0 }, step, length))).toEqual([false, true, false]);
  expect(evaluationDue({ evaluation_strategy: 'epoch', eval_steps: 0, early_stopping_patience: 1 }, 6, length)).toBe(true);
});

it('an equal score is no better one', async () => {
  const scores = { metrics: { f1: 0.5 }, loss: 1, byDepth: [], examples: 3 };
  const options = { metric_for_best_model: 'f1', early_stopping_patience: 2 };
  let state = await watched(undefined, options, 5, scores, async () => new Map());
  for (const step of [7, 11]) state = await watched(state, options, step, scores, async () => new Map());
  expect(state).toMatchObject({ step: 11, waited: 2, best: { step: 5, value: 0.5 } });
  expect(stopsEarly(options, state)).toBe(true);
});
