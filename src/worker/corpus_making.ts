/**
 * Files of text → a stored set of samples.
 *
 * The text is read once and kept as token ids, in blocks in the browser's store; the shards are then gathered from the
 * blocks, some at a time, and each becomes its files of samples. Whatever was stored counts when a set goes on.
 */
import { hex32 } from '../corpus/crc32.ts';
import { withLengths } from '../corpus/sample_lengths.ts';
import { headerOf } from '../corpus/samples_read.ts';
import { checkPlan, plannedShards, type PlannedShard, type SamplePlan } from '../corpus/sample_plan.ts';
import { Sampler } from '../corpus/sampling.ts';
import { distribute } from '../corpus/sharding.ts';
import { textFiles } from '../corpus/text_files.ts';
import { blockSum, joinedColumns, ShardGatherer, shardSource, type ArticleColumns } from '../corpus/token_blocks.ts';
import { vocabularyDigest } from '../corpus/tokens.ts';
import type { Documents } from '../corpus/documents.ts';
import { Fault } from '../fault/fault.ts';
import { FormatError } from '../formats/format_error.ts';
import type { SampleSet, SampleStore } from '../store/samples.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { CorpusMeter } from './corpus_meter.ts';
import type { CorpusTask } from './corpus_protocol.ts';
import { readText, type GivenText } from './corpus_reading.ts';
import type { CorpusPorts } from './corpus_tasks.ts';
import { openVocabulary, vocabularyOf } from './corpus_vocabulary.ts';
import { textFiles as asTextFiles } from './stored_models.ts';

/** Tokens of the shards that are gathered at a time: 64 MB. */
const GATHERED = 2 ** 24;

/** Makes a new set; nothing stays of one whose text or options are no good. */
export async function makeSamples({ set: id, name, files, plan, vocabulary }: Extract<CorpusTask, { type: 'make' }>, ports: CorpusPorts): Promise<void> {
  const { store, baseUrl, date } = ports;
  checkPlan(plan);
  const text = given(files, plan);
  const { tokenizer, name: vocabularyName } = await openVocabulary(vocabulary, baseUrl);
  if (plan.next_sentence && tokenizer.layout === 'roberta') throw new Fault({ code: 'bad-plan', where: 'pairs of texts', expected: 'a vocabulary of BERT', got: `${vocabularyName}, one of RoBERTa`, remedy: 'RoBERTa has no next-sentence pairs: leave them out.' });
  const set: SampleSet = {
    id, name, createdAt: date(), state: 'reading', plan, text: text.map((file) => ({ name: file.name, bytes: file.bytes })),
    vocabulary: vocabularyDigest(tokenizer), vocabularyName, maxSeqLength: plan.max_seq_length, nextSentence: plan.next_sentence,
    articles: 0, sentences: 0, textBytes: 0, read: { blocks: 0, file: 0, articles: 0, text: 0 }, samples: [], lengths: [],
  };
  await store.working(id, async () => {
    try {
      await store.begin(set, asTextFiles(tokenizer));
      await finishSet(set, plan, text, tokenizer, ports);
    } catch (error) {
      if (isBadInput(error)) await store.discard(id);
      throw error;
    }
  });
}

/** Makes what is missing of a set, bit by bit as if it had never been interrupted; Fault `other-text` for other files than those that it began with. */
export async function goOnSamples({ set: id, files }: Extract<CorpusTask, { type: 'go-on' }>, ports: CorpusPorts): Promise<void> {
  const { store, tell } = ports;
  await store.working(id, async () => {
    const set = await store.get(id);
    if (!set?.plan) throw new Fault({ code: 'no-samples', where: `samples ${set?.name ?? id}`, expected: 'a set that was begun here', got: set ? 'an imported one' : 'none', remedy: 'Make it anew.' });
    if (set.state === 'done') return tell({ type: 'done', text: 0, seconds: 0 });
    const text = set.state === 'reading' ? sameText(set, given(files, set.plan)) : [];
    await finishSet(set, set.plan, text, vocabularyOf(await store.tokenizer(id), set.vocabularyName), ports);
  });
}

/** What a person has to change, as against what the browser refuses. */
function isBadInput(error: unknown): boolean {
  return error instanceof FormatError || (error instanceof Fault && (error.code === 'too-few-articles' || error.code === 'bad-plan'));
}

function given(files: Extract<CorpusTask, { type: 'go-on' }>['files'], plan: SamplePlan): readonly GivenText[] {
  return textFiles(files.map(({ name, blob }) => ({ name, blob, bytes: blob.size })), plan.type);
}

function sameText(set: SampleSet, text: readonly GivenText[]): readonly GivenText[] {
  const listed = (files: SampleSet['text']) => files.map(({ name, bytes }) => `${name} (${bytes} bytes)`).sort();
  const [before, now] = [listed(set.text), listed(text)];
  if (before.length === now.length && before.every((file, i) => file === now[i])) return text;
  const other = now.find((file, i) => file !== before[i]) ?? 'fewer files';
  throw new Fault({ code: 'other-text', where: `samples ${set.name}`, expected: `the ${before.length} files that the set was begun with`, got: now.length === 0 ? 'none' : other, remedy: 'Give the same files or folder again, or delete the set and make it anew.' });
}

async function finishSet(begun: SampleSet, plan: SamplePlan, text: readonly GivenText[], tokenizer: Tokenizer, ports: CorpusPorts): Promise<void> {
  const { now, tell, store } = ports;
  const from = now();
  const { set, worked } = begun.state === 'reading' ? await readText(begun, text, plan.type, tokenizer, ports) : { set: begun, worked: 0 };
  const made = await makeFiles(set, plan, tokenizer, ports);
  await store.finish(made.set);
  tell({ type: 'done', text: worked === 0 ? made.text : worked, seconds: (now() - from) / 1000 });
}

/** Shards and files of a set that are still to be made. */
async function makeFiles(begun: SampleSet, plan: SamplePlan, tokenizer: Tokenizer, ports: CorpusPorts): Promise<{ set: SampleSet; text: number }> {
  const blocks = await columnsOf(begun, ports.store);
  const columns = joinedColumns(blocks);
  const shards = distribute(columns.sentences, { trainShards: plan.num_train_shards, testShards: plan.num_test_shards, testShare: plan.frac_test });
  const isThere = (kind: string, index: number) => begun.samples.some((file) => file.kind === kind && file.index === index);
  const left = plannedShards(plan, shards).map((shard) => ({ ...shard, files: shard.files.filter(({ kind, index }) => !isThere(kind, index)) })).filter(({ files }) => files.length > 0);
  const bytesOf = ({ articles, files }: PlannedShard) => files.length * shardSource(articles, columns).bytes;
  const meter = new CorpusMeter('making', left.reduce((sum, shard) => sum + bytesOf(shard), 0), ports.now, ports.tell);
  const sampler = new Sampler(tokenizer, plan);
  let set = begun;
  for (const group of groupsOf(left, columns, ports.sizes?.gathered ?? GATHERED)) {
    const documents = await gathered(set, group, columns, blocks, ports.store);
    for (const [i, shard] of group.entries()) set = await makeShard(set, shard, documents[i]!, columns, { sampler, meter, store: ports.store });
  }
  return { set, text: meter.text };
}

interface Making {
  readonly sampler: Sampler;
  readonly meter: CorpusMeter;
  readonly store: SampleStore;
}

/** Makes the files of one shard; each is stored as soon as it is there. */
async function makeShard(begun: SampleSet, { name, articles, files }: PlannedShard, documents: Documents, columns: ArticleColumns, { sampler, meter, store }: Making): Promise<SampleSet> {
  const { bytes: size, crc32 } = shardSource(articles, columns);
  if (documents.ids.length === 0) throw new FormatError('EmptyFile', name, 'a shard with text', 'none', 'Give more text, or make fewer shards.');
  let set = begun;
  for (const { kind, index, seed } of files) {
    const { bytes, count } = sampler.make({ documents, source: { name, bytes: size, crc32: hex32(crc32) } }, seed, kind);
    const { header } = headerOf(bytes.subarray(0, 2 ** 17), name);
    set = { ...set, samples: [...set.samples, { kind, index, bytes: bytes.length, instances: count, tokens: header.tokens }], lengths: withLengths(set.lengths, bytes, name) };
    await store.addFile(set, { kind, index }, bytes);
    meter.worked(size);
    meter.read(size);
  }
  return set;
}

async function columnsOf({ id, name, read }: SampleSet, store: SampleStore): Promise<ArticleColumns[]> {
  const all: ArticleColumns[] = [];
  for (let block = 0; block < read.blocks; block++) all.push((await store.columns(id, block)) ?? lost(name, block));
  return all;
}

function lost(name: string, block: number): never {
  throw new Fault({ code: 'samples-damaged', where: `samples ${name}, part ${block + 1} of the text`, expected: 'the token ids that were stored', got: 'none, or other ones: the browser’s storage is damaged', remedy: 'Delete the set and make it anew.' });
}

/** The documents of some shards, from a pass over all blocks. */
async function gathered({ id, name, read }: SampleSet, group: readonly PlannedShard[], columns: ArticleColumns, blocks: readonly ArticleColumns[], store: SampleStore): Promise<readonly Documents[]> {
  const gatherer = new ShardGatherer(group.map(({ articles }) => articles), columns);
  for (let i = 0; i < read.blocks; i++) {
    const block = await store.block(id, i);
    if (!block || blockSum(block) !== block.sum) lost(name, i);
    else gatherer.add(block, blocks[i]!.tokens.length);
  }
  return gatherer.documents;
}

/** Neighbouring shards that together have no more tokens than are gathered at a time; a larger one stands alone. */
function groupsOf(shards: readonly PlannedShard[], { tokens }: ArticleColumns, most: number): PlannedShard[][] {
  const groups: PlannedShard[][] = [];
  let room = 0;
  for (const shard of shards) {
    const size = shard.articles.reduce((sum, article) => sum + tokens[article]!, 0);
    if (groups.length === 0 || size > room) {
      groups.push([]);
      room = most;
    }
    groups.at(-1)!.push(shard);
    room -= size;
  }
  return groups;
}
