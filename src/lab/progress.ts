import type { OnCompile } from '../tensor/plan/planner.ts';
import type { LabEvent } from './events.ts';

/** Milliseconds on a clock that only goes forward. */
export type Clock = () => number;

/** Seconds that are left at the pace so far, `total / done − 1` times those since `began`; 0 before anything is done. */
export function secondsLeft(began: number, now: number, done: number, total: number): number {
  return done > 0 ? ((now - began) / 1000) * (total / done - 1) : 0;
}

/** Tells how far a long operation is and how long it will still take, at most a few times a second. */
export class Progress {
  readonly #begin: number;
  #last = -Infinity;

  constructor(
    readonly label: string,
    readonly total: number,
    readonly now: Clock,
    readonly emit: (event: LabEvent) => void,
  ) {
    this.#begin = now();
  }

  /** Reports `done` of `total`; reports closer than 100 ms to the last one are left out, the final one never. */
  at(done: number): void {
    const time = this.now();
    if (done < this.total && time - this.#last < 100) return;
    this.#last = time;
    this.emit({ type: 'progress', label: this.label, done, total: this.total, secondsLeft: secondsLeft(this.#begin, time, done, this.total) });
  }
}

/** Tells how many kernels are compiled of those that something needs before it first runs on a GPU; a step is in the midst of its work then, so no gate is waited at. */
export function compilationProgress(now: Clock, emit: (event: LabEvent) => void): OnCompile {
  return (kernels) => {
    const progress = new Progress('Compiling kernels', kernels, now, emit);
    progress.at(0);
    return (done) => progress.at(done);
  };
}

/** What a run's log says where a GPU that could replay something does not; `what` ends with its verb. */
export const notReplayedNote = (what: string, reason: string): string => `${what} one operation at a time, which is slower: ${reason}.`;

/** Steps a second over a sliding window, so that a pause or a slow first step does not linger. */
export class Speed {
  readonly #times: number[] = [];

  constructor(readonly window = 20) {}

  /** Notes a finished step and gives the current speed. */
  tick(time: number): number {
    this.#times.push(time);
    if (this.#times.length > this.window + 1) this.#times.shift();
    const span = (time - this.#times[0]!) / 1000;
    return span > 0 ? (this.#times.length - 1) / span : 0;
  }

  /** Forgets the past: call after a pause, with the time at which work goes on. */
  restart(time: number): void {
    this.#times.splice(0, this.#times.length, time);
  }
}
