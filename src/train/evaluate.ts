import { batchTensors, uploadBatch } from '../model/batch.ts';
import type { ModelConfig } from '../model/config.ts';
import { encode } from '../model/encoder.ts';
import { classify } from '../model/heads.ts';
import type { Parameters } from '../model/parameters.ts';
import { collate, evaluationBatches, type EncodedExample } from './batches.ts';
import { overRows, type ForwardPass, type RowsPass } from './forward_pass.ts';

/** Rows a batch in evaluation: fixed, so that a score never depends on the training batch. */
export const EVALUATION_BATCH = 64;

/** A model on the device, ready to run. */
export interface LiveModel extends RowsPass {
  readonly config: ModelConfig;
  readonly parameters: Parameters;
}

export interface EvaluationOptions {
  readonly padId: number;
  readonly maxLength: number;
  /** Called after each batch with the number of examples done; may wait, so that the caller can answer messages. */
  onProgress?(done: number): Promise<void> | void;
}

/**
 * Logits of every example in evaluation mode (no dropout), in the order of the examples, [n·C].
 *
 * The batches are canonical: by length, 64 at a time, so equal calls give equal bits.
 */
export function logitsOf(model: LiveModel, examples: readonly EncodedExample[], options: EvaluationOptions): Promise<Float32Array> {
  return overRows(model, (forward) => logitsBy(forward, model, examples, options));
}

async function logitsBy(forward: ForwardPass, { parameters, config }: LiveModel, examples: readonly EncodedExample[], options: EvaluationOptions): Promise<Float32Array> {
  const classes = config.labels.length;
  const out = new Float32Array(examples.length * classes);
  let done = 0;
  for (const indices of evaluationBatches(examples, EVALUATION_BATCH)) {
    const [logits] = await forward.run('logits', () => {
      const batch = uploadBatch(collate(examples, indices, options.padId, options.maxLength), config);
      return { inputs: batchTensors(batch), compute: () => [classify(parameters, config, encode(parameters, config, batch, { firstTokens: 'forward' }).last, batch).logits] };
    });
    indices.forEach((example, row) => out.set(logits!.subarray(row * classes, (row + 1) * classes), example * classes));
    done += indices.length;
    await options.onProgress?.(done);
  }
  return out;
}

/** Index of the largest logit of each row; the first one on a tie. */
export function predictions(logits: Float32Array, classes: number): number[] {
  return Array.from({ length: logits.length / classes }, (_, row) => {
    let best = 0;
    for (let c = 1; c < classes; c++) if (logits[row * classes + c]! > logits[row * classes + best]!) best = c;
    return best;
  });
}

/** Mean cross-entropy of the logits with the labels. */
export function meanCrossEntropy(logits: Float32Array, labels: readonly number[], classes: number): number {
  const loss = labels.map((label, row) => {
    const z = Array.from(logits.subarray(row * classes, (row + 1) * classes));
    const top = Math.max(...z);
    return top + Math.log(z.reduce((sum, value) => sum + Math.exp(value - top), 0)) - z[label]!;
  });
  return loss.reduce((sum, value) => sum + value, 0) / Math.max(1, loss.length);
}
