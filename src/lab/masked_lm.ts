import * as tf from '../tensor/tf.ts';
import type { Scores } from '../experiment/run.ts';
import { uploadBatch } from '../model/batch.ts';
import type { ModelConfig } from '../model/config.ts';
import { encode } from '../model/encoder.ts';
import { maskedLmLogits } from '../model/heads.ts';
import type { Parameters } from '../model/parameters.ts';
import { crossEntropy } from '../tensor/kernels/cross_entropy.ts';
import { idIndex } from '../tensor/kernels/lookup.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { EncodedExample } from '../train/batches.ts';
import { scoredBatches, type MaskedBatch } from './masked_batch.ts';

/** Predicts the masked words of a batch: logits [M, V] and words [M]. */
function predictMasked(parameters: Parameters, config: ModelConfig, { rows, positions, words }: MaskedBatch): { logits: tf.Tensor2D; words: tf.Tensor1D } {
  const { last } = encode(parameters, config, uploadBatch(rows, config));
  return { logits: maskedLmLogits(parameters, config, last, idIndex(positions, rows.size * rows.length)), words: tf.tensor1d(words, 'int32') };
}

/** Loss and accuracy of the masked words of held-out text, which are the examples; the masks are the same for every model. */
export async function scoreMaskedLm(model: { config: ModelConfig; parameters: Parameters }, examples: readonly EncodedExample[], tokenizer: Tokenizer, maxLength: number, onProgress: (done: number) => Promise<void>): Promise<Scores> {
  let [loss, right, count] = [0, 0, 0];
  for (const { masked, done } of scoredBatches(examples, tokenizer, maxLength)) {
    const numbers = tf.tidy(() => {
      const { logits, words } = predictMasked(model.parameters, model.config, masked);
      const hits = tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), words), 'float32'));
      return tf.stack([tf.sum(crossEntropy(logits, words)), hits, tf.scalar(words.size)]);
    });
    const [batchLoss, hits, size] = await numbers.data();
    numbers.dispose();
    [loss, right, count] = [loss + batchLoss!, right + hits!, count + size!];
    await onProgress(done);
  }
  const mean = loss / Math.max(1, count);
  return { metrics: { accuracy: right / Math.max(1, count), loss: mean }, byDepth: [], loss: mean, examples: count };
}
