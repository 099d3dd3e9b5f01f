/**
 * A second, tiny record of the runs in localStorage, which lives apart from IndexedDB.
 *
 * Browsers may empty a damaged or evicted database, or come back with an older state of it, without any error; only a
 * record elsewhere can tell. Pages have localStorage, workers do not.
 */
import type { RunRecord } from './types.ts';

const KEY = 'distill-lab/runs';

/** What is remembered of one run. */
type Crumb = Pick<RunRecord, 'id' | 'name' | 'arm' | 'step' | 'generation'>;

type TextStorage = Pick<Storage, 'getItem' | 'setItem'>;

/**
 * Remembers the runs as they are now; to be called whenever the list of runs was read and `missingRuns` was asked.
 *
 * A localStorage that is full or forbidden is passed over: the breadcrumb only ever adds a warning.
 */
export function leaveBreadcrumb(runs: readonly RunRecord[], storage: TextStorage = localStorage): void {
  const crumbs: Crumb[] = runs.map(({ id, name, arm, step, generation }) => ({ id, name, arm, step, generation }));
  try {
    storage.setItem(KEY, JSON.stringify(crumbs));
  } catch {
    return;
  }
}

/**
 * A sentence for the person when runs that were there are gone or older than they were; undefined when all is well.
 * @param runs what the database lists at the start of the page
 */
export function missingRuns(runs: readonly RunRecord[], storage: TextStorage = localStorage): string | undefined {
  const crumbs = readCrumbs(storage);
  const byId = new Map(runs.map((run) => [run.id, run]));
  const gone = crumbs.filter(({ id }) => !byId.has(id)).map(describe);
  const older = crumbs.flatMap((crumb) => {
    const run = byId.get(crumb.id);
    return run !== undefined && run.generation < crumb.generation ? [`${describe(crumb)}, now ${place(run)}`] : [];
  });
  const sentences = [
    gone.length === 0 ? '' : `The browser lost ${count(gone.length)}: ${gone.join('; ')}.`,
    older.length === 0 ? '' : `The browser’s storage went back in time for ${count(older.length)}: ${older.join('; ')}.`,
  ];
  const text = sentences.filter((sentence) => sentence !== '').join(' ');
  return text === '' ? undefined : text;
}

function readCrumbs(storage: TextStorage): Crumb[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter(isCrumb) : [];
  } catch {
    return [];
  }
}

function isCrumb(value: unknown): value is Crumb {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  return ['id', 'name', 'arm'].every((name) => typeof fields[name] === 'string')
    && ['step', 'generation'].every((name) => typeof fields[name] === 'number');
}

function describe(crumb: Crumb): string {
  return `“${crumb.name}” (last known: ${place(crumb)})`;
}

function place({ arm, step }: Crumb): string {
  return `${arm}, step ${step}`;
}

function count(runs: number): string {
  return runs === 1 ? 'one saved run' : `${runs} saved runs`;
}
