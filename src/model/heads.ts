import * as tf from '../tensor/tf.ts';
import { dropout } from '../tensor/kernels/dropout.ts';
import { feedForward } from '../tensor/kernels/feed_forward.ts';
import { lookup, type IdIndex } from '../tensor/kernels/lookup.ts';
import { linearByTable } from '../tensor/kernels/split_lookup.ts';
import type { Batch } from './batch.ts';
import type { Fidelity, ModelConfig } from './config.ts';
import { familyOf } from './families.ts';
import { firstTokens } from './first_tokens.ts';
import type { Parameters } from './parameters.ts';
import { wordTable } from './parts.ts';
import { dense, denseActivation, drawAt, normalise, parameterOf, type DropoutSource } from './pass.ts';

/** Places of the classifier's dropouts among the draws of a step, above every place in the encoder. */
const POOLED_PLACE = 0x10000;
const INPUT_PLACE = 0x10001;

/** The encoder draws for the embeddings, and in each layer for the attention's probabilities and both branches. */
const PLACES_OF_EMBEDDINGS = 1;
const PLACES_OF_LAYER = 3;

/** The key of every dropout mask that one pass through encoder and classifier can draw. */
export function dropoutKeys({ num_hidden_layers }: ModelConfig, source: DropoutSource): number[] {
  const places = [...Array.from({ length: PLACES_OF_EMBEDDINGS + PLACES_OF_LAYER * num_hidden_layers }, (_, place) => place), POOLED_PLACE, INPUT_PLACE];
  return places.map((place) => drawAt(source, 1, place).key);
}

/** W·tanh(W_p·h + b_p) + b of the first token h, without dropout; the pooled output tanh(…) is for looking at. */
function pooledHead(parameters: Parameters, first: tf.Tensor, hidden: string, output: string): { pooled: tf.Tensor; logits: tf.Tensor2D } {
  const of = (name: string) => parameterOf(parameters, name);
  const weights = { w1: of(`${hidden}.weight`), b1: of(`${hidden}.bias`), w2: of(`${output}.weight`), b2: of(`${output}.bias`) };
  const [logits, pooled] = feedForward(first, weights, 'tanh', false);
  return { pooled, logits: logits as tf.Tensor2D };
}

/**
 * Sequence classification and regression: logits = W·dropout(p) + b with p = tanh(W_p·h + b_p) of the first token h.
 *
 * last [B·T, d] → logits [B, C] and, for looking at, the pooled output p [B, d]; C = 1 for regression. RoBERTa drops out of h too.
 * Source: Devlin et al. 2019, section 3.2; reference `BertForSequenceClassification`, `RobertaClassificationHead`.
 */
export function classify(parameters: Parameters, config: ModelConfig, last: tf.Tensor, batch: Batch, source?: DropoutSource): { pooled: tf.Tensor; logits: tf.Tensor2D } {
  const { hidden, output, dropsInput } = familyOf(config).classifier;
  const rate = config.classifier_dropout ?? config.hidden_dropout_prob;
  const first = firstTokens(last, batch);
  if (!source || rate === 0) return pooledHead(parameters, first, hidden, output);
  const drop = (x: tf.Tensor, place: number) => dropout(x, drawAt(source, rate, place));
  const pooled = denseActivation(parameters, dropsInput ? drop(first, INPUT_PLACE) : first, hidden, 'tanh');
  return { pooled, logits: dense(parameters, drop(pooled, POOLED_PLACE), output) as tf.Tensor2D };
}

/**
 * Next-sentence prediction: logits = W·tanh(W_p·h + b_p) + b of the first token h; class 0 says that the second text follows.
 *
 * last [B·T, d] → [B, 2]. RangeError for a family that has no such head. Source: Devlin et al. 2019, section 3.1.
 */
export function nextSentenceLogits(parameters: Parameters, config: ModelConfig, last: tf.Tensor, batch: Batch): tf.Tensor2D {
  const head = familyOf(config).nextSentence;
  if (!head) throw new RangeError(`a model of type "${config.model_type}" has no head for next sentences`);
  return pooledHead(parameters, firstTokens(last, batch), head.hidden, head.output).logits;
}

/**
 * Masked-LM logits at the chosen positions only: z = E·LN(act(W·h + b)) + b_v with the word embeddings E as decoder.
 *
 * last [B·T, d], positions [M] → [M, V]. Source: Devlin et al. 2019, section 3.1; reference `BertLMPredictionHead`,
 * `RobertaLMHead`. Released form of BERT: b_v is left out when only masked positions are computed.
 */
export function maskedLmLogits(parameters: Parameters, config: ModelConfig, last: tf.Tensor, positions: IdIndex, fidelity: Fidelity = 'corrected'): tf.Tensor2D {
  const head = familyOf(config).maskedLm;
  const transformed = denseActivation(parameters, lookup(last, positions), head.dense, head.activation ?? config.hidden_act);
  const normed = normalise(parameters, transformed, head.norm, config);
  const hasBias = fidelity === 'corrected' || head.releasedBias;
  const bias = hasBias ? parameterOf(parameters, head.bias) : tf.zeros([config.vocab_size]);
  return linearByTable(normed, wordTable(parameters), bias) as tf.Tensor2D;
}
