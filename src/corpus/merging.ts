/** Which shards become one. */
import type { ShardKind } from './sampling.ts';

/** A shard to be made of others, in their order. */
export interface MergedShard<F> {
  readonly name: string;
  readonly files: readonly F[];
}

/** Training or test by the name of a shard, as the reference tells them apart. */
export function kindOf(name: string): ShardKind {
  return name.includes('train') ? 'train' : 'test';
}

const PREFIX: Readonly<Record<ShardKind, string>> = { train: 'training', test: 'test' };

/**
 * The merged shards of files in their order, `ratio` files each; or, in words, what cannot be divided so.
 *
 * With a filter the names begin with it, as in the reference. Without one, training and test shards are merged each by
 * themselves; the reference mixes them, and its next program takes all of them for test shards.
 */
export function mergedShards<F extends { readonly name: string }>(files: readonly F[], ratio: number, filter: string): readonly MergedShard<F>[] | string {
  const kinds = filter === '' ? (['train', 'test'] as const).map((kind) => ({ prefix: PREFIX[kind], files: files.filter(({ name }) => kindOf(name) === kind) })) : [{ prefix: filter, files }];
  const uneven = kinds.find((kind) => kind.files.length % ratio !== 0);
  if (uneven) return `${ratio} for ${uneven.files.length} shards of "${uneven.prefix}"`;
  return kinds.flatMap((kind) => Array.from({ length: kind.files.length / ratio }, (_, i) => ({ name: `${kind.prefix}_shard_${i}.txt`, files: kind.files.slice(i * ratio, (i + 1) * ratio) })));
}
