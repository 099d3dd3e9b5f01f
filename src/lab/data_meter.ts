import type { DataPath } from '../experiment/data_path.ts';
import type { LabelledBatch } from '../train/batches.ts';
import type { Clock } from './progress.ts';

/** What the data of a training cost: how many of the computed tokens were real, and how long steps waited for their batches. */
export class DataMeter {
  #real = 0;
  #computed = 0;
  #waited = 0;
  #time = 0;

  constructor(readonly now: Clock) {}

  /** Counts the time that a batch takes to be put together and uploaded, and its tokens. */
  batch<T extends { readonly rows: Pick<LabelledBatch, 'mask'> }>(make: () => T): T {
    const began = this.now();
    const made = make();
    this.#waited += this.now() - began;
    const { mask } = made.rows;
    this.#computed += mask.length;
    for (let i = 0; i < mask.length; i++) this.#real += mask[i]!;
    return made;
  }

  /** Counts the time of a step, that of its batches included. */
  async step<T>(make: () => Promise<T>): Promise<T> {
    const began = this.now();
    const made = await make();
    this.#time += this.now() - began;
    return made;
  }

  /** What was counted since the beginning, or since the run went on; undefined before the first batch. */
  get report(): Pick<DataPath, 'realTokens' | 'waited'> | undefined {
    if (this.#computed === 0) return undefined;
    return { realTokens: this.#real / this.#computed, waited: this.#time > 0 ? this.#waited / this.#time : 0 };
  }
}
