/** Samples as a file: a header in JSON, then lists of whole numbers. docs/pretraining_data.md describes the form. */
import { Fault } from '../fault/fault.ts';
import { crc32, hex32 } from './crc32.ts';
import { Growing, type Whole } from './growing.ts';
import type { Instance } from './instances.ts';
import type { SamplesHeader } from './samples_header.ts';

/** First bytes of a file of samples. */
export const MAGIC = 'DLSAMPLE';

/** The lists of a file in their order, and the type of their numbers. */
export interface SampleLists {
  /** [n] tokens of each sample, special ones included. */
  readonly lengths: Uint16Array<ArrayBuffer>;
  /** [n] where the second text begins; the sample's length where there is none. */
  readonly seconds: Uint16Array<ArrayBuffer>;
  /** [n] words to predict. */
  readonly predicted: Uint16Array<ArrayBuffer>;
  /** [n] 1 where the second text comes from another document. */
  readonly random: Uint8Array<ArrayBuffer>;
  /** Tokens of all samples, with masks. */
  readonly ids: Whole;
  /** Places of the words to predict, within their sample. */
  readonly positions: Uint16Array<ArrayBuffer>;
  /** The words that stood there. */
  readonly labels: Whole;
}

/** The form of the numbers of a file: two bytes hold most vocabularies. */
export function idsOf(tokens: number): (length: number) => Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer> {
  return tokens <= 2 ** 16 ? (length) => new Uint16Array(length) : (length) => new Uint32Array(length);
}

const u16 = (length: number) => new Uint16Array(length);

/** Gathers samples; what is kept of each are its numbers alone. */
export class SampleWriter {
  readonly #lengths = new Growing(u16);
  readonly #seconds = new Growing(u16);
  readonly #predicted = new Growing(u16);
  readonly #random = new Growing((n) => new Uint8Array(n));
  readonly #ids: Growing<Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>;
  readonly #positions = new Growing(u16);
  readonly #labels: Growing<Uint16Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>;
  readonly #make: ReturnType<typeof idsOf>;

  /** `tokens`: the size of the vocabulary. */
  constructor(tokens: number) {
    this.#make = idsOf(tokens);
    this.#ids = new Growing(this.#make);
    this.#labels = new Growing(this.#make);
  }

  get count(): number {
    return this.#lengths.length;
  }

  add({ ids, second, isRandomNext, positions, labels }: Instance): void {
    this.#lengths.push(ids.length);
    this.#seconds.push(second);
    this.#predicted.push(positions.length);
    this.#random.push(Number(isRandomNext));
    this.#ids.append(ids);
    this.#positions.append(positions);
    this.#labels.append(labels);
  }

  /** The lists with the samples in another order: sample i is the one that was added at order[i]. */
  inOrder(order: ArrayLike<number>): SampleLists {
    const pick = <T extends Whole>(from: Growing<T>, out: T): T => {
      for (let i = 0; i < order.length; i++) out[i] = from.at(order[i]!);
      return out;
    };
    const [lengths, predicted] = [pick(this.#lengths, u16(order.length)), pick(this.#predicted, u16(order.length))];
    return {
      lengths,
      seconds: pick(this.#seconds, u16(order.length)),
      predicted,
      random: pick(this.#random, new Uint8Array(order.length)),
      ids: moved(this.#ids, this.#lengths, order, this.#make),
      positions: moved(this.#positions, this.#predicted, order, u16),
      labels: moved(this.#labels, this.#predicted, order, this.#make),
    };
  }
}

/** Runs of numbers, one for each sample and as long as `sizes` says, in another order. */
function moved<T extends Whole>(from: Growing<T>, sizes: Growing<Uint16Array<ArrayBuffer>>, order: ArrayLike<number>, make: (length: number) => T): T {
  const begins = new Float64Array(order.length + 1);
  for (let i = 0; i < order.length; i++) begins[i + 1] = begins[i]! + sizes.at(i);
  const out = make(from.length);
  let at = 0;
  for (let i = 0; i < order.length; i++) {
    const run = from.view(begins[order[i]!]!, begins[order[i]! + 1]!);
    out.set(run, at);
    at += run.length;
  }
  return out;
}

/** The bytes of a file: mark, length of the header, header, and the lists, each at a multiple of four bytes. */
export function encodeSamples(lists: SampleLists, given: Omit<SamplesHeader, 'instances' | 'tokens' | 'predictions' | 'body_crc32'>): Uint8Array<ArrayBuffer> {
  const all = inFile(lists);
  const body = new Uint8Array(all.reduce((sum, { byteLength }) => sum + padded(byteLength), 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of all) {
    body.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += padded(byteLength);
  }
  const header: SamplesHeader = { ...given, instances: lists.lengths.length, tokens: lists.ids.length, predictions: lists.labels.length, body_crc32: hex32(crc32(body)) };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const out = new Uint8Array(bodyStart(text.length) + body.length);
  out.set(new TextEncoder().encode(MAGIC));
  new DataView(out.buffer).setUint32(MAGIC.length, text.length, true);
  out.set(text, MAGIC.length + 4);
  out.set(body, bodyStart(text.length));
  return out;
}

/** The lists in the order in which they stand in a file. */
export function inFile({ lengths, seconds, predicted, random, ids, positions, labels }: SampleLists): readonly Whole[] {
  return [lengths, seconds, predicted, random, ids, positions, labels];
}

/** The next multiple of four. */
export const padded = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/** Where the lists begin after a header of so many bytes. */
export const bodyStart = (header: number): number => padded(MAGIC.length + 4 + header);

/** The one error of a file that is damaged, cut or none of samples. */
export function badSamples(where: string, expected: string, got: string): Fault {
  return new Fault({ code: 'bad-samples', where, expected, got, remedy: 'Make the samples again with generate_samples.' });
}
