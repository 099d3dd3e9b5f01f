import { ARTICLE_END, bookLine, ExtractedArticles } from '../../corpus/articles.ts';
import { distribute, shardText } from '../../corpus/sharding.ts';
import { parseJsonObject } from '../../formats/text.ts';
import type { Comparison } from '../comparison.ts';
import type { GoldenCase, Plan, Planner } from '../group.ts';
import { Options } from '../options.ts';

const MAX_BYTES = 64 * 2 ** 20;

/** Group e_sharding_formatting: articles over shards, the text of a shard, books and extracted Wikipedia one a line. */
export const sharding: Planner = async (group): Promise<Plan> => {
  const where = `${group.files.name}/${group.entry.text('file')}`;
  const json = new Options(parseJsonObject(await group.bytes(), where, MAX_BYTES), where);
  const distributions = json.objects('cases');
  const text = (name: string, of: Options, make: (given: Options) => string): GoldenCase => ({ name, run: async (comparison) => sameText(comparison, of.where, make(of), of.text('expected_text')) });
  return {
    cases: [
      ...distributions.map((one, i): GoldenCase => ({ name: `distribution#${i}`, run: async (comparison) => compareShards(comparison, one) })),
      text('shard_text', json.object('written_shard_example'), (example) => exampleShard(example, distributions)),
      text('books', json.object('bookcorpus_formatting'), books),
      text('wiki', json.object('wiki_formatting'), wiki),
    ],
  };
};

function compareShards(comparison: Comparison, one: Options): void {
  const sentences = one.numbers('sentences_per_article');
  const made = distribute(sentences, planOf(one));
  const expected = one.object('expected');
  for (const kind of ['training', 'test'] as const) {
    const shards = expected.lists(kind);
    comparison.number(`${one.where}, ${kind} shards`, made[kind].length, shards.length, 0);
    shards.forEach((shard, i) => comparison.same(`${one.where}, ${kind} ${i}`, made[kind][i] ?? [], shard.map(Number)));
    const sizes = made[kind].map((shard) => shard.reduce((sum, article) => sum + sentences[article]!, 0));
    comparison.same(`${one.where}, ${kind}_sentences`, sizes, expected.numbers(`${kind}_sentences`));
  }
}

function planOf(one: Options) {
  return { trainShards: one.number('n_training_shards'), testShards: one.number('n_test_shards'), testShare: one.number('fraction_test_set') };
}

/** The shard that the example names, e.g. `training 0`, with the texts "art{article} s{sentence}". */
function exampleShard(example: Options, cases: readonly Options[]): string {
  const one = cases[example.number('case_index')]!;
  const [kind = '', index = ''] = example.text('shard').split(' ');
  const counts = one.numbers('sentences_per_article');
  const shards = distribute(counts, planOf(one));
  const articles = (kind === 'test' ? shards.test : shards.training)[Number(index)] ?? [];
  return articles.map((article) => shardText(Array.from({ length: counts[article]! }, (_, i) => `art${article} s${i}`))).join('');
}

/** Each file as one article; the byte order mark is the reader's matter. */
function books(given: Options): string {
  const files = given.object('files');
  return given.texts('file_order_used').map((name) => linesOf(files.text(name)).map(bookLine).join('') + ARTICLE_END).join('');
}

function wiki(given: Options): string {
  const files = given.object('files');
  return given.texts('file_order_used').map((name) => {
    const articles = new ExtractedArticles();
    return linesOf(files.text(name)).flatMap((line) => articles.line(line) ?? []).map((article) => article + ARTICLE_END).join('');
  }).join('');
}

function linesOf(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

function sameText(comparison: Comparison, of: string, got: string, expected: string): void {
  comparison.same(of, Array.from(got, (c) => c.codePointAt(0)!), Array.from(expected, (c) => c.codePointAt(0)!));
}
