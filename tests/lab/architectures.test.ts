import { beforeAll, describe, expect, it } from 'vitest';
import { filesFolder } from '../../src/hub/folder.ts';
import { readModelFolder } from '../../src/hub/model_folder.ts';
import { Experiment } from '../../src/lab/experiment.ts';
import { exportFiles } from '../../src/lab/export.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { fromFile } from '../../src/model/names.ts';
import { randomWeights } from '../../src/model/weights.ts';
import { open } from '../tensor/backends.ts';
import { smallRecipe, smallSession } from './small_session.ts';

/** Distils a teacher of this architecture and exports the student. */
async function exported(change: Partial<ModelConfig>) {
  const session = smallSession();
  const config = { ...session.start.config, ...change };
  const recipe = { ...smallRecipe(), baselines: false };
  const experiment = new Experiment(recipe, { ...session, start: randomWeights(config, ['classification'], 1) }, { now: () => 0, emit: () => {}, gate: async () => {}, keepTeacher: async () => undefined });
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
});
