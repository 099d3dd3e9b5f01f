import { describe, expect, it } from 'vitest';
import { leaveBreadcrumb, missingRuns } from '../../src/store/breadcrumb.ts';
import { someRun } from './fixtures.ts';

function memoryStorage(): Pick<Storage, 'getItem' | 'setItem'> {
  const items = new Map<string, string>();
  return { getItem: (key) => items.get(key) ?? null, setItem: (key, text) => void items.set(key, text) };
}

const runs = [someRun('a', { step: 13, generation: 3 }), someRun('b', { step: 17, generation: 5 })];

describe('the breadcrumb', () => {
  it('says nothing at the first visit, when all is there, and when runs were added', () => {
    const storage = memoryStorage();
    expect(missingRuns([], storage)).toBeUndefined();
    leaveBreadcrumb(runs, storage);
    expect(missingRuns(runs, storage)).toBeUndefined();
    expect(missingRuns([...runs, someRun('c')], storage)).toBeUndefined();
  });

  it('names the runs of an emptied database', () => {
    const storage = memoryStorage();
    leaveBreadcrumb(runs, storage);
    expect(missingRuns([], storage)).toBe('The browser lost 2 saved runs: '
      + '“run a” (last known: distilled, step 13); “run b” (last known: distilled, step 17).');
  });

  it('names both steps of a run that went back in time', () => {
    const storage = memoryStorage();
    leaveBreadcrumb(runs, storage);
    const older = [runs[0]!, someRun('b', { step: 11, generation: 4 })];
    expect(missingRuns(older, storage)).toBe('The browser’s storage went back in time for one saved run: '
      + '“run b” (last known: distilled, step 17), now distilled, step 11.');
  });

  it('forgets a run that the person deleted', () => {
    const storage = memoryStorage();
    leaveBreadcrumb(runs, storage);
    leaveBreadcrumb([runs[1]!], storage);
    expect(missingRuns([runs[1]!], storage)).toBeUndefined();
  });

  it('passes over a localStorage that is full or holds something else', () => {
    const full = { getItem: () => '{"a"', setItem: () => { throw new DOMException('', 'QuotaExceededError'); } };
    expect(() => leaveBreadcrumb(runs, full)).not.toThrow();
    expect(missingRuns([], full)).toBeUndefined();
    expect(missingRuns([], { ...full, getItem: () => '[3, {"id": 1}]' })).toBeUndefined();
  });
});
