import { describe, expect, it } from 'vitest';
import { HELD_OUT_DRAWS, TRAIN_DEPTHS } from '../../../src/data/mini_glue/difficulty.ts';
import { GENERATORS } from '../../../src/data/mini_glue/generators.ts';
import { heldOutWords } from '../../../src/data/mini_glue/held_out.ts';
import { miniGlue } from '../../../src/data/mini_glue/index.ts';
import { LEXICON } from '../../../src/data/mini_glue/lexicon/index.ts';
import type { Example, TaskData } from '../../../src/data/task.ts';
import { taskNamed, MINI_GLUE_TASKS } from '../../../src/data/tasks.ts';
import { Fault } from '../../../src/fault/fault.ts';

const OPTIONS = { seed: 11, train_rows: 601, dev_rows: 361, tuning_rows: 127 };
const DATA: ReadonlyMap<string, TaskData> = new Map(GENERATORS.map((g) => [g.task, miniGlue(taskNamed(g.task), OPTIONS)]));

function texts(row: Example): string[] {
  return row.textPair === undefined ? [row.text] : [row.text, row.textPair];
}

function tokens(row: Example): string[] {
  return texts(row).join(' ').toLowerCase().match(/[a-z]+/g) ?? [];
}

/** Every written form of a content word, with the word. */
const FORMS = new Map<string, string>([
  ...LEXICON.nouns.flatMap((n): [string, string][] => [[n.word, n.word], [n.plural, n.word]]),
  ...LEXICON.verbs.flatMap((v): [string, string][] => [v.base, v.third, v.past, v.participle, v.progressive].map((f) => [f, v.word])),
  ...[...LEXICON.names, ...LEXICON.adjectives, ...LEXICON.adverbs].map((e): [string, string] => [e.word, e.word]),
]);

function slice<T>(values: readonly T[], key: (value: T) => number | undefined): Map<number | undefined, number> {
  const counts = new Map<number | undefined, number>();
  for (const v of values) counts.set(key(v), (counts.get(key(v)) ?? 0) + 1);
  return counts;
}

it("has GLUE's seven tasks", () => {
  expect([...DATA.keys()].sort()).toEqual(MINI_GLUE_TASKS.map((t) => t.name).sort());
});

describe.each([...DATA])('mini-GLUE %s', (name, data) => {
  it('gives as many rows as asked for', () => {
    expect([data.train.length, data.dev.length, data.tuning.length]).toEqual([601, 361, 127]);
  });

  it('is the same for a seed, another one for the next, and longer tables continue shorter ones', () => {
    const again = miniGlue(taskNamed(name), { ...OPTIONS, train_rows: 101 });
    expect(again.dev).toEqual(data.dev);
    expect(again.train).toEqual(data.train.slice(0, 101));
    const other = miniGlue(taskNamed(name), { ...OPTIONS, seed: 12, train_rows: 101 });
    expect(other.train).not.toEqual(again.train);
  });

  it('has no text in two splits and no row twice', () => {
    const home = new Map<string, string>();
    const rows = new Set<string>();
    for (const split of ['train', 'dev', 'tuning'] as const) {
      for (const row of data[split]) {
        const id = texts(row).join('\t');
        expect(rows.has(id)).toBe(false);
        rows.add(id);
        for (const text of texts(row)) {
          expect(home.get(text) ?? split).toBe(split);
          home.set(text, split);
        }
      }
    }
  });

  it('keeps its training rows apart from the dev rows of another seed', () => {
    const other = miniGlue(taskNamed(name), { ...OPTIONS, seed: 13, train_rows: 601 });
    const first = new Set(data.dev.map((r) => r.text));
    expect(other.train.filter((r) => first.has(r.text))).toEqual([]);
  });

  it('never trains on a held-out word; about a tenth of the content words of dev are held out', () => {
    const held = heldOutWords();
    for (const row of data.train) expect(tokens(row).filter((t) => held.has(FORMS.get(t) ?? ''))).toEqual([]);
    const content = data.dev.flatMap(tokens).filter((t) => FORMS.has(t));
    const share = content.filter((t) => held.has(FORMS.get(t) ?? '')).length / content.length;
    expect(share).toBeGreaterThan(HELD_OUT_DRAWS / 2);
    expect(share).toBeLessThan(HELD_OUT_DRAWS * 1.8);
  });

  it('has the depths in their shares, and balanced labels in each', () => {
    const dev = slice(data.dev, (r) => r.depth);
    for (const depth of [0, 1, 2, 3]) expect(Math.abs((dev.get(depth) ?? 0) / 361 - 0.25)).toBeLessThan(0.05);
    const train = slice(data.train, (r) => r.depth);
    for (const depth of [0, 1, 2, 3]) expect(Math.abs((train.get(depth) ?? 0) / 601 - (TRAIN_DEPTHS[depth] ?? 0))).toBeLessThan(0.05);
    const labels = data.task.labels.length;
    for (const depth of [0, 1, 2, 3]) {
      const counts = slice(data.dev.filter((r) => r.depth === depth), (r) => r.label);
      for (let k = 0; k < labels; k++) expect(Math.abs((counts.get(k) ?? 0) / (dev.get(depth) ?? 1) - 1 / labels)).toBeLessThan(0.12);
    }
  });
});

it('says which tasks there are when asked for another one', () => {
  const task = { ...taskNamed('rte'), name: 'wnli' };
  expect(() => miniGlue(task, OPTIONS)).toThrow(Fault);
  expect(() => miniGlue(task, OPTIONS)).toThrow(/sst-2/);
});
