/**
 * The objectives by name, without their losses: what a command line has to know of them before any tensor exists. A test
 * holds it to the objectives themselves.
 */
import { didYouMean, UsageError } from './option.ts';

export interface CatalogueEntry {
  readonly name: string;
  /** The reference's other spellings. */
  readonly aliases: readonly string[];
  /** What teacher and student are compared by. */
  readonly compares: 'layers' | 'predictions' | 'masked words';
  /** The kind of its own layer mapping. */
  readonly mapping?: 'skip' | 'last' | 'combine' | 'random' | 'random_block';
  /** Whether it can compare all states at once. */
  readonly combines: boolean;
}

export const OBJECTIVE_CATALOGUE: readonly CatalogueEntry[] = [
  { name: 'kd', aliases: ['vanilla_kd', 'logit_kd'], compares: 'predictions', combines: false },
  { name: 'ce', aliases: ['sentence_prediction'], compares: 'predictions', combines: false },
  { name: 'logit_mse', aliases: ['use_mse'], compares: 'predictions', combines: false },
  { name: 'att_kl', aliases: ['att_kl_learn', 'mobile', 'mobile_feature_learn'], compares: 'layers', mapping: 'skip', combines: false },
  { name: 'att_mse', aliases: ['att_mse_learn'], compares: 'layers', mapping: 'skip', combines: false },
  { name: 'hidden_mse', aliases: ['hidden_mse_learn', 'hidden_mse_combine'], compares: 'layers', mapping: 'skip', combines: true },
  { name: 'hidden_cls', aliases: ['hidden_mse_token', 'hidden_mse_cls'], compares: 'layers', mapping: 'skip', combines: true },
  { name: 'hidden_cosine', aliases: ['distilbert_cosine'], compares: 'layers', mapping: 'last', combines: true },
  { name: 'att_mse_hidden_mse', aliases: ['att_mse_hidden_mse_learn', 'tiny', 'tiny_feature_learn'], compares: 'layers', mapping: 'skip', combines: false },
  { name: 'att_kl_hidden_mse', aliases: ['att_kl_hiden_mse_learn', 'att_kl_hidden_mse_learn'], compares: 'layers', mapping: 'skip', combines: false },
  { name: 'minilm', aliases: ['att_val_og', 'att_val', 'minilm_feature_learn'], compares: 'layers', mapping: 'last', combines: false },
  { name: 'minilm_v2', aliases: ['minilmv2'], compares: 'layers', mapping: 'last', combines: false },
  { name: 'pear_col', aliases: ['pearson', 'dist_att'], compares: 'layers', mapping: 'last', combines: false },
  { name: 'pkd', aliases: ['pkd_feature_learn'], compares: 'layers', mapping: 'skip', combines: true },
  { name: 'alp_kd', aliases: ['alp-kd', 'alp'], compares: 'layers', mapping: 'combine', combines: true },
  { name: 'crd', aliases: ['hid_cls_contrast', 'contrastive'], compares: 'layers', mapping: 'combine', combines: true },
  { name: 'attn_rand', aliases: [], compares: 'layers', mapping: 'random', combines: false },
  { name: 'minilm_random', aliases: [], compares: 'layers', mapping: 'random_block', combines: false },
  { name: 'masked_lm', aliases: ['mlm'], compares: 'masked words', combines: false },
  { name: 'masked_lm_distill', aliases: ['mlm_kd'], compares: 'masked words', combines: false },
];

/** The entry of that name or alias; undefined when there is none. */
export function entryNamed(name: string): CatalogueEntry | undefined {
  return OBJECTIVE_CATALOGUE.find((entry) => entry.name === name || entry.aliases.includes(name));
}

/** The entry of an objective; UsageError at `where` that names the nearest when there is none. */
export function objectiveEntry(name: string, where: string): CatalogueEntry {
  const entry = entryNamed(name);
  if (entry) return entry;
  const names = OBJECTIVE_CATALOGUE.flatMap((one) => [one.name, ...one.aliases]);
  throw new UsageError(where, `one of ${OBJECTIVE_CATALOGUE.map((one) => one.name).join(', ')}`, `"${name}"`, didYouMean(name, names));
}
