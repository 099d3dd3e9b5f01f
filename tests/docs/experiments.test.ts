import { expect, it } from 'vitest';
import { EXPERIMENT_OPTIONS } from '../../src/experiment/experiment_options.ts';
import { read, section } from './markdown.ts';

it('docs/experiments.md lists every option of experiments, and no others', () => {
  const listed = section(read('docs/experiments.md'), 'Options').filter((line) => line.startsWith('| `')).map((line) => line.split('|')[1]!).join().match(/--[a-z][\w-]*/g);
  expect([...new Set(listed)].sort()).toEqual([...Object.keys(EXPERIMENT_OPTIONS), 'json', 'help'].map((name) => `--${name}`).sort());
});
