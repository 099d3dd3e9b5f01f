import * as tf from '../tensor/tf.ts';
import { embeddingSum } from '../tensor/kernels/embedding_sum.ts';
import { idIndex, lookup } from '../tensor/kernels/lookup.ts';
import { lookupIn } from '../tensor/kernels/split_lookup.ts';
import { familyOf } from './families.ts';
import { wordTable } from './parts.ts';
import type { Pass } from './pass.ts';

const [TYPES, POSITIONS] = ['embeddings.token_type_embeddings.weight', 'embeddings.position_embeddings.weight'] as const;

/**
 * The encoder's input: x₀ = dropout(LN(word + position + type)), [B·T, d].
 *
 * Without LN where `layernorm_embedding` is false. Released form of RoBERTa: x₀ is 0 at padded positions.
 * Source: Devlin et al. 2019, section 3; Liu et al. 2019; reference `BertEmbeddings`, `TransformerSentenceEncoder`.
 */
export function embed(pass: Pass): tf.Tensor {
  const { batch, config } = pass;
  const rows = batch.size * batch.length;
  const sum = pass.options.trace ? separateSum(pass) : joinedSum(pass);
  const normed = config.layernorm_embedding === false ? sum : pass.norm(sum, 'embeddings.LayerNorm');
  const output = pass.dropout(pass.traced('embedding_layernorm', normed));
  if (!pass.released || !familyOf(config).zeroesPadding) return output;
  return tf.mul(output, tf.reshape(batch.mask, [rows, 1]));
}

/** Of words whose table lies in parts, the rows are looked up first and then stand for a table. */
function joinedSum(pass: Pass): tf.Tensor {
  const { batch } = pass;
  const parts = wordTable(pass.parameters);
  const rows = batch.size * batch.length;
  const [words, ids] = parts.length === 1 ? [parts[0]!, batch.words] : [lookupIn(parts, batch.words), idIndex(Int32Array.from({ length: rows }, (_, n) => n), rows)];
  return embeddingSum({ words, types: pass.get(TYPES), positions: pass.get(POSITIONS) }, { words: ids, types: batch.types, positions: batch.positions, length: batch.length });
}

/** By a lookup for each table, so that a trace sees the positions. */
function separateSum(pass: Pass): tf.Tensor {
  const { batch, config } = pass;
  const words = lookupIn(wordTable(pass.parameters), batch.words);
  const types = lookup(pass.get(TYPES), batch.types);
  const byRow = tf.reshape(tf.add(words, types), [batch.size, batch.length, config.hidden_size]);
  return tf.reshape(tf.add(byRow, positions(pass)), [batch.size * batch.length, config.hidden_size]);
}

/** Position embeddings: [T, d] where every text counts from 0, else [B, T, d]. */
function positions(pass: Pass): tf.Tensor {
  const { batch, config } = pass;
  const table = pass.get(POSITIONS);
  if (!batch.positions) return tf.slice(table, [0, 0], [batch.length, config.hidden_size]);
  return pass.traced('embedding_positions', tf.reshape(lookup(table, batch.positions), [batch.size, batch.length, config.hidden_size]));
}
