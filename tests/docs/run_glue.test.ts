import { expect, it } from 'vitest';
import { RUN_GLUE_OPTIONS, RUN_GLUE_WITHOUT_MEANING } from '../../src/experiment/run_glue_options.ts';
import { read, section } from './markdown.ts';

it('docs/experiments.md lists every option of run_glue that means something, and no others', () => {
  const rows = section(read('docs/experiments.md'), 'Finetuning and scores').filter((line) => line.startsWith('| `--')).map((line) => line.split('|')[1]!);
  const listed = rows.join().match(/--[a-z][\w-]*/g);
  const meant = Object.keys(RUN_GLUE_OPTIONS).filter((name) => !Object.hasOwn(RUN_GLUE_WITHOUT_MEANING, name));
  expect([...new Set(listed)].sort()).toEqual([...meant, 'json', 'help'].map((name) => `--${name}`).sort());
});
