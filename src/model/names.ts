import type { ModelConfig } from './config.ts';
import { parameterSpecs, type Head, type ParameterSpec } from './parameters.ts';
import type { HostTensor, Weights } from './weights.ts';

/** Rewrites from a file's tensor names to ours, applied in order. */
const RENAMES: readonly (readonly [RegExp, string])[] = [
  [/^(bert|model)\./, ''],
  [/LayerNorm\.gamma$/, 'LayerNorm.weight'],
  [/LayerNorm\.beta$/, 'LayerNorm.bias'],
  [/^cls\.predictions\.decoder\.bias$/, 'cls.predictions.bias'],
];

/** Tensors that files hold and no computation needs: buffers, and the decoder that is tied to the word embeddings. */
const IGNORED: readonly RegExp[] = [/^embeddings\.position_ids$/, /^cls\.predictions\.decoder\.weight$/, /^cls\.seq_relationship\./, /^encoder\.FinalLayerNorm\./];

/** Parameters of the heads carry no `bert.` prefix in Hugging Face's files. */
const HEAD_NAMES = /^(classifier|cls)\./;

/** Our name of a file's tensor. */
export function ourName(fileName: string): string {
  return RENAMES.reduce((name, [pattern, replacement]) => name.replace(pattern, replacement), fileName);
}

/** Hugging Face's name of our parameter. */
export function fileName(name: string): string {
  return HEAD_NAMES.test(name) ? name : `bert.${name}`;
}

/** What did not match between a file and the architecture that its config describes. */
export interface NameReport {
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly misshaped: readonly { readonly name: string; readonly expected: readonly number[]; readonly got: readonly number[] }[];
}

/** The tensor that no model without the head has; the rest of the head must be there with it. */
const HEAD_MARKS: readonly (readonly [Head, string])[] = [
  ['classification', 'classifier.weight'],
  ['masked-lm', 'cls.predictions.transform.dense.weight'],
];

/** The pooler belongs to the classification head, but a pretrained model may bring it along for a head to come. */
const POOLER = /^pooler\.dense\./;

/**
 * A file's tensors under our names, with a report of every tensor that is missing, unexpected or mis-shaped.
 *
 * The weights hold what matched; the caller decides whether the report is an error.
 */
export function fromFile(config: ModelConfig, tensors: ReadonlyMap<string, HostTensor>): { weights: Weights; report: NameReport } {
  const renamed = new Map([...tensors].map(([name, tensor]) => [ourName(name), tensor]));
  const heads = HEAD_MARKS.filter(([, mark]) => renamed.has(mark)).map(([head]) => head);
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
  const unexpected = [...renamed.keys()].filter((name) => !known.has(name) && !IGNORED.some((pattern) => pattern.test(name)));
  return { weights: { config, heads, tensors: found }, report: { missing, unexpected, misshaped } };
}

/** The pooler of a file that has one without a classification head. */
function poolerAlone(config: ModelConfig, heads: readonly Head[], names: ReadonlyMap<string, unknown>): ParameterSpec[] {
  if (heads.includes('classification')) return [];
  return parameterSpecs(config, ['classification']).filter(({ name }) => POOLER.test(name) && names.has(name));
}

/** A model's tensors under Hugging Face's names, in their usual order. */
export function toFile(weights: Weights): { name: string; shape: readonly number[]; data: Float32Array }[] {
  return [...weights.tensors].map(([name, { shape, data }]) => ({ name: fileName(name), shape, data }));
}
