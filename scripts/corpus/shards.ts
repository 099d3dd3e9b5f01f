/** Files of one article a line → shards on this machine. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { ArticleIndex, sentencesOfArticle, type ArticlePlace } from '../../src/corpus/article_index.ts';
import { distribute, shardText, type ShardPlan } from '../../src/corpus/sharding.ts';
import { Fault } from '../../src/fault/fault.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { Interrupted } from '../driven_run.ts';
import { partsOf, writeWhole, type InputFile } from './files.ts';
import { Meter } from './meter.ts';

/** What says of a folder of shards how it was made; it is written before the first shard. */
const RECORD = 'shards.json';

/** One shard to write. */
interface Shard {
  readonly name: string;
  readonly articles: readonly number[];
}

/**
 * Counts sentences, distributes articles and writes the shards that are not there yet.
 *
 * Fault `other-shards` when the folder holds shards of other files or numbers, `too-few-articles`.
 */
export async function makeShards(files: readonly InputFile[], out: string, plan: ShardPlan, context: Context): Promise<Outcome> {
  const record = JSON.stringify({ version: 1, ...plan, files: files.map(({ name, bytes }) => ({ name, bytes })) }, undefined, 1);
  checkRecord(join(out, RECORD), record);
  const names = [...numbered('training', plan.trainShards), ...numbered('test', plan.testShards)];
  const missing = new Set(names.filter((name) => !existsSync(join(out, name))));
  const json = { ok: true, output_dir: out, shards: names.length };
  if (missing.size === 0) return { json: { ...json, made: 0 }, text: `All ${names.length} shards are in ${out} already; delete some to make them anew.` };
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const { index, speed } = await counted(files, total, context);
  const { training, test } = distribute(index.sentences, plan);
  const shards = [...training, ...test].map((articles, i): Shard => ({ name: names[i]!, articles }));
  await writeWhole(join(out, RECORD), (file) => file.write(record));
  const wanted = shards.filter(({ name }) => missing.has(name));
  const wrote = await writeShards(files, index, wanted, out, context);
  const sentences = index.sentences.reduce((a, b) => a + b, 0);
  return {
    json: { ...json, made: wanted.length, articles: index.count, sentences },
    text: `${index.count} articles with ${sentences} sentences in ${training.length} training and ${test.length} test shards${wanted.length < shards.length ? `, ${wanted.length} of them new` : ''}, in ${out}\nCounting: ${speed}\nWriting: ${wrote}`,
  };
}

const numbered = (kind: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${kind}${i}.txt`);

async function counted(files: readonly InputFile[], total: number, { log, signal }: Context): Promise<{ index: ArticleIndex; speed: string }> {
  const meter = new Meter(log, 'Counting sentences', total);
  const index = new ArticleIndex();
  for (const [i, { path, name }] of files.entries()) await index.add(i, partsOf(path, signal, meter.read), name, meter.text);
  return { index, speed: meter.end() };
}

/** Writes shards one by one, each article read anew from its place. */
async function writeShards(files: readonly InputFile[], index: ArticleIndex, shards: readonly Shard[], out: string, { log, signal }: Context): Promise<string> {
  const bytesOf = (article: number) => index.at(article).to - index.at(article).from;
  const meter = new Meter(log, 'Writing shards', shards.reduce((sum, { articles }) => sum + articles.reduce((all, article) => all + bytesOf(article), 0), 0));
  const open = files.map(({ path }) => openSync(path, 'r'));
  try {
    for (const { name, articles } of shards) {
      await writeWhole(join(out, name), async (file) => {
        for (const article of articles) {
          if (signal.aborted) throw new Interrupted();
          const place = index.at(article);
          const bytes = readPlace(open[place.file]!, place);
          await file.write(shardText(sentencesOfArticle(bytes, files[place.file]!.name)));
          meter.read(bytes.length);
          meter.text(bytes.length);
        }
      });
    }
  } finally {
    open.forEach((file) => closeSync(file));
  }
  return meter.end();
}

function readPlace(file: number, { from, to }: ArticlePlace): Uint8Array {
  const bytes = Buffer.allocUnsafe(to - from);
  const read = readSync(file, bytes, 0, bytes.length, from);
  return bytes.subarray(0, read);
}

function checkRecord(path: string, record: string): void {
  if (!existsSync(path) || readFileSync(path, 'utf8') === record) return;
  throw new Fault({ code: 'other-shards', where: path, expected: 'a folder without shards, or with those of the same files and options', got: 'shards of other ones', remedy: 'Name another folder, or delete this one.' });
}
