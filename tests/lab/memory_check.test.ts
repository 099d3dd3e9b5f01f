import { expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { checkMemory, longestBatch, stagePlan } from '../../src/lab/memory_check.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { smallSession } from './small_session.ts';

const BASE: ModelConfig = {
  model_type: 'roberta', vocab_size: 50_265, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072, hidden_act: 'gelu',
  hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 514, type_vocab_size: 1, initializer_range: 0.02,
  layer_norm_eps: 1e-5, pad_token_id: 1, labels: ['negative', 'positive'],
};
const recipe = (batch: number, length: number) => ({ ...DEFAULT_RECIPE, training: { ...DEFAULT_RECIPE.training, per_device_train_batch_size: batch, max_seq_length: length } });

it('refuses with numbers and the batch that would fit', () => {
  const check = (batch: number, length: number, untrained = false) => () => checkMemory(recipe(batch, length), BASE, ['classification'], untrained, { total: 2 ** 32, fusedAttention: true }, () => undefined);
  expect(check(4, 64)).not.toThrow();
  expect(check(256, 128)).toThrow(expect.objectContaining({
    code: 'too-large-for-device', where: 'per_device_train_batch_size 256, max_seq_length 128', expected: 'at most 4.29 GB in all',
    got: expect.stringMatching(/about [\d.]+ GB for 60,\d{3},\d{3} parameters \(weights 2\d\d MB, .*activations [\d.]+ GB, teacher 499 MB\)/), remedy: expect.stringMatching(/Set the batch size to \d+ or less/),
  }));
  expect(check(16, 512, true)).toThrow(expect.objectContaining({ got: expect.stringContaining('124,647,170 parameters') }));
  const small = () => checkMemory(recipe(1, 16), BASE, ['classification'], false, { binding: 128 * 2 ** 20, fusedAttention: false }, () => undefined);
  expect(small).not.toThrow();
});

it('lets word embeddings lie in parts, and nothing else', () => {
  const told: string[] = [];
  const check = (binding: number) => () => checkMemory(recipe(4, 64), BASE, ['classification'], false, { binding, fusedAttention: true }, (text) => told.push(text));
  expect(check(2 ** 27)).not.toThrow();
  expect(told[0]).toContain('embeddings.word_embeddings.weight, has 154 MB, in 2 parts');
  expect(check(9_000_000)).toThrow(expect.objectContaining({ expected: '9.00 MB in one tensor', got: expect.stringContaining('in 18 parts'), remedy: expect.stringContaining('Not even one text fits') }));
});

it('counts what objectives compare, stage by stage', () => {
  const told: string[] = [];
  const stage = (name: string, objective: string) => ({ name, objectives: [{ name: objective, weight: 1, parameters: {} }], training: {}, start: 'last' as const });
  const check = (...objectives: string[]) => checkMemory({ ...recipe(8, 32), stages: objectives.map((name, i) => stage(`s${i}`, name)) }, BASE, ['classification'], false, { fusedAttention: true }, (text) => told.push(text));
  check('kd');
  check('hidden_mse', 'kd');
  check('kd', 'minilm_v2');
  const parts = told.map((text) => /objectives ([\d.]+ MB)/.exec(text)?.[1]);
  const vectors = 12 + 2.5 * 4;
  expect(told.map((text) => /Up to ([\d.]+ MB) of what the teacher gives/.exec(text)?.[1])).toEqual([undefined, '537 MB', '537 MB']);
  expect(parts).toEqual([undefined, `${((4 * 8 * 32 * vectors * 768) / 1e6).toPrecision(3)} MB`, `${((4 * 8 * 32 * 3 * 3 * 768) / 1e6).toPrecision(3)} MB`]);
});

it('tells what a large model takes, and nothing of a small one', () => {
  const told: string[] = [];
  const check = (config: ModelConfig) => checkMemory(recipe(8, 32), config, ['classification'], false, { total: 2 ** 32, fusedAttention: true }, (text) => told.push(text));
  check({ ...BASE, vocab_size: 211, hidden_size: 24 });
  expect(told).toEqual([]);
  check(BASE);
  expect(told[0]).toMatch(/^A step of 8 texts of 32 tokens takes about [\d.]+ GB .* The largest batch that fits is \d+\.$/);
});

it('tells of every model on a GPU, with what scoring takes, and that there is no such estimate without records', () => {
  const small = { ...BASE, vocab_size: 211, hidden_size: 24, intermediate_size: 96 };
  const tellOf = (changes: Partial<Recipe['training']>) => {
    const told: string[] = [];
    const of = recipe(2, 32);
    checkMemory({ ...of, training: { ...of.training, ...changes } }, small, ['classification'], false, { binding: 2 ** 30, fusedAttention: true, replayed: true }, (text) => told.push(text), 48);
    return told.join('\n');
  };
  expect(tellOf({})).toMatch(/^A step of 2 texts of 32 tokens takes about [\d.]+ (k|M)B for .*\), and [\d.]+ MB while 64 texts are scored at a time; the largest tensor/);
  expect(tellOf({})).not.toContain('one operation at a time');
  expect(tellOf({ execution: 'tape' })).toContain('Steps that run one operation at a time are estimated as on WebAssembly');
  expect(tellOf({ optim: 'lamb' })).toMatch(/updates [\d.]+ kB/);
});

it('refuses texts of which 64 cannot be scored, whatever the batch', () => {
  const check = () => checkMemory(recipe(1, 512), BASE, ['masked-lm'], false, { total: 2 ** 32, binding: 2 ** 28, fusedAttention: true }, () => undefined);
  expect(check).toThrow(expect.objectContaining({ remedy: expect.stringContaining('64 at a time') }));
});

it('counts what is kept of the teacher by row, where that is possible', () => {
  const told: string[] = [];
  const objectives = [{ name: 'hidden_cls', weight: 1, parameters: {}, mapping: '0:3,1:7' }];
  const check = (changes: Partial<Recipe>) => checkMemory({ ...recipe(8, 32), stages: [{ name: 's', objectives, training: {}, start: 'last' }], ...changes }, BASE, ['classification'], false, { fusedAttention: true }, (text) => told.push(text));
  check({});
  check({ fidelity: 'released' });
  check({ dropout: { student: true, teacher: true } });
  const { train_rows } = DEFAULT_RECIPE.data as { train_rows: number };
  expect(told.map((text) => /Up to ([\d.]+ MB) of what/.exec(text)?.[1])).toEqual([`${((train_rows * 2 * 768 * 4) / 1e6).toPrecision(3)} MB`, undefined, undefined]);
});

it('estimates a stage by the rows of its own steps', () => {
  const session = smallSession();
  const length = (i: number) => (i === 57 ? 48 : 8);
  const examples = Array.from({ length: 100 }, (_, i) => ({ ids: new Int32Array(length(i)), typeIds: new Int32Array(length(i)), label: 0 }));
  const options = { ...recipe(5, 64).training, optim: 'adamw_torch' as const };
  const activations = (steps: number) => stagePlan({
    config: session.start.config, parameters: new Map(), recipe: recipe(5, 64), session, examples, options, steps, first: 0, hours: () => 0, watchesLoss: false, teacher: session.start,
    progress: () => async () => undefined, compiling: () => () => undefined, note: () => undefined,
  }, [{ name: 'ce', weight: 1, parameters: {} }], {}, { fusedAttention: true, replayed: true }).activations;
  const longest = Array.from({ length: 20 }, (_, i) => activations(i + 1)).map((bytes) => bytes > 4 * activations(1));
  expect(longest.indexOf(true)).toBeGreaterThan(0);
  expect(longest.at(-1)).toBe(true);
});

it('takes the longest text for the length of a batch', () => {
  const rows = [7, 19, 3].map((length) => ({ ids: new Int32Array(length), typeIds: new Int32Array(length), label: 0 }));
  expect([longestBatch({ max_seq_length: 64 }, rows), longestBatch({ max_seq_length: 21 }, rows), longestBatch({ max_seq_length: 64, pad_to_max_length: true }, rows), longestBatch({ max_seq_length: 64 }, [])]).toEqual([24, 21, 64, 8]);
});
