import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { prepare } from '../../src/lab/prepare.ts';
import { open } from '../tensor/backends.ts';
import { expectFault, faultOf, good, RECIPE, withModel } from './fault_cases.ts';
import { modelFiles, shelfOf, SMALL_CONFIG, textFile, type ModelChanges } from './given_files.ts';
import { WORDS } from './small_session.ts';

beforeAll(() => open('cpu'));

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('a classification head', () => {
  it.each<[string, ModelChanges]>([
    ['with the labels of the task', {}],
    ['with numbered labels', { config: { labels: ['LABEL_0', 'LABEL_1'] } }],
    ['with labels in capitals', { config: { labels: ['NEGATIVE', 'POSITIVE'] } }],
    ['with the name that transformers gives the task', { config: { finetuning_task: 'sst2' } }],
    ...['SST-2', 'glue/sst2', 'glue:sst-2', 'GLUE SST2'].map((finetuning_task): [string, ModelChanges] => [`with the task called ${finetuning_task}`, { config: { finetuning_task } }]),
  ])('%s makes a teacher', async (_name, changes) => {
    const shelf = shelfOf(withModel(changes));
    const { teacherUntrained, start } = await prepare(RECIPE, shelf, async () => undefined);
    expect([teacherUntrained, shelf.notes, start.config.labels]).toEqual([false, [], SMALL_CONFIG.labels]);
  });

  it('that is not there is announced, and the teacher is trained on all rows', async () => {
    const shelf = shelfOf(withModel({ heads: ['masked-lm'], config: { labels: [] } }));
    const session = await prepare(RECIPE, shelf, async () => undefined);
    expect(session.teacherUntrained).toBe(true);
    expect(session.teacherRows.length).toBe(39);
    expect(session.start.tensors.get('classifier.weight')?.shape).toEqual([2, 15]);
    expect(shelf.notes).toEqual(['my-teacher has no classification head: it is finetuned on sst-2 first, and is the teacher then.']);
  });

  it('with its labels in another order is put into the task’s, and told', async () => {
    const rowsOf = async (labels: readonly string[]) => {
      const shelf = shelfOf(withModel({ config: { labels } }));
      const { start, teacherUntrained } = await prepare(RECIPE, shelf, async () => undefined);
      const { data } = start.tensors.get('classifier.weight')!;
      return { rows: [[...data.subarray(0, 15)], [...data.subarray(15)]], labels: start.config.labels, teacherUntrained, notes: shelf.notes };
    };
    const [own, other] = [await rowsOf(['negative', 'positive']), await rowsOf(['Positive', 'negative'])];
    expect(other.rows).toEqual([...own.rows].reverse());
    expect(own.rows[0]).not.toEqual(own.rows[1]);
    expect([other.labels, other.teacherUntrained]).toEqual([SMALL_CONFIG.labels, false]);
    expect(other.notes).toEqual(['my-teacher has the labels of sst-2 in another order (Positive, negative): its outputs are put into the order negative, positive.']);
  });

  it.each<[string, ModelChanges, string, string, RegExp]>([
    ['by its name', { config: { labels: ['unacceptable', 'acceptable'], finetuning_task: 'cola' } }, 'finetuning_task and id2label', 'one for cola (unacceptable, acceptable)', /^Choose cola as the task/],
    ['by its name among the tasks of GLUE', { config: { finetuning_task: 'glue:mrpc' } }, 'finetuning_task and id2label', 'one for glue:mrpc (negative, positive)', /^Choose mrpc as the task/],
    ['by its labels', { config: { labels: ['sad', 'happy'] } }, 'id2label', 'one for the labels sad, happy', /^Choose the task that the model was finetuned on/],
    ['by their number', { config: { labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'] } }, 'id2label', 'one for the labels LABEL_0, LABEL_1, LABEL_2', /finetune the model on sst-2 first/],
  ])('is another task’s %s', async (_name, changes, field, got, remedy) => {
    const expected = 'a teacher for sst-2 (negative, positive), or a model without a classification head';
    expectFault(await faultOf(withModel(changes)), { code: 'UnknownLabel', where: `my-teacher/config.json, ${field}`, expected, got, remedy });
  });

  it('of another task is replaced when the model is finetuned, and told', async () => {
    const shelf = shelfOf(withModel({ config: { labels: ['a', 'b', 'c'], finetuning_task: 'mnli' } }));
    const { start } = await prepare({ ...RECIPE, kind: 'finetune' }, shelf, async () => undefined);
    expect(start.tensors.get('classifier.bias')?.data).toEqual(new Float32Array(2));
    expect(shelf.notes).toEqual(['my-teacher has a classification head for mnli (a, b, c): it starts with a random one for sst-2 instead.']);
  });
});

describe('a recipe', () => {
  it('starts from layers that the teacher does not have', async () => {
    expectFault(await faultOf(good, { student: { num_hidden_layers: 2, init: { kind: 'layers', layers: [1, 3] } } }), {
      code: 'bad-init-layers',
      where: 'init 1,3',
      expected: '2 layers of the teacher, each from 0 to 2',
      got: 'layer 3, which the teacher does not have',
      remedy: /for example 1,2 \(spread\) or 0,1 \(lower\)/,
    });
    expect(await faultOf(good, { student: { num_hidden_layers: 5, init: { kind: 'layers', layers: [0, 1] } } })).toMatchObject({ code: 'bad-init-layers', got: '2 of them', remedy: expect.not.stringContaining('lower') as string });
  });

  it('names an unknown task or objective, or no objective', async () => {
    expectFault(await faultOf(good, { task: 'imdb' }), { code: 'unknown-task', where: 'task', expected: 'one of sst-2, cola, mrpc, qqp, rte, qnli, mnli, sts-b, wnli', got: '"imdb"', remedy: /Choose one of these tasks/ });
    expectFault(await faultOf(good, { stages: [{ ...RECIPE.stages[0]!, objectives: [{ name: 'magic', weight: 1, parameters: {} }] }] }), { code: 'unknown-objective', where: 'objectives', expected: `one of ${OBJECTIVES.map(({ name }) => name).join(', ')}`, got: '"magic"', remedy: /Choose one/ });
    expectFault(await faultOf(good, { stages: [{ ...RECIPE.stages[0]!, objectives: [] }] }), { code: 'no-objective', where: 'objectives', expected: 'at least one objective to distil by', got: 'none', remedy: /kd/ });
  });

  it.each([24, 2, 16.5])('asks for texts of %d tokens', async (max_seq_length) => {
    expectFault(await faultOf(good, { training: { ...RECIPE.training, max_seq_length } }), {
      code: 'bad-sequence-length',
      where: 'max_seq_length',
      expected: '3 to 23 tokens, the positions of my-teacher',
      got: String(max_seq_length),
      remedy: /Set it to 23 or less/,
    });
  });

  it('asks for a model from scratch that cannot be', async () => {
    const tokenizer = [textFile('vocab.txt', WORDS.join('\n'))];
    expect(await faultOf({ ...good, tokenizer }, { teacher: { kind: 'scratch', num_hidden_layers: 0, hidden_size: 64 } })).toMatchObject({ code: 'bad-scratch-model', got: '0 layers of width 64' });
  });

  it('gives a model from scratch the positions that its texts need, and heads that divide its width', async () => {
    const changes: Partial<Recipe> = { teacher: { kind: 'scratch', num_hidden_layers: 3, hidden_size: 50 }, training: { ...RECIPE.training, max_seq_length: 131 } };
    const { start } = await prepare({ ...RECIPE, ...changes }, shelfOf({ ...good, tokenizer: [textFile('vocab.txt', WORDS.join('\n'))] }), async () => undefined);
    expect([start.config.max_position_embeddings, start.config.num_attention_heads]).toEqual([131, 2]);
  });

  it('needs files that the browser has forgotten', async () => {
    const expected = 'the files of this folder';
    const got = 'none: a browser forgets them when the page is closed';
    const remedy = /Give the folder again and continue the run/;
    expectFault(await faultOf({ data: good.data }), { code: 'files-not-given', where: 'my-teacher', expected, got, remedy });
    expectFault(await faultOf({ teacher: good.teacher }), { code: 'files-not-given', where: 'my-data', expected, got, remedy });
  });

  it('starts from a run that is not here', async () => {
    expectFault(await faultOf(good, { teacher: { kind: 'stored', run: 'r7' } }), { code: 'no-such-run', where: 'run r7', expected: 'a finished run in this browser', got: 'none of that name', remedy: /from the list/ });
  });
});

describe('a bundled teacher', () => {
  const files = new Map(modelFiles({ heads: ['masked-lm'], config: { labels: [] } }).map(({ name, blob }) => [name, blob]));
  let bundled: readonly string[] = [];

  beforeEach(() => {
    vi.stubGlobal('fetch', async (url: string, { method }: RequestInit) => {
      const [, model, name] = /models\/([^/]+)\/(.+)$/.exec(url) ?? [];
      const blob = bundled.includes(model ?? '') ? files.get(name ?? '') : undefined;
      return blob ? new Response(method === 'HEAD' ? null : blob) : new Response(null, { status: 404 });
    });
  });

  it('that is not there is made from the base, and told', async () => {
    bundled = ['mini-bert'];
    const shelf = shelfOf(good);
    const session = await prepare({ ...RECIPE, teacher: { kind: 'bundled', name: 'mini-bert-sst-2' } }, shelf, async () => undefined);
    expect(session.teacherUntrained).toBe(true);
    expect(shelf.notes[0]).toBe('mini-bert-sst-2 is not bundled: it is finetuned from mini-bert now and kept for the next run.');
  });

  it('cannot be made without the base', async () => {
    bundled = [];
    expectFault(await faultOf(good, { teacher: { kind: 'bundled', name: 'mini-bert-sst-2' } }), {
      code: 'no-such-model',
      where: 'model mini-bert-sst-2',
      expected: 'a bundled model of this name, or mini-bert to make it from',
      got: 'neither',
      remedy: /Load a model folder/,
    });
  });
});
