import { beforeAll, describe, expect, it } from 'vitest';
import type { ObjectiveTerm, Recipe } from '../../src/experiment/recipe.ts';
import { exportFiles } from '../../src/lab/export.ts';
import { prepare } from '../../src/lab/prepare.ts';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import type { Session } from '../../src/lab/session.ts';
import { checkTextHeads } from '../../src/lab/text_heads.ts';
import { parameterSpecs } from '../../src/model/parameters.ts';
import { randomWeights } from '../../src/model/weights.ts';
import * as tf from '../../src/tensor/tf.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession } from './small_session.ts';
import { interrupted, traced, type Trace } from './traced_run.ts';

const whole = smallSession();
/** Rows of one word alone, by their label. */
const told = (rows: Session['data']['dev']) => rows.map((row) => ({ ...row, ids: Array.from(row.ids, (id) => (id < 5 ? id : 5 + row.label)) }));
const { train, tuning, dev } = whole.data;
const SESSION = { ...whole, data: { train: told(train), tuning: told(tuning), dev: told(dev) }, teacherUntrained: false, teacherRows: [] };
const config = { ...whole.start.config, initializer_range: 0.3 };
const term = (name: string): ObjectiveTerm => ({ name, weight: 1, parameters: {} });
const stage = (...names: string[]): Recipe['stages'][number] => ({ name: 'pretraining', objectives: names.map(term), training: {}, start: 'last' });

function recipe(names: readonly string[], changes: Partial<Recipe> = {}): Recipe {
  const training = { ...smallRecipe().training, num_train_epochs: 8, learning_rate: 1e-2 };
  return { ...smallRecipe(), kind: 'pretrain', baselines: false, dropout: { student: false, teacher: false }, training, stages: [stage(...names)], ...changes };
}

const PRETRAINED = { ...SESSION, start: randomWeights(config, ['masked-lm', 'next-sentence'], 3) };
const BOTH = recipe(['masked_lm', 'next_sentence']);
const termsOf = ({ events }: Trace, arm: string) => new Set(events.flatMap((event) => (event.type === 'step' && event.report.arm === arm ? [Object.keys(event.report.terms).sort().join()] : [])));

describe('next sentences', () => {
  beforeAll(() => open('wasm'));

  it('are learned beside masked words, and scored', async () => {
    const before = tf.memory().numTensors;
    const one = await traced({ recipe: BOTH, session: PRETRAINED });
    expect(tf.memory().numTensors).toBe(before);
    expect(termsOf(one, 'pretrained')).toEqual(new Set(['masked_lm,next_sentence']));
    const [{ scores }] = one.state.rows as [Trace['state']['rows'][number]];
    expect(Object.keys(scores.metrics)).toEqual(['accuracy', 'loss', 'next_sentence_accuracy']);
    expect(scores.metrics['next_sentence_accuracy']).toBeGreaterThan(0.8);
    expect(scores.loss).toBe(scores.metrics['loss']);
  });

  it('give the same bits when the run is stopped', async () => {
    const uninterrupted = await traced({ recipe: BOTH, session: PRETRAINED });
    expect(await interrupted({ recipe: BOTH, session: PRETRAINED, visits: 7 })).toEqual({ losses: uninterrupted.losses, rows: uninterrupted.rows });
  });

  it('are scored of every model that has the head, and learned by the student without a teacher too', async () => {
    const distilled = recipe(['masked_lm', 'next_sentence', 'att_kl'], { kind: 'distill-text', baselines: true });
    const one = await traced({ recipe: distilled, session: { ...SESSION, start: randomWeights(config, ['masked-lm'], 3) } });
    expect(one.state.rows.map(({ arm, scores }) => [arm, 'next_sentence_accuracy' in scores.metrics])).toEqual([['teacher', false], ['initialised', true], ['distilled', true], ['pretrained', true], ['frequencies', false]]);
    expect(termsOf(one, 'distilled')).toEqual(new Set(['att_kl,masked_lm,next_sentence']));
    expect(termsOf(one, 'pretrained')).toEqual(new Set(['masked_lm,next_sentence']));
    const accuracy = (arm: string) => one.state.rows.find((row) => row.arm === arm)!.scores.metrics['next_sentence_accuracy']!;
    expect(accuracy('distilled')).toBeGreaterThan(accuracy('initialised'));
  });

  it('begin with the pooler and the head of a teacher that has them', async () => {
    const still = recipe(['masked_lm', 'next_sentence'], { kind: 'distill-text', training: { ...smallRecipe().training, learning_rate: 0, max_steps: 1 } });
    const { state } = await traced({ recipe: still, session: PRETRAINED });
    for (const name of ['pooler.dense.weight', 'cls.seq_relationship.weight']) expect(state.exported!.get(name)!.data).toEqual(PRETRAINED.start.tensors.get(name)!.data);
  });

  it('end in a model with both heads, by the names of BertForPreTraining', async () => {
    const { state } = await traced({ recipe: BOTH, session: PRETRAINED });
    const files = exportFiles(BOTH, state, SESSION.tokenizer);
    const bytes = (name: string) => files.find((file) => file.name === name)!.bytes;
    expect(JSON.parse(new TextDecoder().decode(bytes('config.json')))).toMatchObject({ architectures: ['BertForPreTraining'] });
    const names = [...readSafetensors(bytes('model.safetensors'), 'model').tensors.keys()];
    expect(names).toEqual(expect.arrayContaining(['bert.pooler.dense.weight', 'bert.pooler.dense.bias', 'cls.seq_relationship.weight', 'cls.seq_relationship.bias', 'cls.predictions.bias']));
    expect(names.length).toBe(parameterSpecs(config, ['masked-lm', 'next-sentence']).length);
    expect(new TextDecoder().decode(bytes('README.md'))).toContain('next_sentence_accuracy');
  });

  it('are left alone where no stage names them', async () => {
    const words = recipe(['masked_lm']);
    const one = await traced({ recipe: words, session: { ...SESSION, start: randomWeights(config, ['masked-lm'], 3) } });
    expect(Object.keys(one.state.rows[0]!.scores.metrics)).toEqual(['accuracy', 'loss']);
    const plain = await traced({ recipe: { ...words, stages: [] }, session: { ...SESSION, start: randomWeights(config, ['masked-lm'], 3) } });
    expect(plain.losses).toEqual(one.losses);
  });

  it('are refused for a family without a head for them, and objectives of a teacher without one', async () => {
    expect(() => checkTextHeads(BOTH, { ...config, model_type: 'roberta' })).toThrow('expected a BERT, which has a head for next sentences, got a RoBERTa');
    const lonely = recipe(['masked_lm', 'att_kl']);
    const shelf = { now: () => 0, emit: () => undefined, given: {}, baseUrl: '' } as never;
    await expect(prepare(lonely, shelf, async () => undefined)).rejects.toThrow('got att_kl, which needs a teacher');
  });
});
