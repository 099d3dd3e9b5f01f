import { expect, it } from 'vitest';
import { RUN_PRETRAINING_OPTIONS, RUN_PRETRAINING_WITHOUT_MEANING } from '../../src/experiment/run_pretraining_options.ts';
import { read, section } from './markdown.ts';

it('docs/pretraining_data.md lists every option of run_pretraining that means something, and no others', () => {
  const rows = section(read('docs/pretraining_data.md'), 'run_pretraining').filter((line) => line.startsWith('| `--')).map((line) => line.split('|')[1]!);
  const listed = rows.join().match(/--[a-z][\w-]*/g);
  const meant = Object.keys(RUN_PRETRAINING_OPTIONS).filter((name) => !Object.hasOwn(RUN_PRETRAINING_WITHOUT_MEANING, name));
  expect([...new Set(listed)].sort()).toEqual([...meant, 'json', 'help'].map((name) => `--${name}`).sort());
});
