import * as tf from '../tensor/tf.ts';
import type { TrainingArguments } from '../experiment/recipe.ts';
import type { Scores } from '../experiment/run.ts';
import { uploadBatch } from '../model/batch.ts';
import type { ModelConfig } from '../model/config.ts';
import { encode, type DropoutSource } from '../model/encoder.ts';
import { maskedLmLogits } from '../model/heads.ts';
import type { Parameters } from '../model/parameters.ts';
import { key } from '../random/counter.ts';
import { crossEntropy } from '../tensor/kernels/cross_entropy.ts';
import { idIndex } from '../tensor/kernels/lookup.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { collate, evaluationBatches, type EncodedExample, type LabelledBatch } from '../train/batches.ts';
import { TrainingLoop, type LoopState } from '../train/loop.ts';
import { maskTokens, type MaskingIds } from '../train/masking.ts';
import { BatchSequence } from './batch_sequence.ts';

/** Share of the tokens that are predicted. */
export const MASK_PROBABILITY = 0.15;

/** Key step of the masks that models are scored on: the same for every model. */
const SCORING = 0x5c02e;

export interface MaskedLmTraining {
  readonly config: ModelConfig;
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  readonly examples: readonly EncodedExample[];
  readonly options: TrainingArguments;
  readonly steps: number;
  readonly tokenizer: Tokenizer;
}

export function maskingIds({ special, vocabSize }: Tokenizer): MaskingIds {
  return { mask: special.mask, untouchable: new Set([special.pad, special.cls, special.sep]), vocabSize };
}

interface MaskedBatch {
  readonly logits: tf.Tensor2D;
  readonly labels: tf.Tensor1D;
}

/** Masks a batch and predicts the masked tokens: logits [M, V] and labels [M]. */
function predictMasked(parameters: Parameters, config: ModelConfig, tokenizer: Tokenizer, rows: LabelledBatch, maskKey: number, dropout?: DropoutSource): MaskedBatch {
  const masked = maskTokens(rows.ids, MASK_PROBABILITY, maskingIds(tokenizer), maskKey);
  const batch = uploadBatch({ ...rows, ids: masked.ids }, config);
  const { last } = encode(parameters, config, batch, dropout ? { dropout } : {});
  const positions = idIndex(masked.positions, rows.size * rows.length);
  return { logits: maskedLmLogits(parameters, config, last, positions), labels: tf.tensor1d(masked.labels, 'int32') };
}

/** A training loop for masked language modelling: new masks every step, loss = mean cross-entropy of the masked tokens. */
export function maskedLmLoop(training: MaskedLmTraining, saved?: LoopState): TrainingLoop {
  const { config, parameters, examples, options, tokenizer } = training;
  const batches = new BatchSequence(examples, options, tokenizer.special.pad);
  return new TrainingLoop(
    {
      parameters,
      options,
      steps: training.steps,
      losses: (step, micro) => {
        const number = step * (options.gradient_accumulation_steps ?? 1) + micro;
        const dropout = { seed: options.seed, step: number };
        const { logits, labels } = predictMasked(parameters, config, tokenizer, batches.at(number), key(options.seed, 'mask', number), dropout);
        return { terms: { masked_lm: tf.mean(crossEntropy(logits, labels)) as tf.Scalar }, size: labels.size };
      },
    },
    saved,
  );
}

/** Loss and accuracy of the masked tokens of held-out text; the masks are the same for every model. */
export async function scoreMaskedLm(model: { config: ModelConfig; parameters: Parameters }, examples: readonly EncodedExample[], tokenizer: Tokenizer, maxLength: number, onProgress: (done: number) => Promise<void>): Promise<Scores> {
  let [loss, right, count, done] = [0, 0, 0, 0];
  for (const indices of evaluationBatches(examples, 64)) {
    const numbers = tf.tidy(() => {
      const rows = collate(examples, indices, tokenizer.special.pad, maxLength);
      const { logits, labels } = predictMasked(model.parameters, model.config, tokenizer, rows, key(0, 'mask', SCORING + done));
      const hits = tf.sum(tf.cast(tf.equal(tf.argMax(logits, -1), labels), 'float32'));
      return tf.stack([tf.sum(crossEntropy(logits, labels)), hits, tf.scalar(labels.size)]);
    });
    const [batchLoss, hits, size] = await numbers.data();
    numbers.dispose();
    [loss, right, count, done] = [loss + batchLoss!, right + hits!, count + size!, done + indices.length];
    await onProgress(done);
  }
  return { metrics: { accuracy: right / Math.max(1, count) }, byDepth: [], loss: loss / Math.max(1, count), examples: examples.length };
}
