import type * as tf from '../tensor/tf.ts';
import { key, mix32, normal } from '../random/counter.ts';
import type { Head, ModelConfig } from './config.ts';
import { familyOf, type Family } from './families.ts';

export type { Head } from './config.ts';

/** Tensors by name; names are Hugging Face's without the family's prefix. */
export type Parameters = ReadonlyMap<string, tf.Tensor>;

/** One parameter before it has values. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: 'normal' | 'zeros' | 'ones';
}

const dense = (name: string, out: number, inn: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [out, inn], initial: 'normal' },
  { name: `${name}.bias`, shape: [out], initial: 'zeros' },
];

const norm = (name: string, width: number): ParameterSpec[] => [
  { name: `${name}.weight`, shape: [width], initial: 'ones' },
  { name: `${name}.bias`, shape: [width], initial: 'zeros' },
];

const table = (name: string, rows: number, width: number): ParameterSpec => ({ name: `${name}.weight`, shape: [rows, width], initial: 'normal' });

function embeddings(c: ModelConfig): ParameterSpec[] {
  return [
    table('embeddings.word_embeddings', c.vocab_size, c.hidden_size),
    table('embeddings.position_embeddings', c.max_position_embeddings, c.hidden_size),
    table('embeddings.token_type_embeddings', c.type_vocab_size, c.hidden_size),
    ...(c.layernorm_embedding === false ? [] : norm('embeddings.LayerNorm', c.hidden_size)),
  ];
}

/** The parameters of encoder layer `index` (0-based). */
export function layerSpecs(c: ModelConfig, index: number): ParameterSpec[] {
  const p = `encoder.layer.${index}`;
  const [d, f] = [c.hidden_size, c.intermediate_size];
  return [
    ...['query', 'key', 'value'].flatMap((part) => dense(`${p}.attention.self.${part}`, d, d)),
    ...dense(`${p}.attention.output.dense`, d, d),
    ...norm(`${p}.attention.output.LayerNorm`, d),
    ...dense(`${p}.intermediate.dense`, f, d),
    ...dense(`${p}.output.dense`, d, f),
    ...norm(`${p}.output.LayerNorm`, d),
  ];
}

/** A pre-LN encoder normalises its last output too. */
function finalNorm(c: ModelConfig): ParameterSpec[] {
  return c.encoder_ln_mode === 'pre-ln' ? norm('encoder.FinalLayerNorm', c.hidden_size) : [];
}

const HEADS: readonly Head[] = ['classification', 'masked-lm', 'next-sentence'];

/** How a head is built: its parameters, and the one that no model without the head has. */
interface HeadSpec {
  readonly specs: (c: ModelConfig) => ParameterSpec[];
  readonly mark: string;
}

type HeadSpecs = Readonly<Partial<Record<Head, HeadSpec>>>;

/** The heads that a family can carry. */
function headsOf({ classifier, maskedLm, nextSentence }: Family): HeadSpecs {
  return {
    classification: {
      specs: (c) => [...dense(classifier.hidden, c.hidden_size, c.hidden_size), ...dense(classifier.output, Math.max(1, c.labels.length), c.hidden_size)],
      mark: `${classifier.output}.weight`,
    },
    'masked-lm': {
      specs: (c) => [
        ...dense(maskedLm.dense, c.hidden_size, c.hidden_size),
        ...norm(maskedLm.norm, c.hidden_size),
        { name: maskedLm.bias, shape: [c.vocab_size], initial: 'zeros' },
      ],
      mark: `${maskedLm.dense}.weight`,
    },
    ...(nextSentence && {
      'next-sentence': {
        specs: (c: ModelConfig) => [...dense(nextSentence.hidden, c.hidden_size, c.hidden_size), ...dense(nextSentence.output, 2, c.hidden_size)],
        mark: `${nextSentence.output}.weight`,
      },
    }),
  };
}

/** The heads whose parameters are among the names. */
export function headsAmong(names: ReadonlyMap<string, unknown>, config: ModelConfig): Head[] {
  const heads = headsOf(familyOf(config));
  return HEADS.filter((head) => heads[head] && names.has(heads[head].mark));
}

function headSpecs(config: ModelConfig, head: Head): ParameterSpec[] {
  const spec = headsOf(familyOf(config))[head];
  if (!spec) throw new RangeError(`a model of type "${config.model_type}" has no ${head} head`);
  return spec.specs(config);
}

/** Every parameter of an encoder with the given heads, in the order of Hugging Face's files; RangeError for a head that its family lacks. */
export function parameterSpecs(config: ModelConfig, heads: readonly Head[]): ParameterSpec[] {
  const layers = Array.from({ length: config.num_hidden_layers }, (_, index) => layerSpecs(config, index));
  const all = [...embeddings(config), ...layers.flat(), ...finalNorm(config), ...heads.flatMap((head) => headSpecs(config, head))];
  return [...new Map(all.map((spec) => [spec.name, spec])).values()];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** A hash of a name, so that a parameter's initial values do not depend on which others the model has. */
function nameHash(name: string): number {
  let hash = 0;
  for (let i = 0; i < name.length; i++) hash = mix32(Math.imul(hash, 31) + name.charCodeAt(i));
  return hash;
}

const INITIAL: Record<ParameterSpec['initial'], (spec: ParameterSpec, deviation: number, seed: number) => Float32Array> = {
  zeros: (spec) => new Float32Array(sizeOf(spec.shape)),
  ones: (spec) => new Float32Array(sizeOf(spec.shape)).fill(1),
  normal: (spec, deviation, seed) => {
    const k = key(seed, 'init', nameHash(spec.name));
    return Float32Array.from({ length: sizeOf(spec.shape) }, (_, i) => deviation * normal(k, i));
  },
};

/** Initial values of one parameter: N(0, initializer_range²) for weights, 0 for biases, 1 for LayerNorm's scale. */
export function initialValues(spec: ParameterSpec, config: ModelConfig, seed: number): Float32Array {
  return INITIAL[spec.initial](spec, config.initializer_range, seed);
}

/** Weight decay applies to products and embeddings only, not to biases and LayerNorm (as BERT and RoBERTa are trained). */
export function isDecayed(name: string): boolean {
  return !name.endsWith('.bias') && !/layer_?norm/i.test(name);
}

/** Number of values in the parameters. */
export function countParameters(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
