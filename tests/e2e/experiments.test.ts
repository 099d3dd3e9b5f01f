import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/build_app.ts';
import { lab } from './lab_process.ts';

const home = mkdtempSync(join(tmpdir(), 'experiments-test-'));
const group = join(home, 'group');
const SHORT = ['--train_rows', '96', '--dev_rows', '101', '--max_steps', '3', '--batch_size', '16', '--eval_steps', '0', '--baselines', 'off', '--output_dir', group];
const line = (seeds: string) => ['python', 'experiments.py', '--task', 'sst-2', '--method', 'att_mse_learn', '-e', 'method_specific', '-s', 'two_stage', '--mapping', 'skip', '--init', '0,1,2', '--seeds', seeds];
const folder = (seed: number) => join(group, `sst-2-att_mse_learn-two_stage-layers-0-1-2-seed-${seed}`);

beforeAll(() => ensureBuilt(() => undefined));
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe("the reference's line on a terminal", () => {
  it('runs both stages of a seed, and ends in its table', async () => {
    const { code, stdout, stderr } = await lab([...line('3'), ...SHORT, '-d', '0']).ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('--device: a browser chooses its GPU itself');
    expect(stdout).toMatch(/student distilled {2}step 1 of 6 {2}loss [\d.]+ \(att_mse/);
    expect(stdout).toMatch(/student distilled {2}step 6 of 6 {2}loss [\d.]+ \(ce [\d.]+, kd/);
    expect(stdout).toMatch(/^student distilled +1 +[\d,]+ +0\.\d{4} /m);
    for (const file of ['model.safetensors', 'recipe.json', 'results.json']) expect(existsSync(join(folder(3), file))).toBe(true);
  });

  it('takes a finished seed as it is, runs the other, and gives mean and deviation', async () => {
    const before = statSync(join(folder(3), 'model.safetensors')).mtimeMs;
    const { code, stdout } = await lab([...line('3,5'), ...SHORT, '--json']).ended;
    expect(code).toBe(0);
    const { runs, summary } = JSON.parse(stdout) as { runs: { seed: number }[]; summary: { arm: string; metrics: { accuracy: { values: number[]; deviation: number } } }[] };
    expect(runs.map(({ seed }) => seed)).toEqual([3, 5]);
    expect(summary.map(({ arm, metrics }) => [arm, metrics.accuracy.values.length, typeof metrics.accuracy.deviation])).toEqual([['teacher', 2, 'number'], ['distilled', 2, 'number']]);
    expect(statSync(join(folder(3), 'model.safetensors')).mtimeMs).toBe(before);
    expect(readFileSync(join(group, 'table.txt'), 'utf8')).toMatch(/^student distilled +2 +[\d,]+ +0\.\d{4} ± 0\.\d{4}/m);
  });

  it('refuses the results of another recipe, and what it does not know', async () => {
    const other = await lab([...line('3'), ...SHORT, '--batch_size', '8']).ended;
    expect([other.code, other.stderr]).toEqual([1, expect.stringContaining('training.per_device_train_batch_size 8')]);
    const unknown = await lab(['python', 'experiments.py', '--tusk', 'mnli']).ended;
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('Did you mean --task?')]);
  });
});
