import { describe, expect, it } from 'vitest';
import { GRAMMAR_VERSION, miniGlue } from '../../src/data/mini_glue/index.ts';
import type { Example, TaskSpec } from '../../src/data/task.ts';
import { MINI_GLUE_TASKS } from '../../src/data/tasks.ts';

const SEED = 42;
const ROWS = 240;

/** The first dev row of each depth and label. */
function firstRows(task: TaskSpec): Example[] {
  const { dev } = miniGlue(task, { seed: SEED, train_rows: 0, tuning_rows: 0, dev_rows: ROWS });
  const slots = [0, 1, 2, 3].flatMap((depth) => task.labels.map((_, label) => ({ depth, label })));
  return slots.flatMap(({ depth, label }) => dev.find((row) => row.depth === depth && row.label === label) ?? []);
}

function table(task: TaskSpec): string {
  const rows = firstRows(task).map(({ text, textPair, label, depth }) => [depth, task.labels[label], text, ...(textPair === undefined ? [] : [textPair])]);
  const head = ['depth', 'label', task.text, ...(task.textPair === undefined ? [] : [task.textPair])];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [`## ${task.name}`, '', ...lines].join('\n');
}

describe('docs/mini_glue_examples.md', () => {
  it('shows what the generators write', async () => {
    const intro = `The first dev row of each depth and label under seed ${SEED}, grammar version ${GRAMMAR_VERSION}.`;
    const page = ['# Rows of mini-GLUE', intro, ...MINI_GLUE_TASKS.map(table)].join('\n\n');
    await expect(`${page}\n`).toMatchFileSnapshot('../../docs/mini_glue_examples.md');
  });
});
