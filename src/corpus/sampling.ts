/** A shard of text → its samples as a file. */
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { crc32, hex32 } from './crc32.ts';
import { DocumentList, type Documents } from './documents.ts';
import { counterDraws } from './draws.ts';
import { instancesOf } from './instances.ts';
import { linesOf } from './lines.ts';
import { encodeSamples, SampleWriter } from './samples.ts';
import type { SamplesHeader } from './samples_header.ts';
import { marksOf, vocabularyDigest, wordBeginnings, tokenOf } from './tokens.ts';

/** How samples are made. */
export type SampleSettings = Pick<SamplesHeader, 'max_seq_length' | 'max_predictions_per_seq' | 'masked_lm_prob' | 'short_seq_prob' | 'next_sentence' | 'whole_words'>;

/** A shard as token ids, and what it was read from. */
export interface ShardText {
  readonly documents: Documents;
  readonly source: SamplesHeader['source'];
}

/** The two kinds of shards, by the numbers that their draws are told apart with. */
export const KINDS = { train: 0, test: 1 } as const;
export type ShardKind = keyof typeof KINDS;

/** What reads shards and makes samples with one tokenizer, whose common words it keeps. */
export class Sampler {
  readonly #tokenizer: Tokenizer;
  readonly #tokens: (text: string) => ArrayLike<number>;
  readonly #about: Pick<SamplesHeader, 'version' | 'layout' | 'vocabulary'>;
  readonly #settings: SampleSettings;

  constructor(tokenizer: Tokenizer, settings: SampleSettings) {
    this.#tokenizer = tokenizer;
    this.#tokens = tokenOf(tokenizer);
    this.#about = { version: 1, layout: tokenizer.layout, vocabulary: vocabularyDigest(tokenizer) };
    this.#settings = settings;
  }

  /** What the header of a file says that is made from this source with this seed, the counts left out. */
  header(seed: number, source: SamplesHeader['source']): Omit<SamplesHeader, 'instances' | 'tokens' | 'predictions' | 'body_crc32'> {
    const { max_seq_length, max_predictions_per_seq, masked_lm_prob, short_seq_prob, next_sentence, whole_words } = this.#settings;
    return { ...this.#about, max_seq_length, max_predictions_per_seq, masked_lm_prob, short_seq_prob, next_sentence, whole_words, seed, source };
  }

  /** Reads a shard: a sentence a line, empty lines between documents; FormatError NotUtf8 or TooLarge. */
  async read(parts: AsyncIterable<Uint8Array>, name: string, onText: (bytes: number) => void): Promise<ShardText> {
    const list = new DocumentList();
    const sum = new Checksum();
    for await (const lines of linesOf(sum.over(parts), name)) {
      for (const { text, from, to } of lines) {
        const sentence = text.trim();
        if (sentence === '') list.endDocument();
        else list.sentence(this.#tokens(sentence));
        onText(to - from);
      }
    }
    return { documents: list.finish(), source: { name, bytes: sum.bytes, crc32: hex32(sum.crc32) } };
  }

  /** The samples of a shard in drawn order, as a file: a function of the shard, the settings, the seed and the kind. */
  make({ documents, source }: ShardText, seed: number, kind: ShardKind): { readonly bytes: Uint8Array<ArrayBuffer>; readonly count: number } {
    const { max_seq_length: maxSeqLength, max_predictions_per_seq: maxPredictions, masked_lm_prob: maskedShare, short_seq_prob: shortShare, next_sentence: nextSentence, whole_words } = this.#settings;
    const options = { maxSeqLength, maxPredictions, maskedShare, shortShare, nextSentence, ...(whole_words ? { beginsWord: wordBeginnings(this.#tokenizer) } : {}) };
    const draws = counterDraws(seed, KINDS[kind]);
    const writer = new SampleWriter(this.#tokenizer.vocabSize);
    for (const instance of instancesOf(documents, 1, marksOf(this.#tokenizer), options, draws)) writer.add(instance);
    return { bytes: encodeSamples(writer.inOrder(draws.order(writer.count)), this.header(seed, source)), count: writer.count };
  }
}

/** Counts and sums the bytes that pass. */
class Checksum {
  bytes = 0;
  crc32 = 0;

  async *over(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const part of parts) {
      this.bytes += part.length;
      this.crc32 = crc32(part, this.crc32);
      yield part;
    }
  }
}
