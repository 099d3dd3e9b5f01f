import * as tf from '../tensor/tf.ts';
import { attention, attentionScores, byHead } from '../tensor/kernels/attention.ts';
import { feedForward } from '../tensor/kernels/feed_forward.ts';
import { projections, separateProjections, type Projected } from '../tensor/kernels/projections.ts';
import type { Batch } from './batch.ts';
import type { LayerNormMode, ModelConfig } from './config.ts';
import { embed } from './embeddings.ts';
import { firstTokens } from './first_tokens.ts';
import type { Parameters } from './parameters.ts';
import { Pass, type EncodeOptions } from './pass.ts';
import type { Taps } from './taps.ts';

export type { DropoutSource, EncodeOptions } from './pass.ts';

export interface Encoded {
  /** Output of the last layer, [B·T, d]; of first tokens alone [B, d]. */
  readonly last: tf.Tensor;
  readonly taps: Taps;
}

/** Where LayerNorm stands; `name` is the prefix of a layer's parameters, tensors are [B·T, d]. */
interface LayerOrder {
  /** What the queries, keys and values are made of. */
  readonly attentionInput: (pass: Pass, x: tf.Tensor, name: string) => tf.Tensor;
  /** The layer's output from its input, that input as the projections pass it on, and the attention's context. */
  readonly output: (pass: Pass, x: tf.Tensor, passed: tf.Tensor, context: tf.Tensor, name: string) => tf.Tensor;
  /** Whether the input of a block's first layers is what the block's output is added to. */
  readonly passes: boolean;
  /** Whether a layer can be computed for the first tokens alone behind its keys and values. */
  readonly endsShort: boolean;
  /** The LayerNorm behind the last layer. */
  readonly finalNorm?: string;
}

/** Both orders use the same parameters, under Hugging Face's names for post-LN. */
const ORDERS: Readonly<Record<LayerNormMode, LayerOrder>> = {
  /** m = LN(x + W_o·attention(x)),  x′ = LN(m + W₂·act(W₁·m)). */
  'post-ln': {
    passes: true,
    endsShort: true,
    attentionInput: (_pass, x) => x,
    output: (pass, _x, passed, context, name) => {
      const attended = pass.residualNorm(attentionProduct(pass, context, name), passed, `${name}.attention.output.LayerNorm`);
      const middle = pass.traced(`${name}.attention_block_output`, attended);
      const [branch, residual] = innerLayers(pass, middle, name, true);
      return pass.residualNorm(branch, residual, `${name}.output.LayerNorm`);
    },
  },
  /** m = x + W_o·attention(LN(x)),  x′ = m + W₂·act(W₁·LN(m)). */
  'pre-ln': {
    passes: false,
    endsShort: false,
    attentionInput: (pass, x, name) => pass.norm(x, `${name}.attention.output.LayerNorm`),
    output: (pass, x, _passed, context, name) => {
      const middle = pass.traced(`${name}.attention_block_output`, tf.add(pass.dropout(attentionProduct(pass, context, name)), x));
      return tf.add(pass.dropout(innerLayers(pass, pass.norm(middle, `${name}.output.LayerNorm`), name, false)[0]), middle);
    },
    finalNorm: 'encoder.FinalLayerNorm',
  },
};

/**
 * The encoder: embeddings, then the layers in the order of LayerNorms that the configuration names.
 *
 * Dropout acts on the embedding output, the attention probabilities and both branches of a layer. A pre-LN output passes a
 * last LayerNorm; the released code leaves that out in distillation and classification, and so does `released`. Where only
 * first tokens are read, the last layer makes queries, keys and values of all tokens and goes on with the first ones: rows
 * of products, norms and activations do not depend on each other.
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
  const { config } = pass;
  const order = ORDERS[config.encoder_ln_mode ?? 'post-ln'];
  let x = embed(pass);
  keepState(pass, x, 0);
  for (let index = 0; index < config.num_hidden_layers && halfLayers > 2 * index; index++) {
    const [input, isHalf] = [x, halfLayers === 2 * index + 1];
    x = tidied(pass, index, () => layer(pass, order, input, index, isHalf));
    if (!isHalf) keepState(pass, x, index + 1);
  }
  return x;
}

/** Without dropout, frees what a layer made but its output and taps; a trace looks at all of it. What a gradient needs, the tape keeps. */
function tidied(pass: Pass, index: number, run: () => tf.Tensor): tf.Tensor {
  if (pass.options.dropout || pass.options.trace) return run();
  return tf.tidy(() => ({ x: run(), taps: pass.taps.inside(index) })).x;
}

/** Where first tokens alone may be computed. WebAssembly's sums over tokens are grouped by their places, so that its gradients would get other bits. */
const SHORT_ENDS: Readonly<Record<string, (options: EncodeOptions) => boolean>> = {
  webgpu: ({ firstTokens: read }) => read !== undefined,
  wasm: ({ firstTokens: read, dropout }) => read === 'forward' && !dropout,
};

/** Whether this layer is the last one and first tokens are all that anybody reads of its output. */
function endsShort({ config, options, taps }: Pass, order: LayerOrder, index: number): boolean {
  const isLast = index === config.num_hidden_layers - 1;
  return isLast && order.endsShort && !options.trace && !taps.wantsState(index + 1) && (SHORT_ENDS[tf.getBackend()]?.(options) ?? false);
}

/** One layer's output, or of half a layer its input, once queries, keys and values are there. */
function layer(pass: Pass, order: LayerOrder, x: tf.Tensor, index: number, isHalf: boolean): tf.Tensor {
  const name = `encoder.layer.${index}`;
  const [q, k, v, passed] = project(pass, order, order.attentionInput(pass, x, name), index);
  keepHeads(pass, [q, k, v], index);
  if (isHalf) return x;
  const isShort = endsShort(pass, order, index);
  const draw = pass.draw(pass.config.attention_probs_dropout_prob);
  const context = pass.traced(`${name}.attention_context`, attention(q, k, v, pass.batch.mask, { ...pass.shape, ...draw, ...(isShort && { queries: 1 }) }));
  return order.output(pass, x, isShort ? firstTokens(passed, pass.batch) : passed, context, name);
}

/** Queries, keys and values, [B·T, d] each, and x as it goes on; each alone where an objective may look at one of them alone. */
function project(pass: Pass, { passes }: LayerOrder, x: tf.Tensor, index: number): Projected {
  const name = `encoder.layer.${index}.attention.self`;
  const [wq, wk, wv] = [pass.get(`${name}.query.weight`), pass.get(`${name}.key.weight`), pass.get(`${name}.value.weight`)];
  const [bq, bk, bv] = [pass.get(`${name}.query.bias`), pass.get(`${name}.key.bias`), pass.get(`${name}.value.bias`)];
  const weights = { wq, wk, wv, bq, bk, bv };
  return pass.taps.wantsHeads(index) ? separateProjections(x, weights) : projections(x, weights, passes);
}

/** A state x [B·T, d], and the vectors of its first tokens. */
function keepState({ taps, batch }: Pass, x: tf.Tensor, index: number): void {
  taps.keep('hiddenStates', index, () => x);
  taps.keep('firstTokens', index, () => firstTokens(x, batch));
}

function keepHeads({ taps, shape, batch }: Pass, [q, k, v]: readonly [tf.Tensor, tf.Tensor, tf.Tensor], index: number): void {
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

/** The feed-forward layers' output and their input as it goes on. */
function innerLayers(pass: Pass, x: tf.Tensor, name: string, passes: boolean): readonly [branch: tf.Tensor, residual: tf.Tensor] {
  const weights = { w1: pass.get(`${name}.intermediate.dense.weight`), b1: pass.get(`${name}.intermediate.dense.bias`), w2: pass.get(`${name}.output.dense.weight`), b2: pass.get(`${name}.output.dense.bias`) };
  const [y, inner, passed] = feedForward(x, weights, pass.config.hidden_act, passes);
  pass.traced(`${name}.intermediate_act`, inner);
  return [pass.traced(`${name}.ffn_output`, y), passed];
}
