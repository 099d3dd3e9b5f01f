/** One writer for each run: Web Locks, which the browser frees when a tab closes or crashes. */
import { Fault } from '../fault/fault.ts';
import { insecureContext } from './digest.ts';
import type { Owner } from './types.ts';

const PREFIX = 'distill-lab';

/**
 * Runs `task` while no other tab or worker can train, sweep or delete this run.
 * @throws Fault `run-busy` at once when the run is being written elsewhere; what `task` throws
 */
export function withRunLock<T>(run: string, task: () => Promise<T>): Promise<T> {
  return withOwnerLock({ kind: 'run', id: run }, task);
}

/** `withRunLock` for runs and cached models alike. */
export async function withOwnerLock<T>(owner: Owner, task: () => Promise<T>): Promise<T> {
  return lockManager().request(lockName(owner), { ifAvailable: true }, (lock) => {
    if (lock === null) throw busy(owner);
    return task();
  });
}

/** As `withOwnerLock`, but waits for its turn: for writes that take no longer than a second. */
export async function whenFree<T>(owner: Owner, task: () => Promise<T>): Promise<T> {
  return lockManager().request(lockName(owner), task);
}

/** Ids of the runs that some tab or worker is writing at the moment. */
export async function busyRuns(): Promise<ReadonlySet<string>> {
  const { held = [] } = await lockManager().query();
  const prefix = lockName({ kind: 'run', id: '' });
  const names = held.flatMap(({ name = '' }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []));
  return new Set(names);
}

function lockName(owner: Owner): string {
  return `${PREFIX}/${owner.kind}/${owner.id}`;
}

function lockManager(): LockManager {
  // Browsers hide `navigator.locks` outside secure contexts, against the type.
  const locks: LockManager | undefined = globalThis.navigator?.locks;
  if (locks === undefined) throw insecureContext('locks between tabs');
  return locks;
}

function busy(owner: Owner): Fault {
  return new Fault({
    code: 'run-busy',
    where: `${owner.kind} ${owner.id}`,
    expected: 'no other tab to be working on it',
    got: 'another tab or worker that holds it',
    remedy: 'Pause and stop it there, or close that tab, then try again.',
  });
}
