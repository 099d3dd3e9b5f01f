import type * as tf from '../tensor/tf.ts';
import { key, mix32, normal } from '../random/counter.ts';
import type { ModelConfig } from './config.ts';

/** Tensors by name; names are Hugging Face's without the `bert.` prefix. */
export type Parameters = ReadonlyMap<string, tf.Tensor>;

/** One parameter before it has values. */
export interface ParameterSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: 'normal' | 'zeros' | 'ones';
}

/** The heads that an encoder can carry; a model has any number of them. */
export type Head = 'classification' | 'masked-lm';

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
    ...norm('embeddings.LayerNorm', c.hidden_size),
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

const HEADS: Record<Head, (c: ModelConfig) => ParameterSpec[]> = {
  classification: (c) => [...dense('pooler.dense', c.hidden_size, c.hidden_size), ...dense('classifier', Math.max(1, c.labels.length), c.hidden_size)],
  'masked-lm': (c) => [
    ...dense('cls.predictions.transform.dense', c.hidden_size, c.hidden_size),
    ...norm('cls.predictions.transform.LayerNorm', c.hidden_size),
    { name: 'cls.predictions.bias', shape: [c.vocab_size], initial: 'zeros' },
  ],
};

/** Every parameter of an encoder with the given heads, in the order of Hugging Face's files. */
export function parameterSpecs(config: ModelConfig, heads: readonly Head[]): ParameterSpec[] {
  const layers = Array.from({ length: config.num_hidden_layers }, (_, index) => layerSpecs(config, index));
  return [...embeddings(config), ...layers.flat(), ...heads.flatMap((head) => HEADS[head](config))];
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
  return !name.endsWith('.bias') && !name.includes('LayerNorm');
}

/** Number of values in the parameters. */
export function countParameters(specs: readonly ParameterSpec[]): number {
  return specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}
