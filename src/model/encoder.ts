import * as tf from '../tensor/tf.ts';
import { attention, attentionScores, byHead } from '../tensor/kernels/attention.ts';
import type { Batch } from './batch.ts';
import type { LayerNormMode, ModelConfig } from './config.ts';
import { embed } from './embeddings.ts';
import type { Parameters } from './parameters.ts';
import { denseActivation, Pass, type EncodeOptions } from './pass.ts';
import type { Taps } from './taps.ts';

export type { DropoutSource, EncodeOptions } from './pass.ts';

export interface Encoded {
  /** Output of the last layer, [B·T, d]. */
  readonly last: tf.Tensor;
  readonly taps: Taps;
}

/** Where LayerNorm stands; `name` is the prefix of a layer's parameters, tensors are [B·T, d]. */
interface LayerOrder {
  /** What the queries, keys and values are made of. */
  readonly attentionInput: (pass: Pass, x: tf.Tensor, name: string) => tf.Tensor;
  /** The layer's output from its input and the attention's context. */
  readonly output: (pass: Pass, x: tf.Tensor, context: tf.Tensor, name: string) => tf.Tensor;
  /** The LayerNorm behind the last layer. */
  readonly finalNorm?: string;
}

/** Both orders use the same parameters, under Hugging Face's names for post-LN. */
const ORDERS: Readonly<Record<LayerNormMode, LayerOrder>> = {
  /** m = LN(x + W_o·attention(x)),  x′ = LN(m + W₂·act(W₁·m)). */
  'post-ln': {
    attentionInput: (_pass, x) => x,
    output: (pass, x, context, name) => {
      const attended = pass.residualNorm(attentionProduct(pass, context, name), x, `${name}.attention.output.LayerNorm`);
      const middle = pass.traced(`${name}.attention_block_output`, attended);
      return pass.residualNorm(feedForward(pass, middle, name), middle, `${name}.output.LayerNorm`);
    },
  },
  /** m = x + W_o·attention(LN(x)),  x′ = m + W₂·act(W₁·LN(m)). */
  'pre-ln': {
    attentionInput: (pass, x, name) => pass.norm(x, `${name}.attention.output.LayerNorm`),
    output: (pass, x, context, name) => {
      const middle = pass.traced(`${name}.attention_block_output`, tf.add(pass.dropout(attentionProduct(pass, context, name)), x));
      return tf.add(pass.dropout(feedForward(pass, pass.norm(middle, `${name}.output.LayerNorm`), name)), middle);
    },
    finalNorm: 'encoder.FinalLayerNorm',
  },
};

/**
 * The encoder: embeddings, then the layers in the order of LayerNorms that the configuration names.
 *
 * Dropout acts on the embedding output, the attention probabilities and both branches of a layer. A pre-LN output passes a
 * last LayerNorm; the released code leaves that out in distillation and classification, and so does `released`.
 * Source: Devlin et al. 2019; Liu et al. 2019; reference `pretraining/modeling.py`, `TransformerSentenceEncoder`.
 */
export function encode(parameters: Parameters, config: ModelConfig, batch: Batch, options: EncodeOptions = {}): Encoded {
  const pass = new Pass(parameters, config, batch, options);
  const x = run(pass, Infinity);
  const { finalNorm } = ORDERS[config.encoder_ln_mode ?? 'post-ln'];
  return { last: finalNorm === undefined || pass.released ? x : pass.norm(x, finalNorm), taps: pass.taps };
}

/** The taps alone: nothing behind the deepest of them is computed, which is all that a teacher of hidden layers has to do. */
export function tapsOf(parameters: Parameters, config: ModelConfig, batch: Batch, options: EncodeOptions & Required<Pick<EncodeOptions, 'taps'>>): Taps {
  const pass = new Pass(parameters, config, batch, options);
  run(pass, pass.taps.halfLayers);
  return pass.taps;
}

/** Embeddings and as many half layers as are asked for; gives the output of the last whole one, [B·T, d]. */
function run(pass: Pass, halfLayers: number): tf.Tensor {
  const { config, taps } = pass;
  const order = ORDERS[config.encoder_ln_mode ?? 'post-ln'];
  let x = embed(pass);
  taps.keep('hiddenStates', 0, () => x);
  for (let index = 0; index < config.num_hidden_layers && halfLayers > 2 * index; index++) {
    const name = `encoder.layer.${index}`;
    const heads = project(pass, order.attentionInput(pass, x, name), `${name}.attention.self`);
    keepHeads(pass, heads, index);
    if (halfLayers === 2 * index + 1) break;
    const draw = pass.draw(config.attention_probs_dropout_prob);
    const context = pass.traced(`${name}.attention_context`, attention(...heads, pass.batch.mask, { ...pass.shape, ...draw }));
    x = order.output(pass, x, context, name);
    taps.keep('hiddenStates', index + 1, () => x);
  }
  return x;
}

type Projections = [q: tf.Tensor, k: tf.Tensor, v: tf.Tensor];

/** Queries, keys and values, [B·T, d] each. */
function project(pass: Pass, x: tf.Tensor, name: string): Projections {
  return [pass.linear(x, `${name}.query`), pass.linear(x, `${name}.key`), pass.linear(x, `${name}.value`)];
}

function keepHeads({ taps, shape, batch }: Pass, [q, k, v]: Projections, index: number): void {
  let computed: tf.Tensor | undefined;
  const scores = () => (computed ??= attentionScores(q, k, batch.mask, shape));
  taps.keep('queries', index, () => byHead(q, shape));
  taps.keep('keys', index, () => byHead(k, shape));
  taps.keep('values', index, () => byHead(v, shape));
  taps.keep('attentionScores', index, scores);
  taps.keep('attentionProbabilities', index, () => tf.softmax(scores()));
}

function attentionProduct(pass: Pass, context: tf.Tensor, name: string): tf.Tensor {
  return pass.traced(`${name}.attention_dense_output`, pass.linear(context, `${name}.attention.output.dense`));
}

function feedForward(pass: Pass, x: tf.Tensor, name: string): tf.Tensor {
  const inner = pass.traced(`${name}.intermediate_act`, denseActivation(pass.parameters, x, `${name}.intermediate.dense`, pass.config.hidden_act));
  return pass.traced(`${name}.ffn_output`, pass.linear(inner, `${name}.output.dense`));
}
