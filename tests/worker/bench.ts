import 'fake-indexeddb/auto';
import { vi } from 'vitest';
import type { Recipe } from '../../src/experiment/recipe.ts';
import type { DeviceReport } from '../../src/experiment/run.ts';
import { labDatabase } from '../../src/store/database.ts';
import type { Event, GivenFiles } from '../../src/worker/protocol.ts';
import { TrainingRun, type RunOptions } from '../../src/worker/training_run.ts';
import { smallRecipe, smallSession } from '../lab/small_session.ts';

export const WASM: DeviceReport = { backend: 'wasm', reason: 'r', adapter: 'a', remedy: '' };

/** The small recipe, with more epochs where a test needs more steps: 36 of the teacher and 9 an epoch of each student. */
export function recipe(num_train_epochs = 1): Recipe {
  const small = smallRecipe();
  return { ...small, training: { ...small.training, num_train_epochs } };
}

export interface Started {
  readonly events: readonly Event[];
  readonly run: TrainingRun;
}

export interface StartOptions extends Partial<Pick<RunOptions, 'prepare' | 'openDevice'>> {
  readonly recipe?: Recipe;
  readonly files?: GivenFiles;
  /** Hears every event as it is told. */
  readonly on?: (event: Event, run: TrainingRun) => void;
}

/** Runs in this thread until it ends, by default on the small session. */
export async function start(id: string, { recipe: given = recipe(), files = {}, on, ...options }: StartOptions = {}): Promise<Started> {
  const events: Event[] = [];
  const run: TrainingRun = new TrainingRun({
    run: id,
    recipe: given,
    files,
    baseUrl: 'http://lab.invalid/',
    openDevice: async () => WASM,
    prepare: async () => smallSession(),
    emit: (event) => {
      events.push(event);
      on?.(event, run);
    },
    ...options,
  });
  await run.start();
  return { events, run };
}

/** Calls back once, at this step of this arm. */
export function atStep(arm: string, step: number, act: (run: TrainingRun) => void): (event: Event, run: TrainingRun) => void {
  let done = false;
  return (event, run) => {
    if (done || event.type !== 'step' || event.report.arm !== arm || event.report.step !== step) return;
    done = true;
    act(run);
  };
}

/** What must be the same in two equal runs: every loss. */
export function losses(events: readonly Event[]): string[] {
  return events.flatMap((event) => (event.type === 'step' ? [`${event.report.arm} ${event.report.step} ${event.report.loss}`] : []));
}

export function only<T extends Event['type']>(type: T, events: readonly Event[]): Extract<Event, { type: T }>[] {
  return events.filter((event): event is Extract<Event, { type: T }> => event.type === type);
}

export function states(events: readonly Event[]): string[] {
  return only('state', events).map(({ state }) => state);
}

/** Lets the storage refuse entries of these kinds as a full disk does, while `full()` says so. */
export function fillDisk(full: () => boolean, kinds: readonly string[] = ['part']): void {
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value: unknown, key?: IDBValidKey) {
    if (Array.isArray(key) && kinds.includes(String(key[0])) && full()) throw new DOMException('', 'QuotaExceededError');
    return put.call(this, value, key);
  });
}

/** Deletes everything that is stored, as a person does who clears the site's data. */
export function emptyStore(): Promise<void> {
  return labDatabase.strict('readwrite', (entries) => void entries.clear());
}
