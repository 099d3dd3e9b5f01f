import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, commandHelp, labHelp } from '../../scripts/command_line/command.ts';
import { editDistance, nearest } from '../../src/experiment/nearest.ts';
import { choice, flag, integer, readOptions, real, text, UsageError } from '../../scripts/command_line/option.ts';
import { COMMANDS } from '../../scripts/commands/index.ts';
import { distillJob, finetuneJob } from '../../scripts/commands/recipe_from.ts';
import { bundledModels, resolveModel } from '../../scripts/commands/sources.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';

const home = mkdtempSync(join(tmpdir(), 'command-test-'));
const fairseq = join(home, 'fairseq');
const model = join(home, 'own-model');
const bundled = join(home, 'bundled');

beforeAll(() => {
  for (const [folder, layers] of [[model, 7], [join(bundled, 'mini-bert'), 12], [join(bundled, 'mini-bert-cola'), 12]] as const) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ num_hidden_layers: layers }));
  }
  mkdirSync(join(home, 'glue'));
  mkdirSync(fairseq);
  writeFileSync(join(fairseq, 'model.pt'), '');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The reports of UsageError, which end the program with 2. */
function usage(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('no error came');
}

describe('options', () => {
  const options = { task: choice(['sst-2', 'cola'], 'task'), steps: integer(1, 13, 'steps'), rate: real(0, 1, 'rate'), name: text('NAME', 'name'), quick: flag('quick') };

  it('are read in both forms, the last one counts, and what is not given is undefined', () => {
    expect(readOptions(options, ['--task', 'cola', '--steps=3', '--rate', '5e-2', '--quick', '--steps', '7'])).toEqual({ task: 'cola', steps: 7, rate: 0.05, quick: true });
    expect(readOptions(options, [])).toEqual({});
  });

  it.each([
    [['--taks', 'cola'], 'got "--taks". Did you mean --task?'],
    [['--frobnicate'], 'Add --help to see every option.'],
    [['--constructor'], 'got "--constructor"'],
    [['--task', 'kola'], '--task: expected one of sst-2, cola, got "kola". Did you mean cola?'],
    [['--steps', '2.5'], '--steps: expected a whole number from 1 to 13, got "2.5"'],
    [['--steps', '17'], 'got "17"'],
    [['--rate', 'fast'], '--rate: expected a number from 0 to 1, got "fast"'],
    [['--rate', '-1'], 'got "-1"'],
    [['--name', ''], '--name: expected a value, got an empty one'],
    [['--name'], '--name: expected a value (NAME), got none'],
    [['--name', '--quick'], '--name: expected a value (NAME), got none'],
    [['--quick=yes'], '--quick: expected no value, got "yes"'],
    [['cola'], 'expected options only, got "cola"'],
  ])('refuse %j', (args, message) => {
    expect(usage(() => readOptions(options, args))).toContain(message);
  });
});

it('measures how far names are apart', () => {
  expect(editDistance('kitten', 'sitting')).toBe(3);
  expect(nearest('--lerning_rate', ['--seed', '--learning_rate'])).toBe('--learning_rate');
  expect(nearest('zzzzzz', ['seed', 'task'])).toBeUndefined();
});

it('writes its help from the table of options', () => {
  for (const { name } of COMMANDS) expect(labHelp(COMMANDS)).toMatch(new RegExp(`^ +${name} `, 'm'));
  const [distill] = COMMANDS;
  for (const option of ['--task', '--data', '--tokenizer', '--teacher', '--student_layers', '--init', '--seed', '--epochs', '--max_steps', '--batch_size', '--max_seq_length', '--learning_rate', '--backend', '--output_dir', '--json', '--help', '--install-browser']) {
    expect(distill && commandHelp(distill)).toContain(option);
  }
});

it('checks options before any work', () => {
  const seven = command({ name: 'seven', summary: 'Seven.', options: { n: integer(0, 7, 'n') }, plan: ({ n }) => async () => ({ text: String(n), json: n }) });
  expect(usage(() => seven.prepare(['--n', '8']))).toContain('from 0 to 7');
  expect(() => seven.prepare(['--n', '5', '--json'])).not.toThrow();
});

describe('distillJob', () => {
  it('is the default recipe when nothing is given', () => {
    const { recipe, folders } = distillJob({});
    expect({ ...recipe, name: DEFAULT_RECIPE.name }).toEqual(DEFAULT_RECIPE);
    expect(folders).toEqual({});
  });

  it('puts every option where the recipe has it', () => {
    const { recipe, folders } = distillJob({
      task: 'cola', data: join(home, 'glue'), tokenizer: model, teacher: model, student_layers: 2, init: [1, 5], seed: 11, epochs: 3, max_steps: 17,
      batch_size: 5, max_seq_length: 23, learning_rate: 0.07, eval_steps: 13, temperature: 3, kd_weight: 0.25, backend: 'cpu',
    });
    expect(recipe).toMatchObject({
      kind: 'distill', task: 'cola', name: 'cola-2-layers-seed-11', backend: 'cpu', baselines: true,
      data: { kind: 'folder', name: 'glue' }, teacher: { kind: 'folder', name: 'own-model' }, tokenizer: { kind: 'folder', name: 'own-model' },
      student: { num_hidden_layers: 2, init: { kind: 'layers', layers: [1, 5] } },
      stages: [{ objectives: [{ name: 'kd', parameters: { temperature: 3, kd_weight: 0.25 } }] }],
      training: { seed: 11, num_train_epochs: 3, max_steps: 17, per_device_train_batch_size: 5, max_seq_length: 23, learning_rate: 0.07, eval_steps: 13 },
    });
    expect(folders).toEqual({ teacher: model, data: join(home, 'glue'), tokenizer: model });
  });

  it('starts evenly over the layers of the teacher', () => {
    const student = (layers: number) => distillJob({ teacher: 'scratch:12x64', student_layers: layers }).recipe.student.init;
    expect(student(3)).toEqual({ kind: 'layers', layers: [3, 7, 11] });
    expect(student(5)).toEqual({ kind: 'layers', layers: [1, 4, 6, 9, 11] });
    expect(distillJob({ teacher: model, init: 'random' }).recipe.student).toEqual({ num_hidden_layers: 3, init: { kind: 'random' } });
    expect(distillJob({ teacher: model, init: [0, 6] }).recipe.student.num_hidden_layers).toBe(2);
  });

  it.each([
    [{ init: [3, 7], student_layers: 3 }, '--init: expected 3 layers, as --student_layers says, got 2 (3,7)'],
    [{ teacher: 'scratch:5x16', init: [1, 5] }, '--init: expected layers from 0 to 4, which the teacher has, got 5'],
    [{ teacher: 'scratch:2x16', student_layers: 3 }, "--student_layers: expected at most the teacher's 2 layers, got 3"],
    [{ data: '/none' }, '--data: expected a folder, got "/none"'],
    [{ data: home, train_rows: 7 }, '--train_rows: expected mini-glue as --data'],
    [{ data: home, teacher: 'scratch:2x16', student_layers: 1 }, '--tokenizer: expected a folder, since a model from scratch brings none'],
    [{ teacher: home }, 'without a readable config.json'],
    [{ teacher: fairseq }, 'without a readable config.json. It holds a checkpoint of fairseq'],
    [{ teacher: 'nobody' }, '--teacher: expected a folder, a zip archive, org/name of the Hub, an address, scratch:LAYERSxWIDTH, or one of'],
  ])('refuses %j', (values, message) => {
    expect(usage(() => distillJob(values))).toContain(message);
  });
});

it('finetunes all layers of the model alone', () => {
  const { recipe } = finetuneJob({ model, task: 'rte' });
  expect(recipe).toMatchObject({ kind: 'finetune', task: 'rte', stages: [], baselines: false });
  expect(recipe.student).toEqual({ num_hidden_layers: 7, init: { kind: 'layers', layers: [0, 1, 2, 3, 4, 5, 6] } });
});

it('knows the bundled models, and a teacher that is made on first use', () => {
  expect(bundledModels(bundled)).toEqual(['mini-bert', 'mini-bert-cola']);
  expect(resolveModel('mini-bert-cola', '--teacher', 'cola', bundled)).toEqual({ source: { kind: 'bundled', name: 'mini-bert-cola' }, layers: 12 });
  expect(resolveModel('mini-bert-qqp', '--teacher', 'qqp', bundled).layers).toBe(12);
  expect(usage(() => resolveModel('mini-bert-cole', '--teacher', 'qqp', bundled))).toContain('Did you mean mini-bert-cola?');
});
