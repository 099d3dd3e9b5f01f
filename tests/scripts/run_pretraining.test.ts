import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dropRecipe, jobFolder, runPretrainingJob, writeRecipe } from '../../scripts/commands/run_pretraining_jobs.ts';
import { earlierEntries, PretrainingLog } from '../../scripts/commands/run_pretraining_log.ts';
import { runPretraining } from '../../scripts/commands/run_pretraining.ts';
import { readRunPretraining } from '../../src/experiment/run_pretraining_line.ts';
import type { Event } from '../../src/worker/protocol.ts';

const HOME = mkdtempSync(join(tmpdir(), 'run-pretraining-'));
afterAll(() => rmSync(HOME, { recursive: true, force: true }));

const values = (line: string) => readRunPretraining(line).values;
const job = (line: string) => runPretrainingJob(values(line));
const OFFER = /Add --preset mini: mini-bert as the teacher and the generated corpus need no files\./;

describe('run_pretraining', () => {
  it('distils the bundled model on the generated corpus with the preset', () => {
    const { recipe, folders } = job('--distillation --method hidden_mse --layer_selection 11 --student_initialize --preset mini');
    expect(recipe).toMatchObject({
      kind: 'distill-text', teacher: { kind: 'bundled', name: 'mini-bert' }, data: { kind: 'mini-glue', train_rows: 2000 },
      student: { num_hidden_layers: 3, hidden_size: 64, init: { layers: [3, 7, 11] } }, training: { max_steps: 300, per_device_train_batch_size: 32, gradient_accumulation_steps: 1, learning_rate: 1e-3, max_seq_length: 64 },
    });
    expect(folders).toEqual({});
  });

  it('begins with random weights of the reference’s form without a teacher', () => {
    expect(job('--num_hidden_layers 2 --hidden_size 48 --num_attention_heads 3 --intermediate_size 101 --layernorm_embedding').recipe).toMatchObject({
      kind: 'pretrain', student: { num_hidden_layers: 2 }, data: { train_rows: 20_000 },
      teacher: { kind: 'scratch', num_hidden_layers: 2, hidden_size: 48, architecture: { num_attention_heads: 3, intermediate_size: 101, encoder_ln_mode: 'pre-ln', layernorm_embedding: true, hidden_act: 'gelu' } },
    });
    expect(job('--model_name_or_path mini-bert').recipe.teacher).toEqual({ kind: 'bundled', name: 'mini-bert' });
  });

  it.each([
    '--distillation --method att_kl --teacher_path models/teachers/bert-base-uncased',
    '--distillation --method att_kl --teacher_path mini-bert --student_initialize ~/no/such/folder',
    '--dataset_path ~/data/budget/masked',
    '--dataset_path tests/golden',
    '--tokenizer_name ./no-such-tokenizer',
    '--load_training_checkpoint tests/golden',
  ])('offers the preset where a path is not there: %s', (line) => {
    expect(() => {
      const { recipe } = job(line);
      jobFolder(values(line), recipe);
    }).toThrow(OFFER);
  });

  it('offers it to a whole line, too', () => {
    expect(() => runPretraining.prepare(['--distillation', '--method', 'att_kl', '--teacher_path', './teacher'])).toThrow(OFFER);
    expect(() => job('--distillation --method att_kl')).toThrow(/--teacher_path: expected the model to distil/);
    expect(() => job('--dataset_path tests --documents 300')).toThrow(/--dataset_path or --documents, not both/);
  });

  it('names folders as the reference does, and goes on with an interrupted run alone', () => {
    const line = `--num_hidden_layers 2 --hidden_size 32 --num_attention_heads 2 --output_dir ${HOME} --job_name words --current_run_id 7`;
    const { recipe } = job(line);
    const folder = join(HOME, 'words', '7');
    expect(jobFolder(values(line), recipe)).toEqual({ folder });
    writeRecipe(folder, recipe);
    expect(jobFolder(values(line), recipe)).toEqual({ folder, interrupted: recipe });
    const renamed = `${line} --job_name others --load_training_checkpoint ${folder}`;
    expect(jobFolder(values(renamed), job(renamed).recipe).interrupted?.name).toBe('words-7');
    const other = `${line} --seed 5`;
    expect(() => jobFolder(values(other), job(other).recipe)).toThrow(/training\.seed 42.*name another --current_run_id or --job_name/);
    dropRecipe(folder);
    expect(jobFolder(values(other), job(other).recipe)).toEqual({ folder });
    writeRecipe(folder, recipe);
    writeFileSync(join(folder, 'results.json'), '{}');
    expect(() => jobFolder(values(line), recipe)).toThrow(/--current_run_id: expected a run that is not finished/);
    mkdirSync(join(HOME, 'empty'));
    expect(() => jobFolder(values(`--load_training_checkpoint ${join(HOME, 'empty')}`), recipe)).toThrow(/the folder of an interrupted run, with recipe\.json/);
  });

  it('keeps a history of the exported model', () => {
    const log = new PretrainingLog({ per_device_train_batch_size: 5, gradient_accumulation_steps: 3 }, 2);
    const step = (arm: 'distilled' | 'teacher', at: number): Event => ({ type: 'step', run: 'x', report: { arm, step: at, steps: 9, epoch: at / 3, loss: 1 / at, terms: {}, learning_rate: 0.1, grad_norm: 1, stepsPerSecond: 1, secondsLeft: 1 } });
    for (const event of [step('distilled', 1), step('distilled', 2), step('teacher', 2), step('distilled', 3), step('distilled', 4)]) log.listen(event);
    log.listen({ type: 'evaluation', run: 'x', arm: 'distilled', step: 4, split: 'tuning', scores: { metrics: { accuracy: 0.3, loss: 2 }, byDepth: [], loss: 2, examples: 7 } });
    log.listen({ type: 'evaluation', run: 'x', arm: 'distilled', step: 9, split: 'dev', scores: { metrics: {}, byDepth: [], loss: 3, examples: 7 } });
    expect(log.entries).toEqual([
      { model: 'distilled', step: 2, epoch: 2 / 3, loss: 1 / 2, learning_rate: 0.1, samples: 30 },
      { model: 'distilled', step: 4, epoch: 4 / 3, loss: 1 / 4, learning_rate: 0.1, samples: 60 },
      { model: 'distilled', step: 4, eval_loss: 2, eval_accuracy: 0.3 },
    ]);
    log.write(HOME);
    const rest = new PretrainingLog({ per_device_train_batch_size: 15 }, 2, earlierEntries(HOME));
    expect(rest.entries).toEqual(log.entries);
    for (const event of [step('distilled', 4), step('distilled', 5), step('distilled', 6)]) rest.listen(event);
    expect(rest.entries.map((entry) => [entry.step, 'samples' in entry ? entry.samples : 'score'])).toEqual([[2, 30], [4, 60], [6, 90]]);
  });
});
