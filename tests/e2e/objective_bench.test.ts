import { describe, expect, it } from 'vitest';
import { lab, processesWith } from './lab_process.ts';

const bench = (...args: readonly string[]) => lab(['objective-bench', '--batch_size', '3', ...args]);

describe('npm run objective-bench', () => {
  it('measures objectives of classes, of layers and of masked words, as JSON alone', async () => {
    const { code, stdout } = await bench('--objectives', 'kd,att_kl_learn,masked_lm', '--json').ended;
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { rows: { objective: string; check: { passed: boolean } }[]; labels: string[]; cosines: number[][] };
    expect(report.rows.map(({ objective, check }) => [objective, check.passed])).toEqual([['kd', true], ['att_kl', true], ['masked_lm', true]]);
    expect(report.labels).toEqual(['kd · ce', 'kd · kd', 'att_kl', 'masked_lm']);
    expect(report.cosines[2]?.[2]).toBe(1);
  });

  it('prints tables for a person, with progress', async () => {
    const { code, stdout } = await bench('--objectives', 'pkd', '--student_layers', '2', '--init', '0,11', '--seed', '7').ended;
    expect(code).toBe(0);
    expect(stdout).toContain('Student: 2 layers, from layers 0, 11; not trained yet.');
    expect(stdout).toMatch(/^pkd +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+ +ok \de-\d +7 in 1$/m);
    expect(stdout).toMatch(/^pkd +[\d.]+ % +[\d.]+ % +[\d.]+ %.*layer \d, head \d: [\d.]+ %$/m);
  });

  it('trains by an objective, and says whether its loss fell', async () => {
    const { code, stdout } = await bench('--objectives', 'hidden_mse', '--train', '20').ended;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^hidden_mse +20 +[\d.]+ +[\d.]+ +-[\d.]+ % +yes$/m);
    expect(stdout).toContain('Every objective lowered its own loss (1).');
  });

  it.each([
    [['--objectives', 'kd,att_kll'], 'Did you mean att_kl?'],
    [['--init', '3,7,12'], '--init'],
    [['--train', '3'], '--train: expected a whole number from 10'],
  ])('ends with 2: %j', async (args, message) => {
    const { code, stderr } = await bench(...args).ended;
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  it('ends with 130 when it is interrupted, and leaves no process', async () => {
    const run = bench('--train', '10000', '--objectives', 'kd');
    await run.says('kd: step');
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
    expect(processesWith(run.scratch)).toEqual([]);
  });
});
