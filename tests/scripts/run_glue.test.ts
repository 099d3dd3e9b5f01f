import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGlueFolder, runGlueJob, withoutPlaceholder } from '../../scripts/commands/run_glue_jobs.ts';
import { finishedIn } from '../../scripts/commands/run_glue_grid.ts';
import { RunGlueLog } from '../../scripts/commands/run_glue_log.ts';
import { runGlue } from '../../scripts/commands/run_glue.ts';
import { readRunGlueLine } from '../../src/experiment/run_glue_line.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';

const home = mkdtempSync(join(tmpdir(), 'run-glue-test-'));
const model = join(home, 'model');

beforeAll(() => {
  for (const folder of [model, join(home, 'glue')]) mkdirSync(folder);
  writeFileSync(join(model, 'config.json'), JSON.stringify({ num_hidden_layers: 7 }));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const job = (line: string) => runGlueJob(readRunGlueLine(`--task_name rte --do_train ${line}`).values);

describe('a job of run_glue', () => {
  it('reads model, tokenizer and data from folders, and keeps the passes of the line', () => {
    const { recipe, folders, notes } = job(`--model_name_or_path ${model} --tokenizer_name ${model} --data ${join(home, 'glue')} --num_train_epochs 2.5`);
    expect(folders).toEqual({ teacher: model, tokenizer: model, data: join(home, 'glue') });
    expect(recipe).toMatchObject({ teacher: { kind: 'folder', name: 'model' }, data: { kind: 'folder', name: 'glue' }, training: { num_train_epochs: 2.5 }, student: { num_hidden_layers: 7 } });
    expect(notes).toEqual([]);
  });

  it('has generated rows where no folder is named, and says so', () => {
    const { recipe, notes } = job('--model_name_or_path mini-bert --train_rows 97 --data_seed 5');
    expect(recipe.data).toEqual({ kind: 'mini-glue', seed: 5, train_rows: 97, dev_rows: 2000 });
    expect(notes).toEqual([expect.stringContaining('generated rows of rte'), expect.stringContaining('5e-4')]);
  });

  it('reads tables by name', () => {
    const file = join(home, 'rows.csv');
    writeFileSync(file, 'sentence1,sentence2,label\na,b,0\n');
    const { recipe, notes } = job(`--model_name_or_path ${model} --train_file ${file} --columns label=label`);
    expect(recipe.data).toMatchObject({ kind: 'folder', train_file: 'rows.csv', columns: { label: 'label' } });
    expect(notes).toEqual([]);
  });

  it.each([
    ['', '--model_name_or_path: expected a model, got nothing'],
    ['--model_name_or_path models/teachers/not-here', 'got "models/teachers/not-here"'],
  ])('offers the bundled model for %j', (line, words) => {
    expect(() => job(line)).toThrow(words);
    expect(() => job(line)).toThrow('--model_name_or_path mini-bert');
  });

  it('takes the bundled model for a placeholder that is to be trained, and says so', () => {
    const line = readRunGlueLine('--task_name rte --model_name_or_path <path to model> --do_eval');
    expect(withoutPlaceholder(line)).toEqual(line);
    expect(() => runGlueJob(line.values)).toThrow('got the placeholder <path to model>. The bundled model is there');
    const { values, notes } = withoutPlaceholder(readRunGlueLine('--task_name rte --model_name_or_path <path to model> --do_train', () => ''));
    expect(values.model_name_or_path).toBe('mini-bert');
    expect(notes).toEqual([expect.stringContaining('<path to model>: a placeholder; the bundled mini-bert is used.')]);
    expect(() => runGlue.prepare(['--task_name', 'rte', '--model_name_or_path', '<path to model>', '--do_train', '--output_dir', join(home, 'new')])).not.toThrow();
  });

  it('asks for the table to predict where others are named', () => {
    const file = join(home, 'rows.csv');
    expect(() => runGlue.prepare(['--task_name', 'rte', '--model_name_or_path', 'mini-bert-rte', '--validation_file', file, '--do_predict'])).toThrow('--test_file: expected the table to predict');
  });

  it('refuses another configuration than the model’s own', () => {
    expect(() => job('--model_name_or_path mini-bert --config_name roberta-large')).toThrow('--config_name: expected the model itself, "mini-bert", got "roberta-large"');
  });
});

describe('its folder', () => {
  it('may hold files only where the line says so, or where nothing is trained', () => {
    const values = { output_dir: model };
    expect(() => runGlueFolder(values, 'name', true)).toThrow('Add --overwrite_output_dir');
    expect(runGlueFolder({ ...values, overwrite_output_dir: true }, 'name', true)).toBe(model);
    expect(runGlueFolder(values, 'name', false)).toBe(model);
    expect(() => runGlueFolder({ output_dir: join(model, 'config.json') }, 'name', false)).toThrow('which is a file');
  });

  it('is named after group and run', () => {
    expect(runGlueFolder({ log_group: 'of-7' }, 'name', true)).toMatch(/runs.of-7.name$/);
  });
});

it('a run of the grid is finished where its folder holds its result, and nothing else', () => {
  const [folder, file] = [join(home, 'cell'), join(home, 'cell', 'grid_result.json')];
  const made = job('--model_name_or_path mini-bert');
  const result = { name: '1e-05_lr_16bz', learning_rate: 1e-5, batch_size: 16, dev: { accuracy: 0.5 }, seconds: 7 };
  mkdirSync(folder);
  expect(finishedIn(folder, made)).toBeUndefined();
  writeFileSync(file, JSON.stringify({ recipe: made.recipe, result }));
  expect(finishedIn(folder, made)).toEqual(result);
  for (const other of ['{}', JSON.stringify({ recipe: made.recipe, result: { ...result, seconds: 'x' } }), '[1]']) {
    writeFileSync(file, other);
    expect(() => finishedIn(folder, made)).toThrow(expect.objectContaining({ code: 'NotJson', where: file }));
  }
});

it('a log takes the updates and scores of the finetuned model, with their seconds', () => {
  let time = 0;
  const log = new RunGlueLog(() => time);
  const at = (milliseconds: number, event: Parameters<typeof log.listen>[0]) => {
    time = milliseconds;
    log.listen(event);
  };
  const report = { step: 1, steps: 1, epoch: 0.5, loss: 0.7, terms: {}, learning_rate: 0.1, grad_norm: 1, stepsPerSecond: 1, secondsLeft: 0 };
  const scores = { metrics: { accuracy: 0.5 }, loss: 1, byDepth: [], examples: 3 };
  at(1000, { type: 'evaluation', run: '', arm: 'initialised', step: 0, split: 'dev', scores });
  at(3000, { type: 'step', run: '', report: { arm: 'finetuned', ...report } });
  at(3500, { type: 'progress', run: '', label: 'Scoring', done: 1, total: 2, secondsLeft: 1 });
  at(4500, { type: 'evaluation', run: '', arm: 'finetuned', step: 1, split: 'dev', scores });
  expect(log.of(DEFAULT_RECIPE)).toMatchObject({ seconds: 2, steps: [{ step: 1, epoch: 0.5, loss: 0.7, learning_rate: 0.1 }], evaluations: [{ step: 1, split: 'dev', seconds: 1.5 }] });
});

it('help lists the options', () => {
  expect(Object.keys(runGlue.options)).toEqual(expect.arrayContaining(['model_name_or_path', 'early_stopping_patience', 'fp16_full_eval', 'json']));
});
