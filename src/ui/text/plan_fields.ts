/** The numbers of a plan as fields of a form. */
import type { SamplePlan } from '../../corpus/sample_plan.ts';
import { real, whole, type NumberRule } from '../state/number_rule.ts';
import { problemWith } from '../state/settings.ts';

/** Numbers by the names of the commands' options; the hint names them. */
export const PLAN_RULES = {
  num_train_shards: whole('Training shards', 1, 65_536, 'num_train_shards'),
  num_test_shards: whole('Test shards', 1, 65_536, 'num_test_shards'),
  frac_test: real('Share for test shards', 0, 1, 0.05, 'frac_test, of the sentences'),
  ratio: whole('Shards that become one', 1, 65_536, 'ratio; 1 merges none'),
  max_seq_length: whole('Tokens of a sample', 5, 16_384, 'max_seq_length, at most'),
  dup_factor: whole('Times over', 1, 1000, 'dup_factor, masked anew'),
  seed: whole('Seed', 0, 2 ** 31 - 1, 'seed, of the first shard'),
  masked_lm_prob: real('Share predicted', 0, 1, 0.05, 'masked_lm_prob'),
  max_predictions_per_seq: whole('Predicted at most', 1, 16_384, 'max_predictions_per_seq'),
  short_seq_prob: real('Share cut shorter', 0, 1, 0.05, 'short_seq_prob'),
} as const satisfies Readonly<Partial<Record<keyof SamplePlan, NumberRule>>>;

export type PlanField = keyof typeof PLAN_RULES;
export const PLAN_FIELDS = Object.keys(PLAN_RULES) as readonly PlanField[];

/** Sentences about numbers that cannot be; empty when samples can be made. */
export function planProblems(plan: Readonly<Record<PlanField, number>>): readonly string[] {
  const broken = PLAN_FIELDS.flatMap((field) => problemWith(PLAN_RULES[field], plan[field]) ?? []);
  if (broken.length > 0) return broken;
  const uneven = [plan.num_train_shards, plan.num_test_shards].find((count) => count % plan.ratio !== 0);
  return uneven === undefined ? [] : [`${uneven} shards cannot be merged ${plan.ratio} at a time: choose a number that divides both.`];
}
