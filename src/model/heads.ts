import * as tf from '../tensor/tf.ts';
import { activation } from '../tensor/kernels/activation.ts';
import { bits, key } from '../random/counter.ts';
import { dropout } from '../tensor/kernels/dropout.ts';
import { layerNorm } from '../tensor/kernels/layer_norm.ts';
import { linear } from '../tensor/kernels/linear.ts';
import { lookup, type IdIndex } from '../tensor/kernels/lookup.ts';
import type { Batch } from './batch.ts';
import type { Fidelity, ModelConfig } from './config.ts';
import type { DropoutSource } from './encoder.ts';
import type { Parameters } from './parameters.ts';

/** Place of the classifier's dropout among the draws of a step, above every place in the encoder. */
const CLASSIFIER_PLACE = 0x10000;

const dense = (parameters: Parameters, x: tf.Tensor, name: string) =>
  linear(x, parameters.get(`${name}.weight`)!, parameters.get(`${name}.bias`)!);

/**
 * BERT's sequence classification: logits = W·dropout(tanh(W_p·h_[CLS] + b_p)) + b.
 *
 * last [B·T, d] → pooled output and logits [B, C] (C = 1 for regression).
 * Source: Devlin et al. 2019, section 3.2; reference `BertForSequenceClassification`.
 */
export function classify(parameters: Parameters, config: ModelConfig, last: tf.Tensor, batch: Batch, source?: DropoutSource): { pooled: tf.Tensor; logits: tf.Tensor2D } {
  const byText = tf.reshape(last, [batch.size, batch.length, config.hidden_size]);
  const first = tf.reshape(tf.slice(byText, [0, 0, 0], [batch.size, 1, config.hidden_size]), [batch.size, config.hidden_size]);
  const pooled = tf.tanh(dense(parameters, first, 'pooler.dense'));
  const draw = source ? { rate: config.hidden_dropout_prob, key: bits(key(source.seed, 'dropout', source.step), CLASSIFIER_PLACE) } : { rate: 0, key: 0 };
  return { pooled, logits: dense(parameters, dropout(pooled, draw), 'classifier') as tf.Tensor2D };
}

/**
 * Masked-LM logits at the chosen positions only: z = E·LN(act(W·h + b)) + b_v with the word embeddings E as decoder.
 *
 * last [B·T, d], positions [M] → [M, V]. Source: Devlin et al. 2019, section 3.1; reference `BertLMPredictionHead`.
 * Released form: b_v is left out when only masked positions are computed.
 */
export function maskedLmLogits(parameters: Parameters, config: ModelConfig, last: tf.Tensor, positions: IdIndex, fidelity: Fidelity = 'corrected'): tf.Tensor2D {
  const chosen = lookup(last, positions);
  const transformed = activation(dense(parameters, chosen, 'cls.predictions.transform.dense'), config.hidden_act);
  const name = 'cls.predictions.transform.LayerNorm';
  const normed = layerNorm(transformed, parameters.get(`${name}.weight`)!, parameters.get(`${name}.bias`)!, config.layer_norm_eps);
  const bias = fidelity === 'released' ? tf.zeros([config.vocab_size]) : parameters.get('cls.predictions.bias')!;
  return linear(normed, parameters.get('embeddings.word_embeddings.weight')!, bias) as tf.Tensor2D;
}
