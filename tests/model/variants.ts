import type { TokenBatch } from '../../src/model/batch.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { integer, key } from '../../src/random/counter.ts';

const SMALL: ModelConfig = {
  model_type: 'bert', vocab_size: 17, hidden_size: 21, num_hidden_layers: 2, num_attention_heads: 3, intermediate_size: 13,
  hidden_act: 'gelu', hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3, max_position_embeddings: 7,
  type_vocab_size: 2, initializer_range: 0.4, layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['a', 'b', 'c'],
};

/** One small model of each architecture. */
export const VARIANTS: Readonly<Record<string, ModelConfig>> = {
  bert: SMALL,
  'bert, tanh-GELU': { ...SMALL, hidden_act: 'gelu_new' },
  'bert, pre-LN': { ...SMALL, encoder_ln_mode: 'pre-ln' },
  'bert, pre-LN without embedding LayerNorm': { ...SMALL, encoder_ln_mode: 'pre-ln', layernorm_embedding: false },
  'bert without embedding LayerNorm': { ...SMALL, layernorm_embedding: false, classifier_dropout: 0.4 },
  roberta: { ...SMALL, model_type: 'roberta', pad_token_id: 1, type_vocab_size: 1, max_position_embeddings: 9, layer_norm_eps: 1e-5 },
};

export const LENGTHS = [5, 2, 4];

/** Three texts of 5, 2 and 4 tokens, padded to `length`; some ids come twice, so that their gradients are sums. */
export function smallBatch(config: ModelConfig, length = 5, padding = config.pad_token_id): TokenBatch {
  const draws = key(3, 'grammar');
  const real = (i: number) => i % length < LENGTHS[Math.floor(i / length)]!;
  const id = (i: number) => 2 + integer(draws, 5 * Math.floor(i / length) + (i % length), 9);
  const all = Array.from({ length: LENGTHS.length * length }, (_, i) => i);
  return {
    size: LENGTHS.length,
    length,
    ids: Int32Array.from(all, (i) => (real(i) ? id(i) : padding)),
    typeIds: Int32Array.from(all, (i) => (config.type_vocab_size > 1 ? Number(i % length > 2) : 0)),
    mask: Float32Array.from(all, (i) => Number(real(i))),
  };
}
