/** fairseq's names of a RoBERTa's tensors → Hugging Face's. */
import type { HostTensor } from './weights.ts';

const ENCODER = /^(?:encoder|decoder)\.sentence_encoder\./;

/** Rewrites within the encoder, applied in order; the older name of a tensor stands beside the newer. */
const ENCODER_NAMES: readonly (readonly [RegExp, string])[] = [
  [/^embed_tokens\./, 'embeddings.word_embeddings.'],
  [/^embed_positions\./, 'embeddings.position_embeddings.'],
  [/^(?:layernorm_embedding|emb_layer_norm)\./, 'embeddings.LayerNorm.'],
  [/^layers\.(\d+)\./, 'encoder.layer.$1.'],
  [/\.self_attn\.q_proj\./, '.attention.self.query.'],
  [/\.self_attn\.k_proj\./, '.attention.self.key.'],
  [/\.self_attn\.v_proj\./, '.attention.self.value.'],
  [/\.self_attn\.out_proj\./, '.attention.output.dense.'],
  [/\.self_attn_layer_norm\./, '.attention.output.LayerNorm.'],
  [/\.fc1\./, '.intermediate.dense.'],
  [/\.fc2\./, '.output.dense.'],
  [/\.final_layer_norm\./, '.output.LayerNorm.'],
];

const LM_HEAD = /^(?:encoder|decoder)\.lm_head\./;
const CLASSIFIER = /^classification_heads\.([^.]+)\.(dense|out_proj)\./;

/** Counters and buffers, which hold nothing that was trained. */
const BUFFERS = /(^|\.)(version|_float_tensor)$/;

/** Queries, keys and values as one product, as versions before 0.8 keep them: rows of q, then k, then v. */
const FUSED = /\.self_attn\.in_proj_(weight|bias)$/;
const PARTS = ['q_proj', 'k_proj', 'v_proj'];

/**
 * A fairseq checkpoint's tensors under Hugging Face's RoBERTa names; undefined when they are not fairseq's.
 *
 * fairseq has no token types, so their embedding is one row of zeros. Of several classification heads the first is the
 * model's; names that are not known stay as they are, so that they are reported. Source: reference,
 * `fairseq/models/roberta/model.py`.
 */
export function fromFairseq(tensors: ReadonlyMap<string, HostTensor>): ReadonlyMap<string, HostTensor> | undefined {
  if (![...tensors.keys()].some((name) => ENCODER.test(name))) return undefined;
  const head = [...tensors.keys()].map((name) => CLASSIFIER.exec(name)?.[1]).find((name) => name !== undefined);
  const renamed = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors) {
    if (BUFFERS.test(name)) continue;
    for (const [part, value] of split(name, tensor)) renamed.set(huggingFaceName(part, head), value);
  }
  const width = renamed.get('roberta.embeddings.word_embeddings.weight')?.shape[1];
  const types = 'roberta.embeddings.token_type_embeddings.weight';
  if (width !== undefined && !renamed.has(types)) renamed.set(types, { shape: [1, width], data: new Float32Array(width) });
  return renamed;
}

function huggingFaceName(name: string, head: string | undefined): string {
  if (ENCODER.test(name)) return `roberta.${ENCODER_NAMES.reduce((text, [pattern, to]) => text.replace(pattern, to), name.replace(ENCODER, ''))}`;
  if (LM_HEAD.test(name)) return name.replace(LM_HEAD, 'lm_head.').replace(/^lm_head\.weight$/, 'lm_head.decoder.weight');
  return CLASSIFIER.exec(name)?.[1] === head ? name.replace(CLASSIFIER, 'classifier.$2.') : name;
}

/** A fused product as its three parts; any other tensor as it is. */
function split(name: string, tensor: HostTensor): readonly (readonly [string, HostTensor])[] {
  const kind = FUSED.exec(name)?.[1];
  const [rows = 0, ...rest] = tensor.shape;
  if (kind === undefined || rows % PARTS.length !== 0) return [[name, tensor]];
  const size = tensor.data.length / PARTS.length;
  return PARTS.map((part, i) => [
    name.replace(FUSED, `.self_attn.${part}.${kind}`),
    { shape: [rows / PARTS.length, ...rest], data: tensor.data.subarray(i * size, (i + 1) * size) },
  ]);
}
