/** A BERT made up by seed, as the file of safetensors that a person would fetch. */
import { fileName } from '../../src/model/names.ts';
import { countParameters, parameterSpecs, type ParameterSpec } from '../../src/model/parameters.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { bits, key } from '../../src/random/counter.ts';

export const DTYPES = ['F32', 'F16', 'BF16'] as const;
export type Dtype = (typeof DTYPES)[number];

const BERT_BASE: ModelConfig = {
  model_type: 'bert', vocab_size: 30_522, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072, hidden_act: 'gelu',
  hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 512, type_vocab_size: 2, initializer_range: 0.02,
  layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['no', 'yes'],
};

/** BERT-base, or one of about so many megabytes in F32 with fewer words and layers. */
export function modelOf(megabytes: number): ModelConfig {
  const share = Math.min(1, megabytes / 440);
  return { ...BERT_BASE, vocab_size: Math.ceil(share * BERT_BASE.vocab_size), num_hidden_layers: Math.max(1, Math.round(share * BERT_BASE.num_hidden_layers)) };
}

const BYTES: Readonly<Record<Dtype, number>> = { F32: 4, F16: 2, BF16: 2 };

/** A sign, an exponent that makes values of about 0.02 to 0.06, and random fractions. */
const VALUE: Readonly<Record<Dtype, (random: number) => number>> = {
  F32: (random) => ((random & 0x80ffffff) | 0x3d000000) >>> 0,
  F16: (random) => ((random & 0x83ff) | 0x2800) >>> 0,
  BF16: (random) => ((random & 0x80ff) | 0x3d00) >>> 0,
};

const ARRAYS = { F32: Uint32Array, F16: Uint16Array, BF16: Uint16Array } as const;

/** The bytes of the file, tensor after tensor, the header first. */
export function* fileOf(config: ModelConfig, dtype: Dtype, seed: number): Generator<Uint8Array<ArrayBuffer>> {
  const specs = parameterSpecs(config, ['classification']);
  yield headerOf(specs, config, dtype);
  const draws = key(seed, 'init');
  let at = 0;
  for (const spec of specs) {
    const values = new ARRAYS[dtype](countParameters([spec]));
    for (let i = 0; i < values.length; i++) values[i] = VALUE[dtype](bits(draws, at++));
    yield new Uint8Array(values.buffer);
  }
}

function headerOf(specs: readonly ParameterSpec[], config: ModelConfig, dtype: Dtype): Uint8Array<ArrayBuffer> {
  let end = 0;
  const entries = specs.map((spec) => {
    const begin = end;
    end += BYTES[dtype] * countParameters([spec]);
    return [fileName(spec.name, config), { dtype, shape: spec.shape, data_offsets: [begin, end] }] as const;
  });
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const header = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true);
  header.set(text, 8);
  return header;
}
