/** Files of text → blocks of token ids in the store. */
import { articlesOf, kindOfText } from '../corpus/text_files.ts';
import { BlockWriter, blockSum, joinedColumns, type ArticleColumns } from '../corpus/token_blocks.ts';
import type { SamplePlan, TextKind } from '../corpus/sample_plan.ts';
import { Fault } from '../fault/fault.ts';
import { FormatError } from '../formats/format_error.ts';
import type { ReadSoFar, SampleSet } from '../store/samples.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { CorpusMeter } from './corpus_meter.ts';
import type { CorpusPorts } from './corpus_tasks.ts';

/** A file of text as it was given. */
export interface GivenText {
  readonly name: string;
  readonly bytes: number;
  readonly blob: Blob;
}

/** Tokens of a block: 4 or 8 MB. */
const BLOCK = 2 ** 21;

/** Reads what was not read yet, block by block, and counts it; FormatError for text that cannot be read, EmptyFile for none. */
export async function readText(begun: SampleSet, text: readonly GivenText[], type: SamplePlan['type'], tokenizer: Tokenizer, ports: CorpusPorts): Promise<{ set: SampleSet; worked: number }> {
  const files = await ofKinds(text, type);
  const meter = new CorpusMeter('reading', files.slice(begun.read.file).reduce((sum, { bytes }) => sum + bytes, 0), ports.now, ports.tell);
  const blocks = new Blocks(begun, new BlockWriter(tokenizer), ports);
  for (let file = begun.read.file; file < files.length; file++) {
    const { kind, name, blob } = files[file]!;
    const skipped = file === begun.read.file ? begun.read.articles : 0;
    const before = blocks.textBytes;
    let seen = 0;
    for await (const article of articlesOf(kind, partsOf(blob, name, meter.read), name, (bytes) => { meter.worked(bytes); blocks.textBytes += bytes; })) {
      if (seen++ >= skipped) await blocks.add(article, { file, articles: seen, text: before });
    }
  }
  const set = await blocks.end(files.length);
  return { set, worked: meter.text };
}

/** Files with what they hold. Plain ones of a text are of one kind: with broken lines in any of them, all are books. */
async function ofKinds(text: readonly GivenText[], type: SamplePlan['type']): Promise<readonly (GivenText & { readonly kind: TextKind })[]> {
  if (type !== 'auto') return text.map((file) => ({ ...file, kind: type }));
  const looked: (GivenText & { kind: TextKind })[] = [];
  for (const file of text) looked.push({ ...file, kind: await kindOfText(partsOf(file.blob, file.name), file.name) });
  const plain: TextKind = looked.some(({ kind }) => kind === 'bookcorpus') ? 'bookcorpus' : 'lines';
  const of = (isWiki: boolean) => looked.filter(({ kind }) => (kind === 'wiki') === isWiki);
  return [...of(false).map((file) => ({ ...file, kind: plain })), ...of(true)];
}

/** Writes blocks as they fill. */
class Blocks {
  /** Bytes of text of all files so far. */
  textBytes: number;
  #set: SampleSet;
  readonly #writer: BlockWriter;
  readonly #ports: CorpusPorts;
  #at: Omit<ReadSoFar, 'blocks'>;

  constructor(set: SampleSet, writer: BlockWriter, ports: CorpusPorts) {
    [this.#set, this.#writer, this.#ports] = [set, writer, ports];
    this.#at = set.read;
    this.textBytes = set.read.text;
  }

  async add(article: string, at: Omit<ReadSoFar, 'blocks'>): Promise<void> {
    this.#writer.add(article);
    this.#at = at;
    if (this.#writer.tokens >= (this.#ports.sizes?.block ?? BLOCK)) await this.#flush();
  }

  /** Stores what is left, with the numbers of the whole text. */
  async end(files: number): Promise<SampleSet> {
    await this.#flush();
    const { id } = this.#set;
    const all: ArticleColumns[] = [];
    for (let block = 0; block < this.#set.read.blocks; block++) all.push((await this.#ports.store.columns(id, block)) ?? joinedColumns([]));
    const { sentences } = joinedColumns(all);
    if (sentences.length === 0) throw new FormatError('EmptyFile', this.#set.text[0]?.name ?? 'the text', 'files with text', 'no article in them', 'Give other files, or choose what they hold.');
    const read = { ...this.#set.read, file: files, articles: 0, text: this.textBytes };
    const set: SampleSet = { ...this.#set, state: 'making', read, articles: sentences.length, sentences: sentences.reduce((a, b) => a + b, 0), textBytes: this.textBytes };
    await this.#ports.store.put(set);
    return set;
  }

  async #flush(): Promise<void> {
    const { articles, block } = this.#writer.take();
    const { blocks } = this.#set.read;
    const isEmpty = articles.tokens.length === 0;
    this.#set = { ...this.#set, read: { ...this.#at, blocks: blocks + Number(!isEmpty) } };
    if (!isEmpty) await this.#ports.store.addBlock(this.#set, blocks, articles, block, blockSum(block));
  }
}

/** The parts of a file that a person gave; Fault `unreadable-file` where the system no longer gives it. */
async function* partsOf(blob: Blob, name: string, onBytes: (bytes: number) => void = () => undefined): AsyncGenerator<Uint8Array> {
  const reader = blob.stream().getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      onBytes(part.value.length);
      yield part.value;
    }
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault({ code: 'unreadable-file', where: name, expected: 'a file that can be read', got: error instanceof Error ? error.message : String(error), remedy: 'The file was moved or changed: give it again.' });
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
