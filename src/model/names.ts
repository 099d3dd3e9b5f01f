import type { ModelConfig } from './config.ts';
import { fromFairseq } from './fairseq_names.ts';
import { FAMILIES, familyOf } from './families.ts';
import { headsAmong, parameterSpecs, type Head, type ParameterSpec } from './parameters.ts';
import type { HostTensor, Weights } from './weights.ts';

/** One rewrite of a part of a name. */
export type Rename = readonly [pattern: RegExp, replacement: string];

/**
 * Rewrites from a file's tensor names to ours, by where such names come from; they are applied in order.
 *
 * Ours are Hugging Face's without the family's prefix, so its own files need the first rows only.
 */
const RENAMES: Readonly<Record<string, readonly Rename[]>> = {
  'Hugging Face, with the prefix of a family or of a wrapper': [
    [/^(module|model)\./, ''],
    [new RegExp(`^(${Object.values(FAMILIES).map(({ prefix }) => prefix.replace('.', '\\.')).join('|')})`), ''],
    [/^(cls\.predictions|lm_head)\.decoder\.bias$/, '$1.bias'],
  ],
  'files converted from TensorFlow': [
    [/LayerNorm\.gamma$/, 'LayerNorm.weight'],
    [/LayerNorm\.beta$/, 'LayerNorm.bias'],
  ],
  'the task-agnostic reference, before its names were converted': [
    [/\.PreAttentionLayerNorm\./, '.attention.output.LayerNorm.'],
    [/\.PostAttentionLayerNorm\./, '.output.LayerNorm.'],
    [/\.dense_act\.(dense\.)?/, '.dense.'],
  ],
};

const ALL_RENAMES: readonly Rename[] = Object.values(RENAMES).flat();

/** Tensors that files hold and no computation needs: buffers, and the LayerNorm that the reference's post-LN models do not use. */
const IGNORED: readonly RegExp[] = [/^embeddings\.(position_ids|token_type_ids)$/, /^encoder\.FinalLayerNorm\./];

/** The decoder of a masked-LM head; it must be the word embeddings again. */
const DECODER = /^(cls\.predictions|lm_head)\.decoder\.weight$/;

/** Parameters of the heads carry no prefix in Hugging Face's files. */
const HEAD_NAMES = /^(classifier|cls|lm_head)\./;

/** Our name of a file's tensor. */
export function ourName(fileName: string): string {
  return ALL_RENAMES.reduce((name, [pattern, replacement]) => name.replace(pattern, replacement), fileName);
}

/** Hugging Face's name of our parameter. */
export function fileName(name: string, config: Pick<ModelConfig, 'model_type'>): string {
  return HEAD_NAMES.test(name) ? name : `${familyOf(config).prefix}${name}`;
}

/** What did not match between a file and the architecture that its config describes. */
export interface NameReport {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly misshaped: readonly { readonly name: string; readonly expected: readonly number[]; readonly got: readonly number[] }[];
}

/** The pooler belongs to BERT's heads, but a pretrained model may bring it along for a head to come. */
const POOLER = 'pooler.dense';

/**
 * A file's tensors under our names, with a report of every tensor that is missing, unexpected or mis-shaped.
 *
 * The weights hold what matched; the caller decides whether the report is an error. A masked-LM decoder that is not the
 * word embeddings counts as unexpected, since none of ours is untied.
 */
export function fromFile(config: ModelConfig, tensors: ReadonlyMap<string, HostTensor>): { weights: Weights; report: NameReport } {
  const renamed = new Map([...(fromFairseq(tensors) ?? tensors)].map(([name, tensor]) => [ourName(name), tensor]));
  const heads = headsAmong(renamed, config);
  const found = new Map<string, HostTensor>();
  const missing: string[] = [];
  const misshaped: NameReport['misshaped'][number][] = [];
  for (const { name, shape } of [...parameterSpecs(config, heads), ...poolerAlone(config, heads, renamed)]) {
    const tensor = renamed.get(name);
    if (!tensor) missing.push(name);
    else if (tensor.shape.join() !== shape.join()) misshaped.push({ name, expected: shape, got: tensor.shape });
    else found.set(name, tensor);
  }
  const known = new Set([...found.keys(), ...misshaped.map(({ name }) => name)]);
  const needless = (name: string) => IGNORED.some((pattern) => pattern.test(name)) || (DECODER.test(name) && isTied(renamed.get(name)!, found));
  const unexpected = [...renamed.keys()].filter((name) => !known.has(name) && !needless(name));
  return { weights: { config, heads, tensors: found }, report: { missing, unexpected, misshaped } };
}

function isTied({ data }: HostTensor, found: ReadonlyMap<string, HostTensor>): boolean {
  const words = found.get('embeddings.word_embeddings.weight')?.data;
  return words !== undefined && (words === data || (words.length === data.length && words.every((value, i) => value === data[i])));
}

/** The pooler of a file that has one without a head that uses it. */
function poolerAlone(config: ModelConfig, heads: readonly Head[], names: ReadonlyMap<string, unknown>): ParameterSpec[] {
  const used = new Set(parameterSpecs(config, heads).map(({ name }) => name));
  const d = config.hidden_size;
  const specs: ParameterSpec[] = [
    { name: `${POOLER}.weight`, shape: [d, d], initial: 'normal' },
    { name: `${POOLER}.bias`, shape: [d], initial: 'zeros' },
  ];
  return specs.filter(({ name }) => names.has(name) && !used.has(name));
}

/** A model's tensors under Hugging Face's names, in their usual order. */
export function toFile({ config, tensors }: Weights): { name: string; shape: readonly number[]; data: Float32Array }[] {
  return [...tensors].map(([name, { shape, data }]) => ({ name: fileName(name, config), shape, data }));
}
