import type { StepReport } from '../../experiment/run.ts';
import { leaveBreadcrumb, missingRuns } from '../../store/breadcrumb.ts';
import { readHistory } from '../../store/history.ts';
import { deleteRun, watchRuns } from '../../store/runs.ts';
import type { RunRecord } from '../../store/types.ts';
import { requestPersistence } from '../../store/usage.ts';
import type { Command, Event } from '../../worker/protocol.ts';

/** The training worker as the page sees it. */
export interface Trainer {
  /** Calls the listener for each event, until the returned function is called. */
  listen(listener: (event: Event) => void): () => void;
  send(command: Command): void;
}

/** The stored runs as the page sees them. */
export interface RunLibrary {
  /** Calls back with all runs, at once and after every change in any tab. */
  watch(callback: (runs: readonly RunRecord[]) => void, onError: (error: unknown) => void): () => void;
  history(run: string): Promise<readonly StepReport[]>;
  remove(run: string): Promise<void>;
  /** What the browser lost since the page was last open, as a sentence; remembers the runs as they are now. */
  lost(runs: readonly RunRecord[]): string | undefined;
  /** Asks the browser not to evict the runs; false when it keeps that right. */
  persist(): Promise<boolean>;
}

/** The runs of this browser's own store. */
export const storedRuns: RunLibrary = {
  watch: (callback, onError) => watchRuns(callback, onError),
  history: (run) => readHistory(run),
  remove: (run) => deleteRun(run),
  lost: (runs) => {
    const sentence = missingRuns(runs);
    leaveBreadcrumb(runs);
    return sentence;
  },
  persist: requestPersistence,
};
