import * as tf from '../tensor/tf.ts';
import { bits, key } from '../random/counter.ts';
import { activation } from '../tensor/kernels/activation.ts';
import { attention, attentionScores, byHead, type AttentionShape } from '../tensor/kernels/attention.ts';
import { dropout } from '../tensor/kernels/dropout.ts';
import { layerNorm } from '../tensor/kernels/layer_norm.ts';
import { linear } from '../tensor/kernels/linear.ts';
import { lookup } from '../tensor/kernels/lookup.ts';
import type { Batch } from './batch.ts';
import type { ModelConfig } from './config.ts';
import type { Parameters } from './parameters.ts';
import { Taps, type TapName } from './taps.ts';

/** Where the dropout of one forward pass draws from; undefined means evaluation mode. */
export interface DropoutSource {
  readonly seed: number;
  readonly step: number;
}

export interface EncodeOptions {
  readonly dropout?: DropoutSource;
  /** Intermediate tensors to keep for the objectives; nothing else is kept. */
  readonly taps?: ReadonlySet<TapName>;
  /** Compute only this many layers; all of them by default. */
  readonly layers?: number;
}

export interface Encoded {
  /** Output of the last computed layer, [B·T, d]. */
  readonly last: tf.Tensor;
  readonly taps: Taps;
}

/** What every part of one forward pass shares. */
class Pass {
  readonly taps: Taps;
  readonly shape: AttentionShape;
  #place = 0;

  constructor(
    readonly parameters: Parameters,
    readonly config: ModelConfig,
    readonly batch: Batch,
    readonly options: EncodeOptions,
  ) {
    this.taps = new Taps(options.taps ?? new Set());
    this.shape = { batch: batch.size, length: batch.length, heads: config.num_attention_heads };
  }

  get(name: string): tf.Tensor {
    const tensor = this.parameters.get(name);
    if (!tensor) throw new RangeError(`the model has no parameter "${name}"`);
    return tensor;
  }

  linear(x: tf.Tensor, name: string): tf.Tensor {
    return linear(x, this.get(`${name}.weight`), this.get(`${name}.bias`));
  }

  norm(x: tf.Tensor, name: string): tf.Tensor {
    return layerNorm(x, this.get(`${name}.weight`), this.get(`${name}.bias`), this.config.layer_norm_eps);
  }

  /** Each place in the network draws its own mask: the key depends on the order of the calls, which never changes. */
  draw(rate: number): { rate: number; key: number } {
    const source = this.options.dropout;
    const place = this.#place++;
    return source ? { rate, key: bits(key(source.seed, 'dropout', source.step), place) } : { rate: 0, key: 0 };
  }

  dropout(x: tf.Tensor): tf.Tensor {
    return dropout(x, this.draw(this.config.hidden_dropout_prob));
  }
}

/**
 * The BERT encoder (post-LN): x₀ = LN(word + position + type), then for every layer
 *
 *   m = LN(x + W_o·attention(x)),  x′ = LN(m + W₂·act(W₁·m))
 *
 * with dropout on the embedding output, the attention probabilities and both branches.
 * Source: Devlin et al. 2019; reference `pretraining/modeling.py`.
 */
export function encode(parameters: Parameters, config: ModelConfig, batch: Batch, options: EncodeOptions = {}): Encoded {
  const pass = new Pass(parameters, config, batch, options);
  let x = embed(pass);
  pass.taps.keep('hiddenStates', () => x);
  const depth = Math.min(options.layers ?? Infinity, config.num_hidden_layers);
  for (let index = 0; index < depth; index++) {
    x = layer(pass, x, `encoder.layer.${index}`);
    pass.taps.keep('hiddenStates', () => x);
  }
  return { last: x, taps: pass.taps };
}

/** Sum of the three embeddings, normalised, [B·T, d]. */
function embed(pass: Pass): tf.Tensor {
  const { batch, config } = pass;
  const words = lookup(pass.get('embeddings.word_embeddings.weight'), batch.words);
  const types = lookup(pass.get('embeddings.token_type_embeddings.weight'), batch.types);
  const positions = tf.slice(pass.get('embeddings.position_embeddings.weight'), [0, 0], [batch.length, config.hidden_size]);
  const byRow = tf.reshape(tf.add(words, types), [batch.size, batch.length, config.hidden_size]);
  const sum = tf.reshape(tf.add(byRow, positions), [batch.size * batch.length, config.hidden_size]);
  return pass.dropout(pass.norm(sum, 'embeddings.LayerNorm'));
}

/** One encoder layer, [B·T, d] → [B·T, d]. */
function layer(pass: Pass, x: tf.Tensor, name: string): tf.Tensor {
  const context = selfAttention(pass, x, `${name}.attention.self`);
  const attended = pass.dropout(pass.linear(context, `${name}.attention.output.dense`));
  const middle = pass.norm(tf.add(attended, x), `${name}.attention.output.LayerNorm`);
  const inner = activation(pass.linear(middle, `${name}.intermediate.dense`), pass.config.hidden_act);
  const outer = pass.dropout(pass.linear(inner, `${name}.output.dense`));
  return pass.norm(tf.add(outer, middle), `${name}.output.LayerNorm`);
}

function selfAttention(pass: Pass, x: tf.Tensor, name: string): tf.Tensor {
  const { shape, taps, batch } = pass;
  const [q, k, v] = ['query', 'key', 'value'].map((part) => pass.linear(x, `${name}.${part}`)) as [tf.Tensor, tf.Tensor, tf.Tensor];
  taps.keep('queries', () => byHead(q, shape));
  taps.keep('keys', () => byHead(k, shape));
  taps.keep('values', () => byHead(v, shape));
  taps.keep('attentionScores', () => attentionScores(q, k, batch.mask, shape));
  taps.keep('attentionProbabilities', () => tf.softmax(attentionScores(q, k, batch.mask, shape)));
  return attention(q, k, v, batch.mask, { ...shape, ...pass.draw(pass.config.attention_probs_dropout_prob) });
}
