import { beforeAll, describe, expect, it } from 'vitest';
import { OBJECTIVE_LIST } from '../../src/experiment/objective_list.ts';
import { misfit } from '../../src/experiment/objective_catalogue.ts';
import type { ObjectiveTerm, Recipe, Stage } from '../../src/experiment/recipe.ts';
import type { StepReport } from '../../src/experiment/run.ts';
import { exportFiles } from '../../src/lab/export.ts';
import { randomWeights } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { interrupted, traced, type Trace } from './traced_run.ts';

const whole = smallSession();
const SESSION = { ...whole, start: randomWeights(whole.start.config, ['masked-lm'], 3), teacherUntrained: false };
const term = (name: string, parameters: ObjectiveTerm['parameters'] = {}, mapping?: string): ObjectiveTerm => ({ name, weight: 1, parameters, ...(mapping === undefined ? {} : { mapping }) });

function recipe(stages: readonly (Partial<Stage> & Pick<Stage, 'objectives'>)[], changes: Partial<Recipe> = {}): Recipe {
  const named = stages.map((stage, i): Stage => ({ name: ['masked-lm', 'distillation'][i]!, training: {}, start: 'last', ...stage }));
  return { ...smallRecipe(), kind: 'distill-text', baselines: false, stages: named, ...changes };
}

const reports = ({ events }: Trace): StepReport[] => events.flatMap((event) => (event.type === 'step' ? [event.report] : []));
const run = (of: Recipe) => traced({ recipe: of, session: SESSION });
const FITTING = OBJECTIVE_LIST.filter((entry) => misfit(entry, { kind: 'distill-text', regression: false }) === undefined);

/** Masked words first, then the teacher's relations, probabilities and vectors through a trained projection. */
const TWO = recipe([
  { objectives: [term('masked_lm')] },
  { objectives: [term('masked_lm', {}), term('minilm'), term('masked_lm_distill', { temperature: 3, kd_weight: 0.5 }), term('hidden_mse', {}, 'combine')], training: { gradient_accumulation_steps: 2 } },
], { training: { ...smallRecipe().training, aug: true } });

describe('distillation on masked words', () => {
  beforeAll(() => open('wasm'));

  it('knows the objectives that need no labels', () => {
    expect(FITTING.map(({ name }) => name).sort()).toEqual([
      'alp_kd', 'att_kl', 'att_kl_hidden_mse', 'att_mse', 'att_mse_hidden_mse', 'attn_rand', 'hidden_cls', 'hidden_cosine', 'hidden_mse',
      'masked_lm', 'masked_lm_distill', 'minilm', 'minilm_random', 'minilm_v2', 'next_sentence', 'pear_col', 'pkd',
    ]);
  });

  it.each(FITTING.map(({ name }) => name))('lowers %s', async (name) => {
    const one = await run(recipe([{ objectives: [term(name)], training: { max_steps: 24, learning_rate: 1e-2, eval_steps: 0 } }], { student: { num_hidden_layers: 2, init: { kind: 'random' } }, dropout: { student: false, teacher: false } }));
    const losses = reports(one).map(({ loss }) => loss);
    const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
    expect(mean(losses.slice(-4))).toBeLessThan(mean(losses.slice(0, 4)));
  });

  it('gives the loss of masked words of teacher, student before and student after, and frees its tensors', async () => {
    const before = tf.memory().numTensors;
    const { state, events } = await run({ ...TWO, baselines: true });
    expect(tf.memory().numTensors).toBe(before);
    expect(state.rows.map(({ arm }) => arm)).toEqual(['teacher', 'initialised', 'distilled', 'pretrained', 'frequencies']);
    for (const { scores } of state.rows) expect(scores.metrics['loss']).toBe(scores.loss);
    const terms = events.flatMap((event) => (event.type === 'step' ? [[event.report.arm, Object.keys(event.report.terms).sort().join()]] : []));
    expect(terms[0]).toEqual(['distilled', 'masked_lm']);
    expect(terms.findLast(([arm]) => arm === 'distilled')![1]).toContain('masked_lm_kd');
    expect(terms.filter(([arm]) => arm === 'pretrained').every(([, names]) => names === 'masked_lm')).toBe(true);
  });

  it('gives the same bits when it is stopped in either stage, with tokens replaced', async () => {
    const uninterrupted = await run(TWO);
    for (const visits of [4, 9, 13, uninterrupted.visits - 3]) {
      expect(await interrupted({ recipe: TWO, session: SESSION, visits }), `stopped at visit ${visits} of ${uninterrupted.visits}`).toEqual({ losses: uninterrupted.losses, rows: uninterrupted.rows });
    }
  }, 120_000);

  it('exports a student with the head of masked words', async () => {
    const { state } = await run(recipe([{ objectives: [term('masked_lm_distill')], training: { max_steps: 1 } }]));
    const files = exportFiles(recipe([]), state, SESSION.tokenizer);
    const text = (name: string) => new TextDecoder().decode(files.find((file) => file.name === name)!.bytes);
    expect(JSON.parse(text('config.json'))).toMatchObject({ architectures: ['BertForMaskedLM'], num_hidden_layers: 2 });
    expect(text('README.md')).toContain('layers 0, 2 (1, 3 counted from 1) of a');
  });

  it('divides released sums of masked words by their number, and means by nothing', async () => {
    const one = (fidelity: Recipe['fidelity'], name: string) => run(recipe([{ objectives: [term(name)], training: { max_steps: 2, learning_rate: 0 } }], { fidelity, dropout: { student: false, teacher: false } }));
    for (const name of ['masked_lm', 'hidden_cosine']) {
      const [released, corrected] = [reports(await one('released', name)), reports(await one('corrected', name))];
      for (const ratio of [released[0]!.loss / corrected[0]!.loss, released[0]!.grad_norm / corrected[0]!.grad_norm]) {
        expect(ratio).toBeGreaterThan(0.5);
        expect(ratio).toBeLessThan(2);
      }
    }
  });
});
