import { beforeAll, describe, expect, it } from 'vitest';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { prepare } from '../../src/lab/prepare.ts';
import { beginStudent } from '../../src/lab/student.ts';
import { randomWeights } from '../../src/model/weights.ts';
import { open } from '../tensor/backends.ts';
import { expectFault, faultOf, good, RECIPE } from './fault_cases.ts';
import { modelFiles, shelfOf } from './given_files.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { traced } from './traced_run.ts';

const TEACHER = smallSession().start;
const OTHER = randomWeights(TEACHER.config, ['classification'], 77);
const student = (changes: Partial<Recipe['student']>): Recipe => ({ ...smallRecipe(), student: { ...smallRecipe().student, ...changes } });
const values = (weights: typeof TEACHER, name: string) => [...weights.tensors.get(name)!.data];
const [QUERY, WORDS, HEAD] = ['encoder.layer.1.attention.self.query.weight', 'embeddings.word_embeddings.weight', 'classifier.weight'] as const;

describe('a student', () => {
  beforeAll(() => open('wasm'));

  it('takes layers, and the parts that are named, from its teacher', () => {
    const { weights, origin } = beginStudent(smallRecipe(), TEACHER);
    expect(values(weights, QUERY)).toEqual(values(TEACHER, 'encoder.layer.2.attention.self.query.weight'));
    expect(values(weights, WORDS)).toEqual(values(TEACHER, WORDS));
    expect(values(weights, HEAD)).not.toEqual(values(TEACHER, HEAD));
    expect(origin).toMatch(/^layers 0, 2 \(1, 3 counted from 1\) of a model finetuned on sst-2/);
    const parts = beginStudent(student({ init: { kind: 'layers', layers: [0, 2], parts: ['classifier'] } }), TEACHER).weights;
    expect(values(parts, WORDS)).not.toEqual(values(TEACHER, WORDS));
    expect(values(parts, HEAD)).toEqual(values(TEACHER, HEAD));
  });

  it('takes them from another model, or is a checkpoint, head and all', () => {
    const layers = beginStudent(student({ init: { kind: 'layers', layers: [0, 2], from: { kind: 'stored', run: 'a' } } }), TEACHER, OTHER).weights;
    expect(values(layers, QUERY)).toEqual(values(OTHER, 'encoder.layer.2.attention.self.query.weight'));
    const whole = beginStudent(student({ num_hidden_layers: 3, init: { kind: 'checkpoint', from: { kind: 'stored', run: 'a' } } }), TEACHER, OTHER).weights;
    for (const name of OTHER.tensors.keys()) expect(values(whole, name), name).toEqual(values(OTHER, name));
  });

  it('is random where nothing of its teacher has its shapes, and learns through a projection', async () => {
    const recipe: Recipe = { ...student({ hidden_size: 8, init: { kind: 'layers', layers: [0, 2] } }), baselines: false, stages: [{ name: 'one', start: 'last', training: { warmup_ratio: 0 }, objectives: [{ name: 'hidden_mse', weight: 1, parameters: {} }, { name: 'att_kl', weight: 1, parameters: {} }] }] };
    const wide = { ...recipe, student: { ...recipe.student, num_attention_heads: 4 } };
    expect(beginStudent(wide, TEACHER).weights.config).toMatchObject({ hidden_size: 8, num_attention_heads: 4, intermediate_size: 32, num_hidden_layers: 2 });
    const { losses, state } = await traced({ recipe: wide, session: { ...smallSession(), teacherUntrained: false } });
    expect(losses.length).toBe(9);
    expect(Number(losses[8]!.split(' ')[2])).toBeLessThan(Number(losses[0]!.split(' ')[2]));
    expect(state.origin).toContain('nothing of the teacher has');
  });

  it('must have heads that divide its width', () => {
    expect(() => beginStudent(student({ hidden_size: 8, num_attention_heads: 3 }), TEACHER)).toThrow('a number of heads that divides its width of 8, got 3');
  });
});

describe('a checkpoint to start from', () => {
  const from = { kind: 'folder', name: 'first-stage' } as const;
  const given = { ...good, student: modelFiles({}) };

  it('is read from its own folder', async () => {
    const session = await prepare({ ...RECIPE, student: { num_hidden_layers: 3, init: { kind: 'checkpoint', from } } }, shelfOf(given), async () => undefined);
    expect(session.initFrom?.config.num_hidden_layers).toBe(3);
  });

  it('must have the depth of the student, and be there', async () => {
    expectFault(await faultOf(given, { student: { num_hidden_layers: 2, init: { kind: 'checkpoint', from } } }), { code: 'bad-checkpoint', where: 'first-stage', expected: 'a model of 2 layers, as the student has', got: '3 layers', remedy: /name another checkpoint/ });
    expect(await faultOf(good, { student: { num_hidden_layers: 3, init: { kind: 'checkpoint', from } } })).toMatchObject({ code: 'files-not-given', where: 'first-stage' });
  });
});
