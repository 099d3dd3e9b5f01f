import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/build_app.ts';
import { lab } from './lab_process.ts';

const home = mkdtempSync(join(tmpdir(), 'text-test-'));

beforeAll(() => ensureBuilt(() => undefined));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A line as it is copied from a page, where backslashes are missing. */
const PASTED = `python -m torch.distributed.launch run_pretraining.py \\
  --model_type bert-mlm --deepspeed --distillation --teacher_path models/teachers/bert-base-uncased --dataset_path ~/data/masked \\
  --lr_schedule step --max_steps 4 --train_batch_size 1024 --train_micro_batch_size_per_gpu 256 --hidden_size 768 --layer_selection 11 \\
  --output_dir ${home} --job_name pasted --current_run_id 1 --print_steps 2 --method hidden_mse
  --finetune_time_markers 0.5
  --fp16 
  --documents 120
  --student_initialize
`;

describe('run_pretraining', () => {
  it('distils by a pasted line with the preset, and leaves a snapshot on the way', async () => {
    const { code, stdout, stderr } = await lab([`${PASTED} --preset mini`]).ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('--fp16: all arithmetic is in float32.');
    expect(stdout).toMatch(/student distilled {2}step 4 of 4 {2}loss [\d.]+ \(hidden_mse/);
    const folder = join(home, 'pasted', '1');
    for (const path of ['model.safetensors', 'recipe.json', 'results.json']) expect(existsSync(join(folder, path)), path).toBe(true);
    const snapshot = JSON.parse(readFileSync(join(folder, 'epoch0_step2', 'config.json'), 'utf8')) as object;
    expect(snapshot).toMatchObject({ architectures: ['BertForMaskedLM'], num_hidden_layers: 3 });
    expect(readFileSync(join(folder, 'epoch0_step2', 'model.safetensors')).equals(readFileSync(join(folder, 'model.safetensors')))).toBe(false);
    const history = JSON.parse(readFileSync(join(folder, 'log_history.json'), 'utf8')) as { step: number; samples?: number }[];
    expect(history.map(({ step, samples }) => [step, samples])).toEqual([[2, 64], [4, 128]]);
  });

  it('offers the preset for a path that is not there', async () => {
    const { code, stderr } = await lab(['run_pretraining', '--distillation', '--method', 'att_kl', '--teacher_path', './no-such-teacher']).ended;
    expect([code, stderr]).toEqual([2, expect.stringContaining('Add --preset mini')]);
  });
});

describe('text_to_glue', () => {
  const out = join(home, 'chain');
  const LINE = ['text_to_glue', '--teacher', 'scratch:2x32', '--teacher_steps', '3', '--max_steps', '2', '--documents', '120', '--student_layers', '1', '--tasks', 'rte', '--train_rows', '32', '--dev_rows', '53', '--task_epochs', '1', '--output_dir', out];

  it('goes from random weights to finetuned models, and ends in a table', async () => {
    const { code, stdout, stderr } = await lab(LINE).ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('Finetuning on rte: without distillation: part 6 of 6');
    const table = readFileSync(join(out, 'table.txt'), 'utf8');
    expect(table).toMatch(/^masked words +accuracy +0\.\d{4} ± 0\.\d{4} +0\.\d{4} ± 0\.\d{4} +0\.\d{4} ± 0\.\d{4} +0\.\d{4} ± 0\.\d{4}$/m);
    expect(table).toMatch(/^rte +accuracy( +0\.\d{4} ± 0\.\d{4}){4}$/m);
  });

  it('takes finished parts as they are, and makes what is missing', async () => {
    const kept = join(out, 'student', 'model.safetensors');
    const before = statSync(kept).mtimeMs;
    rmSync(join(out, 'rte-alone'), { recursive: true });
    const { code, stdout } = await lab([...LINE, '--json']).ended;
    expect(code).toBe(0);
    const { runs, table } = JSON.parse(stdout) as { runs: { results: unknown[] }[]; table: { on: string; values: object }[] };
    expect(runs.map(({ results }) => results.length)).toEqual([2, 4, 4, 3, 3, 3]);
    expect(table.filter(({ on }) => on === 'rte').map(({ values }) => Object.keys(values))).toEqual([['teacher', 'student', 'alone', 'majority']]);
    expect(statSync(kept).mtimeMs).toBe(before);
  });
});
