/** How a text becomes a set of samples in one go: the options of `process_data`, `shard_data`, `merge_shards` and `generate_samples` under their names. */
import { Fault } from '../fault/fault.ts';
import { mergedShards } from './merging.ts';
import type { SampleSettings, ShardKind } from './sampling.ts';
import type { Shards } from './sharding.ts';

/** What the files of a text hold: Wikipedia, one book a file, or one article a line. */
export type TextKind = 'wiki' | 'bookcorpus' | 'lines';

export interface SamplePlan extends SampleSettings {
  /** `auto`: each file as its beginning looks. */
  readonly type: TextKind | 'auto';
  readonly num_train_shards: number;
  readonly num_test_shards: number;
  readonly frac_test: number;
  /** Shards that become one, as by `merge_shards`; 1 leaves them as they are. */
  readonly ratio: number;
  /** Times that each shard is made into samples. */
  readonly dup_factor: number;
  readonly seed: number;
}

/** The commands' own numbers where they do not depend on the text; few shards and short samples, as miniature models want them. */
export const USUAL_PLAN: SamplePlan = {
  type: 'auto', num_train_shards: 8, num_test_shards: 2, frac_test: 0.1, ratio: 1,
  max_seq_length: 64, dup_factor: 1, seed: 555, masked_lm_prob: 0.15, max_predictions_per_seq: 20, short_seq_prob: 0.1, next_sentence: false, whole_words: false,
};

/** One file of samples to be made of a shard. */
export interface PlannedFile {
  readonly kind: ShardKind;
  readonly index: number;
  readonly seed: number;
}

/** A shard, as its text file would be called, with its articles and what is made of it. */
export interface PlannedShard {
  readonly name: string;
  readonly articles: readonly number[];
  readonly kind: ShardKind;
  readonly files: readonly PlannedFile[];
}

const PREFIX: Readonly<Record<ShardKind, keyof Shards>> = { train: 'training', test: 'test' };

/** Files of each kind that a plan gives. */
export function plannedCounts({ num_train_shards, num_test_shards, ratio, dup_factor }: SamplePlan): Readonly<Record<ShardKind, number>> {
  return { train: (num_train_shards / ratio) * dup_factor, test: (num_test_shards / ratio) * dup_factor };
}

/** Fault `bad-plan` for numbers of shards that cannot be merged so. */
export function checkPlan({ num_train_shards, num_test_shards, ratio }: SamplePlan): void {
  const uneven = [num_train_shards, num_test_shards].find((count) => count % ratio !== 0);
  if (uneven === undefined) return;
  throw new Fault({ code: 'bad-plan', where: 'shards that become one', expected: 'a number that divides the shards evenly', got: `${ratio} for ${uneven} shards`, remedy: 'Set it to 1, or change the numbers of shards.' });
}

/** The shards of a distribution with their files, which are numbered by kind, all shards once before any is taken again; each has a seed of its own. */
export function plannedShards(plan: SamplePlan, shards: Shards): PlannedShard[] {
  return (['train', 'test'] as const).flatMap((kind) => {
    const merged = shardsOf(plan.ratio, PREFIX[kind], shards[PREFIX[kind]]);
    return merged.map(({ name, articles }, at) => ({
      name, articles, kind,
      files: Array.from({ length: plan.dup_factor }, (_, time) => ({ kind, index: time * merged.length + at, seed: plan.seed + time * merged.length + at })),
    }));
  });
}

function shardsOf(ratio: number, prefix: string, shards: readonly (readonly number[])[]): readonly { readonly name: string; readonly articles: readonly number[] }[] {
  const named = shards.map((articles, i) => ({ name: `${prefix}${i}.txt`, articles }));
  if (ratio === 1) return named;
  const merged = mergedShards(named, ratio, '');
  if (typeof merged === 'string') throw new RangeError(`plannedShards(): ${merged}`);
  return merged.map(({ name, files }) => ({ name, articles: files.flatMap(({ articles }) => articles) }));
}
