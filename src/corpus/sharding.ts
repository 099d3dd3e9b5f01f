/** Which articles go into which shard. */
import { Fault } from '../fault/fault.ts';

export interface ShardPlan {
  readonly trainShards: number;
  readonly testShards: number;
  /** Share of the sentences that the test shards are to have. */
  readonly testShare: number;
}

/** Articles by their number, shard after shard. */
export interface Shards {
  readonly training: readonly (readonly number[])[];
  readonly test: readonly (readonly number[])[];
}

/** Rounds that are looked at to see whether articles still find a place. */
const HISTORY = 4;

/** Shards of one kind as they fill. */
interface Filling {
  readonly articles: number[][];
  /** Sentences of each shard. */
  readonly sizes: number[];
  /** Sentences that a shard should have at most. */
  target: number;
}

/**
 * Distributes articles over shards of about the same number of sentences; the result depends on nothing but the counts.
 *
 * `sentences`: number of each article, above 0. Every shard first takes one of the longest articles; then, in rounds, each
 * shard that is not above the median of its kind takes the longest that still fits. When rounds place nothing, the
 * training shards may grow by a sentence. Of articles of one length the later ones go first.
 *
 * Fault `too-few-articles` when there are fewer articles than shards. Source: `distribute_articles_over_shards`.
 */
export function distribute(sentences: ArrayLike<number>, { trainShards, testShards, testShare }: ShardPlan): Shards {
  if (sentences.length < trainShards + testShards) throw tooFew(sentences.length, trainShards + testShards);
  const supply = new Supply(sentences);
  const trained = Math.trunc((1 - testShare) * supply.total);
  const training = begin(trainShards, Math.floor(trained / trainShards), supply, sentences);
  const test = begin(testShards, Math.floor((supply.total - trained) / testShards), supply, sentences);
  const left: number[] = [];
  while (supply.articles > 0) {
    fill(training, supply, sentences);
    fill(test, supply, sentences);
    if (left.length === HISTORY) left.shift();
    left.push(supply.articles);
    if (left.every((count) => count === left[0])) training.target++;
  }
  return { training: training.articles, test: test.articles };
}

/** Shards with one of the longest articles each. */
function begin(count: number, target: number, supply: Supply, sentences: ArrayLike<number>): Filling {
  const articles = Array.from({ length: count }, () => [supply.take(supply.longest)]);
  const sizes = articles.map(([article]) => sentences[article!]!);
  return { articles, sizes, target: Math.max(target, ...sizes) };
}

/** One round: at most one article for each shard. Sizes and their median are those at its beginning. */
function fill(shards: Filling, supply: Supply, sentences: ArrayLike<number>): void {
  const middle = median(shards.sizes);
  for (const [i, size] of shards.sizes.entries()) {
    const length = supply.fitting(shards.target - size);
    if (length === 0 || size > middle) continue;
    const article = supply.take(length);
    shards.articles[i]!.push(article);
    shards.sizes[i] = size + sentences[article]!;
  }
}

/** Articles that are left, by their number of sentences. */
class Supply {
  readonly total: number;
  articles: number;
  /** The largest number of sentences of an article that is left; 0 when none is. */
  longest = 0;
  readonly #byLength = new Map<number, number[]>();

  constructor(sentences: ArrayLike<number>) {
    this.articles = sentences.length;
    let total = 0;
    for (let article = 0; article < sentences.length; article++) {
      const length = sentences[article]!;
      if (!(length >= 1)) throw new RangeError(`distribute(): article ${article} has ${length} sentences, expected at least 1`);
      total += length;
      this.longest = Math.max(this.longest, length);
      const same = this.#byLength.get(length);
      if (same) same.push(article);
      else this.#byLength.set(length, [article]);
    }
    this.total = total;
  }

  /** The largest number of sentences up to `most` of an article that is left; 0 when there is none. */
  fitting(most: number): number {
    let length = Math.min(most, this.longest);
    while (length > 0 && !this.#byLength.has(length)) length--;
    return Math.max(length, 0);
  }

  /** Takes the last article of a length. */
  take(length: number): number {
    const same = this.#byLength.get(length);
    const article = same?.pop();
    if (same === undefined || article === undefined) throw new RangeError(`take(): no article of ${length} sentences is left`);
    if (same.length === 0) this.#byLength.delete(length);
    this.articles--;
    this.longest = this.fitting(this.longest);
    return article;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** An article as it stands in a shard: a sentence a line, and an empty line after the last. */
export function shardText(sentences: readonly string[]): string {
  return `${sentences.map((sentence) => `${sentence}\n`).join('')}\n`;
}

function tooFew(articles: number, shards: number): Fault {
  return new Fault({
    code: 'too-few-articles',
    where: 'shards',
    expected: `at least as many articles as shards (${shards})`,
    got: `${articles}`,
    remedy: 'Add text, one article a line, or lower --num_train_shards and --num_test_shards.',
  });
}
