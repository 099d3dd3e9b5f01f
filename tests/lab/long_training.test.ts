import { beforeAll, describe, expect, it } from 'vitest';
import type { Recipe, TrainingArguments } from '../../src/experiment/recipe.ts';
import { evaluationDue } from '../../src/lab/watching.ts';
import { randomWeights } from '../../src/model/weights.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { interrupted, traced, type Trace } from './traced_run.ts';

const HOUR = 3_600_000;
const whole = smallSession();
const SESSION = { ...whole, start: randomWeights(whole.start.config, ['masked-lm'], 3), teacherUntrained: false };

/** A clock on which a third of an hour passes between any two looks: a step, which looks three times after it began, takes an hour. */
const hourly = () => {
  let looks = 0;
  return () => (HOUR / 3) * looks++;
};

function recipe(training: Partial<TrainingArguments>, changes: Partial<Recipe> = {}): Recipe {
  const stages = [{ name: 'distillation', objectives: [{ name: 'masked_lm', weight: 1, parameters: {} }], training: {}, start: 'last' as const }];
  return { ...smallRecipe(), kind: 'distill-text', baselines: false, stages, training: { ...smallRecipe().training, evaluation_strategy: 'no', max_steps: 17, ...training }, ...changes };
}

const run = (training: Partial<TrainingArguments>, changes?: Partial<Recipe>) => traced({ recipe: recipe(training, changes), session: SESSION, now: hourly() });
const snapshots = ({ events }: Trace) => events.flatMap((event) => (event.type === 'snapshot' ? [event] : []));
const notes = ({ events }: Trace) => events.flatMap((event) => (event.type === 'note' ? [event.text] : []));
const watchedAt = ({ events }: Trace) => events.flatMap((event) => (event.type === 'evaluation' && event.arm === 'distilled' && event.split === 'tuning' ? [event.step] : []));

describe('a training that hours bound', () => {
  beforeAll(() => open('wasm'));

  it('ends with them whatever its schedule', async () => {
    expect((await run({ early_exit_time_marker: 7 })).losses.length).toBe(7);
    expect((await run({ early_exit_time_marker: 70 })).losses.length).toBe(17);
    expect((await run({ early_exit_time_marker: 5, lr_scheduler_type: 'time', total_training_time: 11 })).losses.length).toBe(5);
  });

  it('stops at an evaluation whose loss is too high by then', async () => {
    const often = { evaluation_strategy: 'steps', eval_steps: 3 } as const;
    const trace = await run({ ...often, early_stop: { minutes: 290, loss: 0.01 } });
    expect(trace.losses.length).toBe(6);
    expect(notes(trace).some((text) => /^Stopped after step 6: the loss of \d\.\d{4} on tuning rows is above 0\.01 after 360\.0 minutes\.$/.test(text))).toBe(true);
    expect((await run({ ...often, early_stop: { minutes: 290, loss: 100 } })).losses.length).toBe(17);
  });
});

describe('snapshots', () => {
  beforeAll(() => open('wasm'));
  const files = (trace: Trace, at: number) => snapshots(trace)[at]!.files.map(({ name }) => name);

  it('come after shares of the steps, or of the hours where those are over sooner', async () => {
    const trace = await run({ finetune_time_markers: [0.25, 0.29, 0.5, 1] });
    expect(snapshots(trace).map(({ name }) => name)).toEqual(['epoch0_step5', 'epoch1_step9']);
    expect(files(trace, 0)).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'vocab.txt']));
    expect(snapshots(await run({ finetune_time_markers: [0.5], early_exit_time_marker: 7 })).map(({ step }) => step)).toEqual([4]);
  });

  it('are of the exported model alone, and as it is then', async () => {
    const trace = await run({ finetune_time_markers: [0.2], max_steps: 10 }, { baselines: true });
    expect(snapshots(trace).map(({ step }) => step)).toEqual([2]);
    const weights = async (one: Trace) => new Uint8Array(await snapshots(one)[0]!.files.find(({ name }) => name === 'model.safetensors')!.blob.arrayBuffer());
    const again = await run({ finetune_time_markers: [0.2], max_steps: 10 });
    expect(Buffer.compare(await weights(trace), await weights(again))).toBe(0);
  });

  it('change nothing, wherever the training was stopped', async () => {
    const one = recipe({ finetune_time_markers: [0.3, 0.6], early_exit_time_marker: 9, evaluation_strategy: 'steps', eval_steps: 2, early_stop: { minutes: 1000, loss: 1 } });
    const plain = await traced({ recipe: recipe({ early_exit_time_marker: 9, evaluation_strategy: 'steps', eval_steps: 2 }), session: SESSION, now: hourly() });
    for (const visits of [5, 8, 11]) expect((await interrupted({ recipe: one, session: SESSION, visits, now: hourly() })).losses).toEqual(plain.losses);
  }, 120_000);
});

describe('evaluations by the part of a training', () => {
  beforeAll(() => open('wasm'));

  it('are more frequent at its beginning and its end', () => {
    const options = { evaluation_strategy: 'phases', eval_steps: 0, validation_epochs: { begin: 1, middle: 3, end: 2, begin_proportion: 0.2, end_proportion: 0.25 } } as const;
    const due = Array.from({ length: 60 }, (_, i) => i + 1).filter((step) => evaluationDue(options, step, { steps: 60, passes: (updates) => Math.floor(updates / 3), share: step / 60 }));
    expect(due.map((step) => step / 3)).toEqual([1, 2, 3, 4, 7, 10, 13, 17, 19]);
  });

  it('come after the passes of a run', async () => {
    const every = { begin: 1, middle: 1, end: 1, begin_proportion: 0.1, end_proportion: 0.1 };
    expect(watchedAt(await run({ evaluation_strategy: 'phases', validation_epochs: every, max_steps: 20 }))).toEqual([9, 18]);
    expect(watchedAt(await run({ evaluation_strategy: 'phases', max_steps: 20 }))).toEqual([]);
  });
});

describe('a student with random weights', () => {
  it('has the architecture that its recipe names', async () => {
    const trace = await run({ finetune_time_markers: [0.5], max_steps: 2 }, { student: { num_hidden_layers: 2, init: { kind: 'random' }, architecture: { encoder_ln_mode: 'pre-ln', layernorm_embedding: false, hidden_act: 'relu' } } });
    const config: unknown = JSON.parse(await snapshots(trace)[0]!.files.find(({ name }) => name === 'config.json')!.blob.text());
    expect(config).toMatchObject({ encoder_ln_mode: 'pre-ln', layernorm_embedding: false, hidden_act: 'relu', num_hidden_layers: 2 });
  });
});
