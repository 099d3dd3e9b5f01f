import { uploadBatch } from '../../src/model/batch.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { encode } from '../../src/model/encoder.ts';
import { classify } from '../../src/model/heads.ts';
import { randomWeights, upload } from '../../src/model/weights.ts';
import { integer, key } from '../../src/random/counter.ts';
import { crossEntropy } from '../../src/tensor/kernels/cross_entropy.ts';
import * as tf from '../../src/tensor/tf.ts';
import { collate, type EncodedExample } from '../../src/train/batches.ts';
import { TrainingLoop, type LoopState, type StepLosses, type TrainingJob } from '../../src/train/loop.ts';
import type { OptimizationArguments } from '../../src/train/optimization.ts';

/** A BERT of 3 layers, 5 heads and width 15. */
export const CONFIG: ModelConfig = {
  model_type: 'bert',
  vocab_size: 17,
  hidden_size: 15,
  num_hidden_layers: 3,
  num_attention_heads: 5,
  intermediate_size: 31,
  hidden_act: 'gelu',
  hidden_dropout_prob: 0.1,
  attention_probs_dropout_prob: 0.1,
  max_position_embeddings: 23,
  type_vocab_size: 2,
  initializer_range: 0.1,
  layer_norm_eps: 1e-12,
  pad_token_id: 0,
  labels: ['negative', 'positive'],
};

export const OPTIONS: OptimizationArguments = {
  learning_rate: 1e-2, warmup_ratio: 0, weight_decay: 0.01, max_grad_norm: 1, adam_beta1: 0.9, adam_beta2: 0.999, adam_epsilon: 1e-8,
};

export const example = (ids: readonly number[], label: number): EncodedExample => ({ ids, typeIds: ids.map(() => 0), label });

/** Random words of which one says the label. */
export const ROWS: readonly EncodedExample[] = Array.from({ length: 43 }, (_, i) => {
  const k = key(3, 'grammar', i);
  const words = Array.from({ length: 3 + integer(k, 0, 7) }, (_word, j) => 7 + integer(k, j + 1, 10));
  words[integer(k, 11, words.length)] = 5 + (i % 2);
  return example([2, ...words, 3], i % 2);
});

export interface Setting extends Partial<Omit<TrainingJob, 'options' | 'parameters'>> {
  readonly config?: Partial<ModelConfig>;
  readonly options?: Partial<OptimizationArguments>;
  readonly examples?: readonly EncodedExample[];
  readonly batch?: number;
  readonly parameters?: ReadonlyMap<string, tf.Variable>;
  /** Turns the mean cross-entropy of a micro-batch into what the loop is given. */
  readonly result?: (ce: tf.Scalar, size: number) => StepLosses;
}

/** Rows n·b … n·b + b − 1 of the examples, from the beginning again after the last. */
function rowsOf(examples: readonly EncodedExample[], batch: number, index: number): number[] {
  return Array.from({ length: Math.min(batch, examples.length) }, (_, i) => (index * batch + i) % examples.length);
}

/** A loop that trains the small classifier. */
export function smallLoop(setting: Setting = {}, saved?: LoopState): { loop: TrainingLoop; parameters: ReadonlyMap<string, tf.Variable> } {
  const { config, options, examples = ROWS, batch = 5, result = (ce, size) => ({ terms: { ce }, size }), parameters: given, ...job } = setting;
  const whole: ModelConfig = { ...CONFIG, ...config };
  const parameters = given ?? upload(randomWeights(whole, ['classification'], 5), true);
  const micros = options?.gradient_accumulation_steps ?? 1;
  const losses: TrainingJob['losses'] = (step, micro) => {
    const rows = collate(examples, rowsOf(examples, batch, step * micros + micro), 0, 16);
    const uploaded = uploadBatch(rows, whole);
    const dropout = { seed: 11, step: step * micros + micro };
    const { logits } = classify(parameters, whole, encode(parameters, whole, uploaded, { dropout }).last, uploaded, dropout);
    return result(tf.mean(crossEntropy(logits, tf.tensor1d(rows.labels, 'int32'))) as tf.Scalar, rows.size);
  };
  return { loop: new TrainingLoop({ parameters, options: { ...OPTIONS, ...options }, steps: 29, losses, ...job }, saved), parameters };
}

/** Without dropout, so that equal examples give equal losses in any batch. */
export const STEADY = { hidden_dropout_prob: 0, attention_probs_dropout_prob: 0 };

/** Bit pattern of a tensor's values. */
export const bitsOf = ({ data }: { readonly data: Float32Array }): number[] => [...new Uint32Array(data.buffer, data.byteOffset, data.length)];

/** Everything that an update changes, as bits. */
export async function stateBits(parameters: ReadonlyMap<string, tf.Variable>, loop: TrainingLoop): Promise<object> {
  const { optimizer, memory } = await loop.save();
  const values = [...parameters].map(([name, p]) => [name, bitsOf({ data: Float32Array.from(p.dataSync()) })]);
  const tensors = [...optimizer.moments, ...(memory ?? [])].map(([name, tensor]) => [name, bitsOf(tensor)]);
  return { updates: optimizer.updates, values, tensors };
}
