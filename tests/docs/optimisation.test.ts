import { describe, expect, it } from 'vitest';
import { OPTIMIZERS } from '../../src/train/optimizers/index.ts';
import { SCHEDULES } from '../../src/train/schedule.ts';
import { read } from './markdown.ts';

const PAGE = read('docs/optimisation.md');

describe('docs/optimisation.md', () => {
  it('has the row of every optimiser, and no other', () => {
    const rows = Object.values(OPTIMIZERS).map(({ name, title, formula, source }) => `| \`${name}\` | ${title} | ${formula} | ${source} |`);
    expect(tableAfter('| `optim` |')).toEqual(rows);
  });

  it('has the row of every schedule, and no other', () => {
    const rows = Object.entries(SCHEDULES).map(([name, { formula, source }]) => `| \`${name}\` | ${formula} | ${source} |`);
    expect(tableAfter('| `lr_scheduler_type` |')).toEqual(rows);
  });

  it('names every option', () => {
    const options = [...read('src/train/optimization.ts').matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name!);
    expect(options.length).toBeGreaterThan(20);
    expect(options.filter((name) => name !== 'learning_rate' && !PAGE.includes(name))).toEqual([]);
  });
});

/** The rows of the table whose heading begins so. */
function tableAfter(heading: string): string[] {
  const lines = PAGE.split('\n');
  const from = lines.findIndex((line) => line.startsWith(heading)) + 2;
  return lines.slice(from, lines.findIndex((line, i) => i >= from && !line.startsWith('|')));
}
