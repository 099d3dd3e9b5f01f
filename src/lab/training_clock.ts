import type { Clock } from './progress.ts';

const HOUR = 3_600_000;

/**
 * Hours that a stage has trained: the time of its steps alone, those before an interruption included. Pauses, looks at
 * tuning rows and checkpoints do not count.
 */
export class TrainingClock {
  #hours: number;

  constructor(
    readonly now: Clock,
    hours = 0,
  ) {
    this.#hours = hours;
  }

  get hours(): number {
    return this.#hours;
  }

  /** Counts the time that a step takes. */
  async during<T>(step: () => Promise<T>): Promise<T> {
    const began = this.now();
    const result = await step();
    this.#hours += (this.now() - began) / HOUR;
    return result;
  }
}
