import { describe, expect, it } from 'vitest';
import { appendHistory, readHistory } from '../../src/store/history.ts';
import { freshDatabase, keysOf, someReport } from './fixtures.ts';

const steps = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('the history of a run', () => {
  it('comes back as it was reported, in however many appends', async () => {
    const database = freshDatabase();
    const reports = steps(1, 1201).map((step) => someReport(step));
    await appendHistory('a', reports.slice(0, 3), database);
    await appendHistory('a', [], database);
    await appendHistory('a', reports.slice(3, 520), database);
    await appendHistory('a', reports.slice(520), database);
    expect(await readHistory('a', database)).toEqual(reports);
    expect(await keysOf(database, 'history')).toHaveLength(3);
  });

  it('takes one entry for many small appends', async () => {
    const database = freshDatabase();
    for (const step of steps(1, 101)) await appendHistory('a', [someReport(step)], database);
    expect(await keysOf(database, 'history')).toHaveLength(1);
    expect((await readHistory('a', database)).map(({ step }) => step)).toEqual(steps(1, 101));
  });

  it('keeps arms and terms apart', async () => {
    const database = freshDatabase();
    const reports = [
      someReport(1, { arm: 'teacher', terms: { ce: 0.7 } }),
      someReport(2, { arm: 'teacher', terms: { ce: 0.5 } }),
      someReport(1), someReport(2),
      someReport(1, { arm: 'finetuned', terms: {} }),
    ];
    await appendHistory('a', reports.slice(0, 2), database);
    await appendHistory('a', reports.slice(2), database);
    expect(await readHistory('a', database)).toEqual(reports);
  });

  it('lets the later report of a step count, in the place of the first', async () => {
    const database = freshDatabase();
    await appendHistory('a', steps(1, 7).map((step) => someReport(step)), database);
    await appendHistory('a', steps(5, 11).map((step) => someReport(step, { loss: 1000 + step })), database);
    const history = await readHistory('a', database);
    expect(history.map(({ step }) => step)).toEqual(steps(1, 11));
    expect(history[3]?.loss).toBe(1 / 4);
    expect(history[4]?.loss).toBe(1005);
  });

  it('is empty before the first step, and of one run alone', async () => {
    const database = freshDatabase();
    await appendHistory('ab', [someReport(1)], database);
    expect(await readHistory('a', database)).toEqual([]);
  });
});
