import { beforeAll, describe, expect, it } from 'vitest';
import { filesFolder } from '../../src/hub/folder.ts';
import { modelFolderFiles, readModelFolder } from '../../src/hub/model_folder.ts';
import { Experiment } from '../../src/lab/experiment.ts';
import { exportFiles } from '../../src/lab/export.ts';
import { prepare } from '../../src/lab/prepare.ts';
import type { Session } from '../../src/lab/session.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { fromFile, toFile } from '../../src/model/names.ts';
import { randomWeights } from '../../src/model/weights.ts';
import { open } from '../tensor/backends.ts';
import { dataFiles, SMALL_CONFIG, shelfOf } from './given_files.ts';
import { smallRecipe, smallSession } from './small_session.ts';

/** Distils a teacher of this architecture and exports the student. */
function exported(change: Partial<ModelConfig>) {
  const session = smallSession();
  const config = { ...session.start.config, ...change };
  return distilled({ ...smallRecipe(), baselines: false }, { ...session, start: randomWeights(config, ['classification'], 1) });
}

/** Runs an experiment to its end and reads the exported student again. */
async function distilled(recipe: Recipe, session: Session) {
  const experiment = new Experiment(recipe, session, { now: () => 0, emit: () => {}, gate: async () => {}, keepTeacher: async () => undefined });
  await experiment.run();
  const files = exportFiles(recipe, await experiment.save(), session.tokenizer);
  const text = (name: string) => new TextDecoder().decode(files.find((file) => file.name === name)!.bytes);
  const loaded = await readModelFolder(filesFolder('student', files.map(({ name, bytes }) => ({ name, blob: new Blob([bytes.slice()]) }))));
  return { rows: experiment.rows, card: text('README.md'), json: JSON.parse(text('config.json')) as Record<string, unknown>, ...fromFile(loaded.config, loaded.tensors), names: [...loaded.tensors.keys()] };
}

const ROBERTA: Partial<ModelConfig> = { model_type: 'roberta', type_vocab_size: 1, layer_norm_eps: 1e-5, hidden_act: 'gelu_new' };
const PRE_LN: Partial<ModelConfig> = { encoder_ln_mode: 'pre-ln', layernorm_embedding: false };

describe('a student of another architecture', () => {
  beforeAll(() => open('wasm'));

  it('is a RoBERTa that transformers opens, where the teacher is one', async () => {
    const { rows, card, json, report, weights, names } = await exported(ROBERTA);
    expect(rows.map(({ arm }) => arm)).toEqual(['teacher', 'distilled']);
    expect(report).toEqual({ missing: [], unexpected: [], misshaped: [] });
    expect(json).toMatchObject({ architectures: ['RobertaForSequenceClassification'], model_type: 'roberta', num_hidden_layers: 2, hidden_act: 'gelu_new' });
    expect(names.every((name) => name.startsWith('roberta.') || name.startsWith('classifier.'))).toBe(true);
    expect(weights.tensors.has('classifier.out_proj.weight')).toBe(true);
    expect(card).toContain('A RoBERTa student for sst-2');
    expect(card).not.toContain('reopens in Distill Lab only');
  });

  it('says that it reopens here only, where its LayerNorms stand elsewhere', async () => {
    const { card, json, report, weights } = await exported(PRE_LN);
    expect(report).toEqual({ missing: [], unexpected: [], misshaped: [] });
    expect(json).toMatchObject({ architectures: ['BertForSequenceClassification'], encoder_ln_mode: 'pre-ln', layernorm_embedding: false });
    expect(weights.tensors.has('encoder.FinalLayerNorm.weight')).toBe(true);
    expect(card).toContain('It reopens in Distill Lab only');
  });

  it('comes from a folder with RoBERTa’s weights and its byte-level tokenizer, and has them too', async () => {
    const pieces = ['<s>', '<pad>', '</s>', '<unk>', ...'abcdefghijklmnopqrstuvwxyz', 'Ġ', 'oo', '<mask>'];
    const text = (content: string) => new TextEncoder().encode(content);
    const tokenizerFiles = new Map([['vocab.json', text(JSON.stringify(Object.fromEntries(pieces.map((piece, id) => [piece, id]))))], ['merges.txt', text('#version: 0.2\no o\n')]]);
    // 45 positions, of which RoBERTa uses 43.
    const config: ModelConfig = { ...SMALL_CONFIG, ...ROBERTA, vocab_size: pieces.length, pad_token_id: 1, max_position_embeddings: 45 };
    const files = modelFolderFiles({ config, tensors: toFile(randomWeights(config, ['classification', 'masked-lm'], 7)), tokenizerFiles, card: '', dtype: 'F32' });
    const teacher = files.map(({ name, bytes }) => ({ name, blob: new Blob([bytes.slice()]) }));
    const recipe = (max_seq_length: number): Recipe => {
      const small = smallRecipe();
      return { ...small, baselines: false, teacher: { kind: 'folder', name: 'my-roberta' }, data: { kind: 'folder', name: 'my-data' }, training: { ...small.training, max_seq_length } };
    };
    const shelf = shelfOf({ teacher, data: dataFiles() });
    await expect(prepare(recipe(44), shelf, async () => undefined)).rejects.toMatchObject({ code: 'bad-sequence-length', expected: '3 to 43 tokens, the positions of my-roberta' });
    const session = await prepare(recipe(43), shelf, async () => undefined);
    expect(session.teacherUntrained).toBe(false);
    expect(session.data.dev[0]!.ids[0]).toBe(0);
    const { report, weights, rows } = await distilled(recipe(43), session);
    expect(rows.map(({ arm }) => arm)).toEqual(['teacher', 'distilled']);
    expect(report).toEqual({ missing: [], unexpected: [], misshaped: [] });
    expect(weights.config).toMatchObject({ model_type: 'roberta', pad_token_id: 1, max_position_embeddings: 45 });
  });
});
