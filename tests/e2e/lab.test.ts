import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureBuilt } from '../../scripts/build_app.ts';
import { lab, processesWith } from './lab_process.ts';

const home = mkdtempSync(join(tmpdir(), 'lab-test-'));
const SHORT = ['--train_rows', '96', '--dev_rows', '101', '--max_steps', '3', '--batch_size', '16', '--eval_steps', '0'];
const MODEL_FILES = ['config.json', 'model.safetensors', 'tokenizer.json', 'README.md', 'recipe.json', 'results.json'];

beforeAll(() => ensureBuilt(() => undefined));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** A value below an object that was read from JSON. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((below, name) => (typeof below === 'object' && below !== null ? new Map<string, unknown>(Object.entries(below)).get(String(name)) : undefined), value);
}

describe('npm run distill, shortened', () => {
  it('prints progress and the table, saves the student, and ends with 0', async () => {
    const out = join(home, 'student');
    const { code, stdout, stderr } = await lab(['distill', ...SHORT, '--output_dir', out]).ended;
    expect(`${stderr}${code === 0 ? '' : stdout}`).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Backend: \w+ \(.+\): .+\./);
    expect(stdout).toMatch(/student distilled {2}step \d+ of 3 {2}loss [\d.]+ \(.*kd [\d.]+.*\) {2}lr \S+ {2}\S+ steps\/s {2}.* left/);
    for (const words of ['teacher', 'student distilled', 'student finetuned', 'initialised only', 'random weights', 'majority class']) {
      expect(stdout).toMatch(new RegExp(`^${words} .*0\\.\\d{4} ± 0\\.0\\d+`, 'm'));
    }
    expect(stdout).toMatch(/^teacher +[\d,]+ +1\/1\.0 /m);
    expect(readdirSync(out)).toEqual(expect.arrayContaining(MODEL_FILES));
    const config: unknown = JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'));
    expect(at(config, 'num_hidden_layers')).toBe(3);
  });

  it('gives the same scores and weights again from the same seed, as JSON alone', async () => {
    const [first, second] = [join(home, 'first'), join(home, 'second')];
    const results = [];
    for (const out of [first, second]) {
      const { code, stdout } = await lab(['distill', ...SHORT, '--seed', '7', '--json', '--output_dir', out]).ended;
      expect(code).toBe(0);
      results.push(JSON.parse(stdout) as unknown);
    }
    expect(at(results[0], 'recipe', 'training', 'seed')).toBe(7);
    for (const arm of [0, 1, 2, 3, 4, 5]) expect(at(results[0], 'results', arm, 'scores')).toEqual(at(results[1], 'results', arm, 'scores'));
    expect(at(results[0], 'results', 1, 'arm')).toBe('distilled');
    expect(readFileSync(join(first, 'model.safetensors')).equals(readFileSync(join(second, 'model.safetensors')))).toBe(true);
  });

  it('distils its own student further: a saved folder is a teacher again', async () => {
    const out = join(home, 'smaller');
    const { code, stderr } = await lab(['distill', ...SHORT, '--teacher', join(home, 'student'), '--init', '0,2', '--output_dir', out]).ended;
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(at(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8')), 'num_hidden_layers')).toBe(2);
  });
});

describe('what cannot be run', () => {
  it.each([
    [['distill', '--max_step', '3'], 'Did you mean --max_steps?'],
    [['distill', '--student_layers', '0'], '--student_layers: expected a whole number from 1'],
    [['finetun'], 'Did you mean finetune?'],
  ])('ends with 2: %j', async (args, message) => {
    const { code, stdout, stderr } = await lab(args).ended;
    expect(stderr).toContain(message);
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });

  it('refuses to write over an earlier run', async () => {
    const earlier = join(home, 'earlier');
    mkdirSync(earlier);
    writeFileSync(join(earlier, 'model.safetensors'), 'weights');
    const { code, stderr } = await lab(['distill', ...SHORT, '--output_dir', earlier]).ended;
    expect(stderr).toContain('--output_dir: expected a new or empty folder');
    expect(code).toBe(2);
    expect(readFileSync(join(earlier, 'model.safetensors'), 'utf8')).toBe('weights');
  });

  it('ends with 1 and the place of the fault in a file, and leaves no folder', async () => {
    const glue = join(home, 'glue');
    mkdirSync(glue);
    writeFileSync(join(glue, 'train.tsv'), 'words\tlabel\na fine day\t1\n');
    writeFileSync(join(glue, 'dev.tsv'), 'words\tlabel\na fine day\t1\n');
    const out = join(home, 'failed');
    const { code, stdout, stderr } = await lab(['distill', '--data', glue, '--json', '--output_dir', out]).ended;
    expect(stderr).toContain('sentence');
    expect(at(JSON.parse(stdout), 'error', 'code')).toBe('MissingColumn');
    expect(code).toBe(1);
    expect(existsSync(out)).toBe(false);
  });
});

it.each(['SIGINT', 'SIGTERM'] as const)('%s ends it with 130, and leaves no process and no file', async (signal) => {
  const run = lab(['distill', '--max_steps', '10000', '--output_dir', join(home, 'interrupted')]);
  await run.says('Backend:');
  expect(processesWith(run.scratch).length).toBeGreaterThan(0);
  run.child.kill(signal);
  expect((await run.ended).code).toBe(130);
  expect(processesWith(run.scratch)).toEqual([]);
  expect(readdirSync(run.scratch).filter((name) => name.startsWith('distill-lab-profile'))).toEqual([]);
  expect(existsSync(join(home, 'interrupted'))).toBe(false);
});
