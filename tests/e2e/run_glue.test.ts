import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/build_app.ts';
import { lab } from './lab_process.ts';

const home = mkdtempSync(join(tmpdir(), 'run-glue-e2e-'));
const out = join(home, 'finetuning');
/** The reference's example, with a model in the place of its `<path to model>`, shortened. */
const LINE = `python run_glue.py --model_name_or_path mini-bert --task_name MRPC --max_seq_length 128 --output_dir ${out} --overwrite_output_dir --do_train --do_eval --evaluation_strategy steps --per_device_train_batch_size 32 --gradient_accumulation_steps 1 --per_device_eval_batch_size 32 --learning_rate 5e-5 --weight_decay 0.01 --eval_steps 50 --evaluation_strategy steps --max_grad_norm 1.0 --num_train_epochs 5 --lr_scheduler_type polynomial --warmup_steps 50`;
const SHORT = '--max_steps 3 --eval_steps 2 --load_best_model_at_end --train_rows 64 --dev_rows 53 --max_eval_samples 31 --do_predict --logging_steps 1';

const json = (name: string) => JSON.parse(readFileSync(join(out, name), 'utf8')) as Record<string, unknown>;

beforeAll(() => ensureBuilt(() => undefined));
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('the reference’s example line trains, scores and predicts, and may be given again', async () => {
  const { code, stdout, stderr } = await lab([`${LINE} ${SHORT}`]).ended;
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('--per_device_eval_batch_size: rows are scored 64 at a time');
  expect(stdout).toMatch(/eval_combined_score +=/);
  expect(readdirSync(out)).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'train_results.json', 'eval_results.json', 'all_results.json', 'trainer_state.json', 'predict_results_mrpc.txt', 'MRPC.tsv', 'predictions_mrpc.tsv']));
  expect(json('all_results.json')).toMatchObject({ eval_samples: 31, train_samples: 64, epoch: 1.5 });
  expect(json('trainer_state.json')).toMatchObject({ global_step: 3, recipe: { task: 'mrpc' } });
  expect(readFileSync(join(out, 'MRPC.tsv'), 'utf8').trim().split('\n').length).toBe(54);

  const scored = await lab(['run_glue', '--model_name_or_path', out, '--task_name', 'mrpc', '--do_eval', '--train_rows', '64', '--dev_rows', '53', '--max_eval_samples', '31', '--output_dir', join(home, 'scores'), '--json']).ended;
  const { all_results } = JSON.parse(scored.stdout) as { all_results: Record<string, number> };
  expect(all_results['eval_loss']).toBeCloseTo(json('eval_results.json')['eval_loss'] as number, 5);
  expect(all_results['eval_accuracy']).toBe(json('eval_results.json')['eval_accuracy']);

  const refused = await lab([`${LINE} ${SHORT}`.replace('--overwrite_output_dir', '')]).ended;
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('Add --overwrite_output_dir')]);
});
