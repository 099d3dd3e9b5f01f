import * as tf from '../tensor/tf.ts';
import { NEXT_SENTENCE_ACCURACY, type Scores } from '../experiment/run.ts';
import { batchTensors, uploadBatch } from '../model/batch.ts';
import { encode } from '../model/encoder.ts';
import { maskedLmLogits, nextSentenceLogits } from '../model/heads.ts';
import { headsAmong } from '../model/parameters.ts';
import { crossEntropy } from '../tensor/kernels/cross_entropy.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { EncodedExample } from '../train/batches.ts';
import type { LiveModel } from '../train/evaluate.ts';
import { overRows, type Forward, type ForwardPass } from '../train/forward_pass.ts';
import { scoredBatches, type MaskedBatch } from './masked_batch.ts';
import { uploadWords, wordTensors } from './masked_words.ts';

/** What a model of texts is scored with. */
export interface TextScoring {
  readonly tokenizer: Tokenizer;
  readonly maxLength: number;
  /** Whether the texts are pairs whose label says if the second follows the first: a model with a head for that is scored on it too. */
  readonly pairs: boolean;
  onProgress(done: number): Promise<void>;
}

/** Sums over a batch: loss of the masked words, how many were named, and pairs that were told apart, [3]. What is no word has loss 0 and is never named. */
function sumsOf({ parameters, config }: LiveModel, masked: MaskedBatch, pairs: boolean): Forward {
  const { rows } = masked;
  const [batch, hidden, follows] = [uploadBatch(rows, config), uploadWords(masked), tf.tensor1d(rows.labels, 'int32')];
  const { positions, words } = hidden;
  const compute = () => {
    const { last } = encode(parameters, config, batch);
    const logits = maskedLmLogits(parameters, config, last, positions);
    const told = pairs ? hits(nextSentenceLogits(parameters, config, last, batch), follows) : tf.scalar(0);
    return [tf.stack([tf.sum(crossEntropy(logits, words)), hits(logits, words), told])];
  };
  return { inputs: [...batchTensors(batch), ...wordTensors(hidden), follows], compute };
}

/** How many rows have their largest logit at the label. */
const hits = (logits: tf.Tensor2D, labels: tf.Tensor1D): tf.Scalar => tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), labels), 'float32'));

/**
 * Loss and accuracy of the masked words of held-out texts, and, of pairs, the share whose order was told right; the masks are
 * the same for every model.
 */
export function scoreText(model: LiveModel, examples: readonly EncodedExample[], scoring: TextScoring): Promise<Scores> {
  return overRows(model, (forward) => scoreBy(forward, model, examples, scoring));
}

async function scoreBy(forward: ForwardPass, model: LiveModel, examples: readonly EncodedExample[], { tokenizer, maxLength, pairs, onProgress }: TextScoring): Promise<Scores> {
  const tells = pairs && headsAmong(model.parameters, model.config).includes('next-sentence');
  let [loss, right, count, told] = [0, 0, 0, 0];
  for (const { masked, done } of scoredBatches(examples, tokenizer, maxLength)) {
    const [sums] = await forward.run(tells ? 'words and pairs' : 'words', () => sumsOf(model, masked, tells));
    const [batchLoss, named, toldHere] = sums!;
    [loss, right, count, told] = [loss + batchLoss!, right + named!, count + masked.words.length, told + toldHere!];
    await onProgress(done);
  }
  const mean = loss / Math.max(1, count);
  const metrics = { accuracy: right / Math.max(1, count), loss: mean, ...(tells ? { [NEXT_SENTENCE_ACCURACY]: told / Math.max(1, examples.length) } : {}) };
  return { metrics, byDepth: [], loss: mean, examples: count };
}
