import type { TrainingArguments } from '../../src/experiment/recipe.ts';
import { BatchSequence } from '../../src/lab/batch_sequence.ts';
import type { EncodedExample } from '../../src/train/batches.ts';

/** The padded lengths that occur in one pass over the rows, ascending. */
export function batchesWithin(rows: readonly EncodedExample[], options: TrainingArguments): number[] {
  const batches = new BatchSequence(rows, options, 0);
  const count = Math.ceil(rows.length / options.per_device_train_batch_size);
  return [...new Set(Array.from({ length: count }, (_, i) => batches.at(i).length))].sort((a, b) => a - b);
}
