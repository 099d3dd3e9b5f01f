/** A file of samples → the samples, after everything in it was checked. */
import { Fault } from '../fault/fault.ts';
import { parseJsonObject } from '../formats/text.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import { crc32, hex32 } from './crc32.ts';
import type { Whole } from './growing.ts';
import { badSamples, bodyStart, idsOf, MAGIC, padded, type SampleLists } from './samples.ts';
import { readHeader, type SamplesHeader } from './samples_header.ts';
import { vocabularyDigest } from './tokens.ts';

const MAX_HEADER = 2 ** 16;

/** One sample, without padding. */
export interface Sample {
  /** [T] with masks. */
  readonly ids: ArrayLike<number>;
  /** Where the second text begins; T where there is none. */
  readonly second: number;
  readonly isRandomNext: boolean;
  /** [M] places of the words to predict, and [M] the words. */
  readonly positions: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

/** Samples of one file; single ones are views, not copies. */
export class Samples {
  readonly header: SamplesHeader;
  readonly #lists: SampleLists;
  readonly #tokenStarts: Float64Array;
  readonly #labelStarts: Float64Array;

  constructor(header: SamplesHeader, lists: SampleLists) {
    this.header = header;
    this.#lists = lists;
    this.#tokenStarts = starts(lists.lengths);
    this.#labelStarts = starts(lists.predicted);
  }

  get count(): number {
    return this.header.instances;
  }

  /** RangeError when there is no such sample. */
  at(i: number): Sample {
    if (!(i >= 0 && i < this.count)) throw new RangeError(`sample ${i} of ${this.count}`);
    const { ids, seconds, random, positions, labels } = this.#lists;
    const [from, to] = [this.#tokenStarts[i]!, this.#tokenStarts[i + 1]!];
    const [first, end] = [this.#labelStarts[i]!, this.#labelStarts[i + 1]!];
    return { ids: ids.subarray(from, to), second: seconds[i]!, isRandomNext: random[i] === 1, positions: positions.subarray(first, end), labels: labels.subarray(first, end) };
  }
}

/** The header of a file by its first bytes, of which 64 kB are enough; Fault `bad-samples` when it is none. */
export function headerOf(first: Uint8Array, where: string): { readonly header: SamplesHeader; readonly bodyAt: number } {
  const mark = new TextDecoder('latin1').decode(first.subarray(0, MAGIC.length));
  if (mark !== MAGIC || first.length < MAGIC.length + 4) throw badSamples(where, 'a file of samples', first.length === 0 ? 'an empty file' : 'another file');
  const length = new DataView(first.buffer, first.byteOffset).getUint32(MAGIC.length, true);
  const from = MAGIC.length + 4;
  if (length > MAX_HEADER || from + length > first.length) throw badSamples(where, 'a whole header', length > MAX_HEADER ? 'a longer one' : 'a part of one');
  const json = parseJsonObject(first.subarray(from, from + length), `${where}, header`, MAX_HEADER);
  return { header: readHeader(json, `${where}, header`), bodyAt: bodyStart(length) };
}

/** A whole file; Fault `bad-samples` when it is damaged, cut, or no file of samples. */
export function readSamples(bytes: Uint8Array, where: string): Samples {
  const { header, bodyAt } = headerOf(bytes, where);
  const lists = listsOf(header, bytes.slice(bodyAt), where);
  checkLists(header, lists, where);
  return new Samples(header, lists);
}

/** The lists that stand behind each other in the body, which must end with the last. */
function listsOf({ vocabulary, instances, tokens, predictions, body_crc32 }: SamplesHeader, body: Uint8Array<ArrayBuffer>, where: string): SampleLists {
  let at = 0;
  const take = <T extends Whole>(make: (length: number) => T, count: number): T => {
    const list = make(count);
    const bytes = body.subarray(at, at + list.byteLength);
    if (bytes.length < list.byteLength) throw badSamples(where, 'a whole file', `${body.length} bytes after the header`);
    new Uint8Array(list.buffer).set(bytes);
    at += padded(list.byteLength);
    return list;
  };
  const u16 = (length: number) => new Uint16Array(length);
  const ofIds = idsOf(vocabulary.tokens);
  const [lengths, seconds, predicted] = [take(u16, instances), take(u16, instances), take(u16, instances)];
  const random = take((length) => new Uint8Array(length), instances);
  const lists = { lengths, seconds, predicted, random, ids: take(ofIds, tokens), positions: take(u16, predictions), labels: take(ofIds, predictions) };
  if (at !== body.length) throw badSamples(where, `${at} bytes after the header`, `${body.length}`);
  const sum = hex32(crc32(body));
  if (sum !== body_crc32) throw badSamples(where, `the checksum ${body_crc32}`, sum);
  return lists;
}

/** Whether the numbers fit each other: a file with a right checksum may come from another program. */
function checkLists(header: SamplesHeader, { lengths, seconds, predicted, ids, positions, labels }: SampleLists, where: string): void {
  const fail = (row: number, expected: string, got: number | string): never => {
    throw badSamples(`${where}, sample ${row}`, expected, String(got));
  };
  if (sum(lengths) !== header.tokens) throw badSamples(where, `${header.tokens} tokens`, `${sum(lengths)}`);
  if (sum(predicted) !== header.predictions) throw badSamples(where, `${header.predictions} words to predict`, `${sum(predicted)}`);
  let at = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]!;
    if (length < 3 || length > header.max_seq_length) fail(i, `3 to ${header.max_seq_length} tokens`, length);
    if (seconds[i]! > length) fail(i, `a second text within ${length} tokens`, seconds[i]!);
    if (predicted[i]! > header.max_predictions_per_seq) fail(i, `at most ${header.max_predictions_per_seq} words to predict`, predicted[i]!);
    for (const end = at + predicted[i]!; at < end; at++) if (positions[at]! >= length) fail(i, `words to predict within ${length} tokens`, positions[at]!);
  }
  for (const list of [ids, labels]) {
    const over = list.findIndex((id) => id >= header.vocabulary.tokens);
    if (over >= 0) throw badSamples(where, `ids below ${header.vocabulary.tokens}`, `${list[over]}`);
  }
}

/**
 * Refuses samples that were made for another vocabulary, or are longer than a model reads.
 *
 * Fault `other-vocabulary`, or `other-length` when `maxLength` is below that of the samples.
 */
export function checkSamples({ vocabulary, max_seq_length }: SamplesHeader, tokenizer: Tokenizer, maxLength: number, where: string): void {
  const own = vocabularyDigest(tokenizer);
  const named = ({ tokens, crc32: digest }: typeof own) => `${tokens} tokens (CRC-32 ${digest})`;
  const remedy = 'Make the samples again with generate_samples and the vocabulary of the model, or name their tokenizer with --tokenizer.';
  if (own.tokens !== vocabulary.tokens || own.crc32 !== vocabulary.crc32) {
    throw new Fault({ code: 'other-vocabulary', where, expected: `samples for the vocabulary of ${named(own)}`, got: `samples for one of ${named(vocabulary)}`, remedy });
  }
  if (max_seq_length > maxLength) {
    throw new Fault({ code: 'other-length', where, expected: `samples of at most ${maxLength} tokens`, got: `max_seq_length ${max_seq_length}`, remedy: `Make the samples again with --max_seq_length ${maxLength}, or raise the length of the run.` });
  }
}

function starts(sizes: ArrayLike<number>): Float64Array {
  const out = new Float64Array(sizes.length + 1);
  for (let i = 0; i < sizes.length; i++) out[i + 1] = out[i]! + sizes[i]!;
  return out;
}

function sum(values: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
}
