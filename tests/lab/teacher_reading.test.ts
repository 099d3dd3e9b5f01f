import { beforeAll, describe, expect, it } from 'vitest';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';
import type { ObjectiveTerm, Recipe } from '../../src/experiment/recipe.ts';
import { bindTerms, objectiveTensors, type BoundTerm } from '../../src/lab/bound_terms.ts';
import { classifierLoop } from '../../src/lab/classifier_training.ts';
import type { Predicted, StageContext } from '../../src/lab/stage.ts';
import { shapeOf, type StageTeacher } from '../../src/lab/teacher_pass.ts';
import { needsOf, openTeacher } from '../../src/lab/teacher_reading.ts';
import { dispose, randomWeights, upload } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { interrupted, traced } from './traced_run.ts';

const SESSION = { ...smallSession(), teacherUntrained: false };
const TEACHER = SESSION.start.config;
const EXAMPLES = SESSION.data.train;
const STEPS = 5;
const term = (name: string, parameters: ObjectiveTerm['parameters'] = {}): ObjectiveTerm => ({ name, weight: 1, parameters });

interface Scene {
  readonly terms: readonly BoundTerm[];
  readonly context: StageContext;
  readonly notes: string[];
}

/** A stage of some steps behind its third batch, of a student of another width. */
function sceneOf(objectives: readonly ObjectiveTerm[], changes: Partial<Recipe> = {}, more: Partial<StageContext> = {}): Scene {
  const notes: string[] = [];
  const recipe = { ...smallRecipe(), ...changes };
  const config = { ...TEACHER, num_hidden_layers: 2, hidden_size: 25 };
  const options = recipe.training;
  const shared = { student: shapeOf(config), teacher: shapeOf(TEACHER), fidelity: recipe.fidelity, rowLabels: Int32Array.from(EXAMPLES, ({ label }) => label), seed: options.seed };
  const context: StageContext = {
    config, parameters: new Map(), recipe, session: SESSION, examples: EXAMPLES, options, steps: STEPS, first: 3, hours: () => 0, watchesLoss: false, teacher: SESSION.start,
    progress: () => async () => undefined, compiling: () => () => undefined,
    note: (text) => void notes.push(text),
    ...more,
  };
  return { terms: bindTerms(objectives, shared), context, notes };
}

async function opened(objectives: readonly ObjectiveTerm[], changes: Partial<Recipe> = {}, more: Partial<StageContext> = {}, most?: number, predicted: Predicted = 'classes') {
  const scene = sceneOf(objectives, changes, more);
  return { ...scene, teacher: await openTeacher(scene.context, predicted, needsOf(objectives), scene.terms, most) };
}

/** Losses of the stage's steps, by term. */
async function losses({ terms, context: { config, examples, options, steps, first, recipe } }: Scene, teacher: StageTeacher): Promise<Record<string, number>[]> {
  const parameters = upload(randomWeights(config, ['classification'], 7), true);
  const [trained, memory] = [objectiveTensors('trained', terms), objectiveTensors('memory', terms)];
  const loop = classifierLoop({ config, parameters, terms, trained, memory, teacher, examples, options, steps, first, padId: 0, fidelity: recipe.fidelity, dropout: { student: true, teacher: false } });
  const found: Record<string, number>[] = [];
  while (!loop.finished) found.push((await loop.next()).terms);
  loop.dispose();
  [parameters, trained, memory].forEach(dispose);
  return found;
}

const COMPARING = OBJECTIVES.filter(({ taps, needs }) => taps !== undefined && !needs.maskedLm).map(({ name }) => name);

describe('what a teacher gives by row', () => {
  beforeAll(() => open('wasm'));

  it.each(COMPARING)('%s has the same loss with it and with a teacher in every step', async (name) => {
    const objectives = [term('kd'), term(name, { nce_k: 7, crd_feat_dim: 5 })];
    const [kept, live] = [await opened(objectives), await opened(objectives, {}, {}, 0)];
    expect([kept.teacher.stage.kept !== undefined, kept.teacher.stage.parameters]).toEqual([true, undefined]);
    expect([live.teacher.stage.kept, live.teacher.stage.parameters !== undefined]).toEqual([undefined, true]);
    const [a, b] = [await losses(kept, kept.teacher.stage), await losses(live, live.teacher.stage)];
    expect(a.length).toBe(STEPS);
    a.forEach((step, i) => Object.entries(step).forEach(([loss, value]) => expect(Math.abs(value - b[i]![loss]!), `${loss} of step ${i}`).toBeLessThan(2e-6 * Math.abs(b[i]![loss]!))));
    kept.teacher.dispose();
    live.teacher.dispose();
  });

  it('is kept of the rows that the stage uses, and of the layers that a random mapping draws', async () => {
    const { teacher, notes, context } = await opened([term('attn_rand')], {}, { steps: 2 });
    const { kept } = teacher.stage;
    expect(Array.from(kept!.lengths).filter((length) => length > 0).length).toBe(2 * context.options.per_device_train_batch_size);
    expect(notes).toEqual([expect.stringMatching(/^The teacher reads the training rows once, and not in every step: what its 10 rows give to the losses takes [\d.]+ kB, which is kept in main memory\.$/)]);
    expect(() => kept!.tensor({ name: 'attentionScores', index: 9 }, { indices: [0], length: 16 })).toThrow('not kept');
  });

  it('leaves no teacher on the device, unless the stage looks for its lowest loss', async () => {
    const before = tf.memory().numTensors;
    const without = await opened([term('hidden_mse')]);
    expect(tf.memory().numTensors).toBe(before);
    without.teacher.dispose();
    const watching = await opened([term('hidden_mse')], {}, { watchesLoss: true });
    expect(watching.teacher.stage.parameters).toBeDefined();
    expect(watching.teacher.stage.kept).toBeDefined();
    watching.teacher.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the same bits when a stage is stopped in its midst', async () => {
    const objectives = ['minilm_random', 'minilm_v2', 'pear_col', 'pkd'].map((name) => term(name));
    const recipe = { ...smallRecipe(), baselines: false, stages: [{ name: 'only', objectives, training: {}, start: 'last' as const }] };
    const whole = await traced({ recipe, session: SESSION });
    expect(whole.events.some((event) => event.type === 'note' && event.text.startsWith('The teacher reads the training rows once'))).toBe(true);
    for (const visits of [1, 4, 8]) {
      expect(await interrupted({ recipe, session: SESSION, visits }), `stopped at visit ${visits}`).toEqual({ losses: whole.losses, rows: whole.rows });
    }
  }, 60_000);
});

describe('a teacher that runs in every step', () => {
  beforeAll(() => open('wasm'));

  it.each<[string, Parameters<typeof opened>, RegExp]>([
    ['has too much to keep', [[term('kd'), term('att_kl')], {}, {}, 5000], /what its 23 rows give to the losses takes [\d.]+ kB, and at most 5\.00 kB are kept/],
    ['drops values', [[term('kd'), term('att_kl')], { dropout: { student: true, teacher: true } }], /it runs with dropout/],
    ['is compared on padding too', [[term('kd'), term('att_kl')], { fidelity: 'released' }], /released losses look at padding/],
    ['reads masked words', [[term('att_kl')], {}, {}, undefined, 'words'], /words are masked anew in every batch/],
  ])('%s, and a note says so', async (_, given, why) => {
    const { teacher, notes } = await opened(...given);
    expect(notes).toEqual([expect.stringMatching(new RegExp(`^The teacher runs in every step: .*${why.source}`))]);
    expect([teacher.stage.kept, teacher.stage.parameters !== undefined]).toEqual([undefined, true]);
    teacher.dispose();
  });

  it('says nothing where logits alone are looked at', async () => {
    const { teacher, notes } = await opened([term('kd')], { fidelity: 'released' });
    expect([notes, teacher.stage.parameters, teacher.stage.logits?.length]).toEqual([[], undefined, 2 * EXAMPLES.length]);
    teacher.dispose();
  });
});
