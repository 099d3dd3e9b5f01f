import { expect, it } from 'vitest';
import { TEXT_TO_GLUE_OPTIONS } from '../../scripts/commands/text_to_glue.ts';
import { read, section } from './markdown.ts';

it('docs/experiments.md lists every option of text_to_glue and no others', () => {
  const rows = section(read('docs/experiments.md'), 'From text to tasks').filter((line) => line.startsWith('| `--')).map((line) => line.split('|')[1]!);
  const listed = rows.join().match(/--[a-z][\w-]*/g);
  expect([...new Set(listed)].sort()).toEqual([...Object.keys(TEXT_TO_GLUE_OPTIONS), 'json', 'help'].map((name) => `--${name}`).sort());
});
