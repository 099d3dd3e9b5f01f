import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { finishedIn, keepRun, runId } from '../../scripts/commands/kept_runs.ts';
import { TEXT_TO_GLUE_OPTIONS } from '../../scripts/commands/text_to_glue.ts';
import { textToGlueJobs } from '../../scripts/commands/text_to_glue_jobs.ts';
import { readOptions } from '../../scripts/command_line/option.ts';

const HOME = mkdtempSync(join(tmpdir(), 'text-to-glue-'));
afterAll(() => rmSync(HOME, { recursive: true, force: true }));

const read = (line: string) => textToGlueJobs(readOptions(TEXT_TO_GLUE_OPTIONS, line.split(' ').filter((word) => word !== '')), '/out');

describe('text_to_glue', () => {
  it('distils the bundled base, trains masked words alone, and finetunes all three on each task', () => {
    const { jobs } = read('');
    expect(jobs.map(({ name }) => name)).toEqual(['student', 'alone', 'sst-2-teacher', 'sst-2-student', 'sst-2-alone', 'rte-teacher', 'rte-student', 'rte-alone']);
    const [student, alone, taskTeacher, taskStudent] = jobs.map(({ recipe }) => recipe);
    expect(student).toMatchObject({ kind: 'distill-text', baselines: false, teacher: { kind: 'bundled', name: 'mini-bert' }, stages: [{ objectives: [{ name: 'masked_lm_distill' }] }], training: { max_steps: 300 } });
    expect(alone).toEqual({ ...student!, name: alone!.name, stages: [{ ...student!.stages[0]!, objectives: [{ name: 'masked_lm', weight: 1, parameters: {} }] }] });
    expect(taskTeacher).toMatchObject({ kind: 'finetune', task: 'sst-2', teacher: { kind: 'bundled', name: 'mini-bert' }, student: { num_hidden_layers: 12 }, training: { num_train_epochs: 3, learning_rate: 5e-4 } });
    expect(taskStudent).toMatchObject({ kind: 'finetune', teacher: { kind: 'folder', name: 'student' }, student: { num_hidden_layers: 3 }, training: taskTeacher!.training });
    expect(jobs.map(({ folders }) => folders.teacher)).toEqual([undefined, undefined, undefined, '/out/student', '/out/alone', undefined, '/out/student', '/out/alone']);
  });

  it('pretrains a teacher from random weights first', () => {
    const { jobs } = read('--teacher scratch:4x32 --teacher_steps 71 --max_steps 13 --tasks RTE --documents 311 --student_layers 2 --init 1,3 --method att_kl --layer_selection last --batch_size 7');
    expect(jobs.map(({ name }) => name)).toEqual(['teacher', 'student', 'alone', 'rte-teacher', 'rte-student', 'rte-alone']);
    const [teacher, student, alone, onTask] = jobs;
    expect(teacher!.recipe).toMatchObject({ kind: 'pretrain', teacher: { kind: 'scratch', num_hidden_layers: 4, hidden_size: 32 }, data: { train_rows: 311 }, training: { max_steps: 71, per_device_train_batch_size: 7 } });
    for (const { recipe, folders } of [student!, alone!]) {
      expect(recipe).toMatchObject({ teacher: { kind: 'folder', name: 'teacher' }, student: { num_hidden_layers: 2, init: { layers: [1, 3] } }, data: { train_rows: 311 }, training: { max_steps: 13, per_device_train_batch_size: 7 } });
      expect(folders.teacher).toBe('/out/teacher');
    }
    expect(onTask).toMatchObject({ recipe: { student: { num_hidden_layers: 4 } }, folders: { teacher: '/out/teacher' } });
  });

  it.each(['--next_sentence --method att_kl', '--method nsp+att_kl'])('teaches next sentences to every model on text: %s', (line) => {
    const names = read(`--teacher scratch:4x32 --student_layers 2 --init 1,3 --tasks rte ${line}`).jobs.slice(0, 3).map(({ recipe }) => recipe.stages.map(({ objectives }) => objectives.map(({ name }) => name).sort()));
    expect(names).toEqual([[['masked_lm', 'next_sentence']], [['att_kl', 'next_sentence']], [['masked_lm', 'next_sentence']]]);
  });

  it('takes the folder of each task, by any way to write its name', () => {
    for (const name of ['SST-2', 'RTE']) mkdirSync(join(HOME, name));
    const { jobs } = read(`--glue ${HOME} --tasks rte,sst2`);
    expect(jobs.slice(2).map(({ folders }) => folders.data)).toEqual([...Array<string>(3).fill(join(HOME, 'RTE')), ...Array<string>(3).fill(join(HOME, 'SST-2'))]);
    expect(jobs.slice(0, 2).map(({ folders }) => folders.data)).toEqual([undefined, undefined]);
  });

  it.each([
    ['--tasks rte,RTE', /every task once/],
    ['--tasks rte,rtf', /Did you mean/],
    ['--teacher_steps 5', /a teacher from random weights, got "mini-bert"/],
    [`--glue ${HOME} --tasks mnli`, /a folder of mnli in it/],
    ['--shards tests/golden', /--shards/],
    ['--method kd', /which needs the labels of a task/],
  ])('refuses %s', (line, message) => {
    expect(() => read(line)).toThrow(message);
  });
});

it('a folder keeps a finished run, and refuses it to another recipe', () => {
  const { recipe } = read('').jobs[0]!;
  const folder = join(HOME, 'student');
  expect(finishedIn(folder, recipe, 'No.')).toBeUndefined();
  keepRun(folder, recipe, { device: undefined, results: [], tuning: undefined, seconds: 3 });
  expect(finishedIn(folder, recipe, 'No.')).toMatchObject({ results: [], seconds: 3 });
  expect(() => finishedIn(folder, { ...recipe, training: { ...recipe.training, seed: 5 } }, 'Name another --output_dir.')).toThrow(/training\.seed 42.*Name another --output_dir\./);
  expect(runId(recipe, 'a')).not.toBe(runId(recipe, 'b'));
  expect(runId({ ...recipe, backend: 'wasm' }, 'a')).toBe(runId({ ...recipe, backend: 'cpu' }, 'a'));
});
