import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sweepJobs } from '../../scripts/commands/sweep_jobs.ts';

const home = mkdtempSync(join(tmpdir(), 'sweep-test-'));
const group = join(home, 'group');
const yaml = join(home, 'pass.yaml');

function model(...path: string[]): string {
  const folder = join(home, ...path);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ num_hidden_layers: 3 }));
  return folder;
}

beforeAll(() => {
  for (const seed of [10, 2]) model('group', `sst-2-att_kl-two_stage-layers-0-1-2-seed-${seed}`);
  model('group', 'sst-2-kd-one_stage-layers-0-1-2-seed-1');
  model('group', 'sst-2-att_kl-pred-3-layers-of-a-checkpoint-seed-1');
  model('elsewhere');
  writeFileSync(yaml, 'kd:\n  - group/nowhere\n# of the first stage\natt_kl:\n  - "elsewhere"   # seed 1\n  - missing\n');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const pred = (pass_dic: string | undefined, seeds: readonly number[] = [1]) => sweepJobs({ experiment: 'pred', method: 'att_kl', seeds, ...(pass_dic === undefined ? {} : { pass_dic }) });

describe('the prediction stage alone', () => {
  it('takes the students of an earlier group in the order of their seeds', () => {
    const { runs, students, folders } = pred(group, [1, 2]);
    expect(students.map((name) => folders[name])).toEqual([2, 10].map((seed) => join(group, `sst-2-att_kl-two_stage-layers-0-1-2-seed-${seed}`)));
    expect(runs[0]!.recipe).toMatchObject({ student: { num_hidden_layers: 3, init: { kind: 'checkpoint', from: { kind: 'folder', name: students[0]! } } }, stages: [{ name: 'prediction' }] });
  });

  it('takes those that a YAML file lists, beside that file', () => {
    const { students, folders } = pred(yaml);
    expect(folders[students[0]!]).toBe(join(home, 'elsewhere'));
  });

  it.each([
    [undefined, [1], 'got nothing'],
    [join(home, 'none'), [1], 'which is not there'],
    [group, [1, 2, 3], 'a student of att_kl for seed number 3, got 2 of them'],
    [yaml, [1, 2], 'without config.json'],
  ])('needs one for every seed: %s, seeds %j', (given, seeds, message) => {
    expect(() => pred(given, seeds)).toThrow(message);
  });
});

it('starts from another model where the line names one', () => {
  const { students, folders, runs } = sweepJobs({ init_from: join(home, 'elsewhere'), student_layers: 2 });
  expect([students, folders]).toEqual([['elsewhere'], { elsewhere: join(home, 'elsewhere') }]);
  expect(runs[0]!.recipe.student.init).toEqual({ kind: 'layers', layers: [1, 2], from: { kind: 'folder', name: 'elsewhere' } });
  expect(() => sweepJobs({ init_from: join(home, 'elsewhere'), init: [0, 5] })).toThrow('layers from 0 to 2, which the teacher has, got 5');
});
