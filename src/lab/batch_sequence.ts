import type { TrainingArguments } from '../experiment/recipe.ts';
import { collate, epochBatches, LENGTH_STEP, lengthsOf, type EncodedExample, type LabelledBatch } from '../train/batches.ts';

/** The batches of a training, by step: a function of (seed, step), with the current epoch's order at hand. */
export class BatchSequence {
  #lengths?: Int32Array;
  #epoch = -1;
  #batches: number[][] = [];

  constructor(
    readonly examples: readonly EncodedExample[],
    readonly options: TrainingArguments,
    readonly padId: number,
    /** Padded lengths are multiples of this. */
    readonly step = LENGTH_STEP,
  ) {}

  /** The batch of a step (0-based). */
  at(step: number): LabelledBatch {
    const { max_seq_length, pad_to_max_length } = this.options;
    return collate(this.examples, this.rowsAt(step), this.padId, max_seq_length, { step: this.step, ...(pad_to_max_length ? { toMax: true } : {}) });
  }

  /** Indices of the examples in the batch of a step. */
  rowsAt(step: number): readonly number[] {
    const { examples, options } = this;
    const perEpoch = Math.ceil(examples.length / options.per_device_train_batch_size);
    const epoch = Math.floor(step / perEpoch);
    if (epoch !== this.#epoch) {
      this.#lengths ??= lengthsOf(examples);
      this.#batches = epochBatches(examples, options.per_device_train_batch_size, options.seed, epoch, this.#lengths);
      this.#epoch = epoch;
    }
    return this.#batches[step % perEpoch]!;
  }
}
