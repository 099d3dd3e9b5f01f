import { describe, expect, it } from 'vitest';
import { readOptions } from '../../scripts/command_line/option.ts';
import { studyJobs } from '../../scripts/commands/study_jobs.ts';
import { STUDY_OPTIONS } from '../../src/experiment/study_options.ts';
import { studentsOf } from '../../src/experiment/study.ts';

const read = (line: string) => {
  const values = readOptions(STUDY_OPTIONS, line.split(' ').filter((word) => word !== ''));
  const jobs = studyJobs(values, '/out');
  return { ...jobs, runs: jobs.cells.flatMap((cell) => studentsOf(cell, 0.003, values).map(jobs.jobOf)) };
};

describe('study', () => {
  it('finetunes the bundled base, and compares the lowest, spaced and highest layers by three methods', () => {
    const { cells, teachers, runs } = read('');
    expect(teachers).toMatchObject([{ name: 'teacher-1', recipe: { kind: 'finetune', teacher: { kind: 'bundled', name: 'mini-bert' }, training: { num_train_epochs: 3, learning_rate: 1e-4 } } }]);
    expect(cells.map(({ method, init }) => `${method} ${String(init)}`)).toEqual(['kd', 'hidden_mse', 'att_kl'].flatMap((method) => ['0,1,2', '3,7,11', '9,10,11'].map((init) => `${method} ${init}`)));
    expect(runs[0]).toMatchObject({ folders: { teacher: '/out/teacher-1' }, recipe: { kind: 'distill', teacher: { kind: 'folder', name: 'teacher-1' }, student: { init: { kind: 'layers', layers: [0, 1, 2] } }, training: { seed: 1, max_steps: 300, eval_steps: 299, learning_rate: 0.003 }, baselines: false } });
  });

  it('gives teachers and students what each has of its own, and both the rest', () => {
    const { teachers, runs } = read('--task rte --methods att_kl --inits 0,2/random --layers_of pretrained --budgets 13 --seeds 5 --teacher_seeds 7,8 --teacher_steps 17 --teacher_learning_rate 0.02 --batch_size 11 --train_rows 311 --stage two_stage');
    expect(teachers.map(({ recipe }) => recipe.training)).toMatchObject([{ seed: 7, max_steps: 17, learning_rate: 0.02, per_device_train_batch_size: 11 }, { seed: 8 }]);
    expect(runs).toHaveLength(4);
    for (const { recipe } of runs) expect(recipe).toMatchObject({ task: 'rte', data: { train_rows: 311 }, stages: [{ name: 'intermediate' }, { name: 'prediction' }], training: { seed: 5, max_steps: 13, per_device_train_batch_size: 11 } });
    expect(runs.map(({ recipe }) => recipe.student.init)).toMatchObject([{ layers: [0, 2], from: { kind: 'bundled', name: 'mini-bert' } }, { from: { name: 'mini-bert' } }, { kind: 'random' }, { kind: 'random' }]);
    expect(runs.map(({ folders }) => folders.teacher)).toEqual(['/out/teacher-7', '/out/teacher-8', '/out/teacher-7', '/out/teacher-8']);
  });

  it('refuses layers that the model does not have, and methods that are none', () => {
    expect(() => read('--inits 0,1,12')).toThrow(/layers from 0 to 11/);
    expect(() => read('--methods attention_of_all')).toThrow(/method|objective/);
    expect(() => read('--model scratch:2x32 --student_layers 3')).toThrow(/at most the teacher's 2 layers|--inits|layers/);
  });
});
