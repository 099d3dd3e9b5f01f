/** The header of a file of samples: what they were made from, and how. */
import { isJsonObject, showValue, type JsonObject } from '../formats/text.ts';
import type { LayoutName } from '../tokenizer/layout.ts';
import { badSamples } from './samples.ts';
import type { VocabularyDigest } from './tokens.ts';

export interface SamplesHeader {
  readonly version: 1;
  readonly layout: LayoutName;
  readonly vocabulary: VocabularyDigest;
  readonly max_seq_length: number;
  readonly max_predictions_per_seq: number;
  readonly masked_lm_prob: number;
  readonly short_seq_prob: number;
  readonly next_sentence: boolean;
  readonly whole_words: boolean;
  readonly seed: number;
  /** The shard of text. */
  readonly source: { readonly name: string; readonly bytes: number; readonly crc32: string };
  readonly instances: number;
  /** Numbers in the lists `ids`, and in `positions` and `labels`. */
  readonly tokens: number;
  readonly predictions: number;
  readonly body_crc32: string;
}

const VERSION = 1;
const MOST = 2 ** 32;

/** A checked header; Fault `bad-samples` names the first entry that is not what it should be. */
export function readHeader(json: JsonObject, where: string): SamplesHeader {
  const fields = new Fields(json, where);
  if (json.version !== VERSION) throw badSamples(`${where}, version`, String(VERSION), showValue(json.version));
  const [vocabulary, source] = [fields.object('vocabulary'), fields.object('source')];
  return {
    version: VERSION,
    layout: fields.word('layout', ['bert', 'roberta'] as const),
    vocabulary: { tokens: vocabulary.whole('tokens', 1), crc32: vocabulary.text('crc32') },
    max_seq_length: fields.whole('max_seq_length', 5, 65_535),
    max_predictions_per_seq: fields.whole('max_predictions_per_seq', 1, 65_535),
    masked_lm_prob: fields.share('masked_lm_prob'),
    short_seq_prob: fields.share('short_seq_prob'),
    next_sentence: fields.flag('next_sentence'),
    whole_words: fields.flag('whole_words'),
    seed: fields.whole('seed', 0),
    source: { name: source.text('name'), bytes: source.whole('bytes', 0, Number.MAX_SAFE_INTEGER), crc32: source.text('crc32') },
    instances: fields.whole('instances', 0),
    tokens: fields.whole('tokens', 0),
    predictions: fields.whole('predictions', 0),
    body_crc32: fields.text('body_crc32'),
  };
}

class Fields {
  readonly #json: JsonObject;
  readonly #where: string;

  constructor(json: JsonObject, where: string) {
    this.#json = json;
    this.#where = where;
  }

  whole(name: string, least: number, most = MOST): number {
    const value = this.#json[name];
    return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most ? value : this.#fail(name, `a whole number from ${least} to ${most}`);
  }

  share(name: string): number {
    const value = this.#json[name];
    return typeof value === 'number' && value >= 0 && value <= 1 ? value : this.#fail(name, 'a number from 0 to 1');
  }

  flag(name: string): boolean {
    const value = this.#json[name];
    return typeof value === 'boolean' ? value : this.#fail(name, 'true or false');
  }

  text(name: string): string {
    const value = this.#json[name];
    return typeof value === 'string' ? value : this.#fail(name, 'text');
  }

  word<const T extends string>(name: string, words: readonly T[]): T {
    return words.find((word) => word === this.#json[name]) ?? this.#fail(name, words.join(' or '));
  }

  object(name: string): Fields {
    const value = this.#json[name];
    return isJsonObject(value) ? new Fields(value, `${this.#where}, ${name}`) : this.#fail(name, 'an object');
  }

  #fail(name: string, expected: string): never {
    throw badSamples(`${this.#where}, ${name}`, expected, showValue(this.#json[name]));
  }
}
