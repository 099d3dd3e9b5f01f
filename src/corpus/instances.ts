/** Documents of token ids → training instances of masked language modelling, with or without next-sentence pairs. */
import type { Documents } from './documents.ts';
import type { Draws } from './draws.ts';
import { predict, type Marks, type PredictionOptions, type Predictions } from './predictions.ts';

export interface InstanceOptions extends PredictionOptions {
  /** Most tokens of an instance, special ones included; at least 5. */
  readonly maxSeqLength: number;
  /** Share of the documents that are cut into shorter instances. */
  readonly shortShare: number;
  /** Whether an instance is a pair whose second half follows the first or comes from another document. */
  readonly nextSentence: boolean;
}

export interface Instance extends Predictions {
  /** Where the second text begins, and with it token type 1; the length of `ids` where there is none. */
  readonly second: number;
  /** Whether the second text comes from another document. */
  readonly isRandomNext: boolean;
}

/** A run of the documents' tokens, which truncation shortens at either end. */
interface Run {
  from: number;
  to: number;
}

/** What is drawn from a document at one time: one text or two, and the sentence to go on with. */
interface Chunk {
  readonly first: Run;
  readonly second: Run | undefined;
  readonly isRandomNext: boolean;
  readonly next: number;
}

/**
 * One instance after another, documents in drawn order, each time with new draws; the reference then shuffles the list.
 *
 * RangeError when an instance has no room for a pair of tokens. Source: `create_training_instances`.
 */
export function* instancesOf(source: Documents, duplicates: number, marks: Marks, options: InstanceOptions, draws: Draws): Generator<Instance> {
  if (options.maxSeqLength < 5) throw new RangeError(`instancesOf(): maxSeqLength must be at least 5, got ${options.maxSeqLength}`);
  const order = draws.order(source.documents.length - 1);
  for (let time = 0; time < duplicates; time++) {
    for (let at = 0; at < order.length; at++) {
      for (const chunk of chunksOf(source, order, at, options, draws)) yield instanceOf(source, chunk, marks, options, draws);
    }
  }
}

/** Sentences are gathered until they fill an instance; now and then a document aims at a shorter one. */
function* chunksOf(source: Documents, order: ArrayLike<number>, at: number, options: InstanceOptions, draws: Draws): Generator<Chunk> {
  const { sentences, documents } = source;
  const end = documents[order[at]! + 1]!;
  const most = options.maxSeqLength - (options.nextSentence ? 3 : 2);
  const target = draws.uniform() < options.shortShare ? draws.between(2, most) : most;
  let start = documents[order[at]!]!;
  for (let i = start; i < end; i++) {
    if (i < end - 1 && sentences[i + 1]! - sentences[start]! < target) continue;
    const chunk = options.nextSentence ? pair(source, order, at, start, i + 1, target, draws) : single(source, start, i + 1);
    truncate(chunk, most, draws);
    yield chunk;
    start = chunk.next;
    i = start - 1;
  }
}

function single({ sentences }: Documents, start: number, end: number): Chunk {
  return { first: { from: sentences[start]!, to: sentences[end]! }, second: undefined, isRandomNext: false, next: end };
}

/**
 * Sentences `start` to `end` as a pair: split at a drawn place, or, in half of the cases and always for a single sentence,
 * followed by sentences of a drawn document, after which those that were not used are taken up again.
 *
 * Ten draws look for another document than the own one; where none is found, its sentences are used all the same and the
 * pair counts as a following one. Source: `create_instances_from_document`.
 */
function pair(source: Documents, order: ArrayLike<number>, at: number, start: number, end: number, target: number, draws: Draws): Chunk {
  const { sentences } = source;
  const count = end - start;
  const split = start + (count >= 2 ? draws.between(1, count - 1) : 1);
  const first = { from: sentences[start]!, to: sentences[split]! };
  if (count >= 2 && draws.uniform() >= 0.5) return { first, second: { from: sentences[split]!, to: sentences[end]! }, isRandomNext: false, next: end };
  const other = otherDocument(order.length, at, draws);
  const second = followedFrom(source, order[other]!, target - (first.to - first.from), draws);
  return { first, second, isRandomNext: other !== at, next: split };
}

/** A document other than `own`, or that one where ten draws give no other. */
function otherDocument(count: number, own: number, draws: Draws): number {
  let drawn = own;
  for (let tries = 0; tries < 10 && drawn === own; tries++) drawn = draws.between(0, count - 1);
  return drawn;
}

/** The sentences of a document from a drawn one on, until they have `wanted` tokens. */
function followedFrom({ sentences, documents }: Documents, document: number, wanted: number, draws: Draws): Run {
  const [first, end] = [documents[document]!, documents[document + 1]!];
  const start = first + draws.between(0, end - first - 1);
  let last = start + 1;
  while (last < end && sentences[last]! - sentences[start]! < wanted) last++;
  return { from: sentences[start]!, to: sentences[last]! };
}

/**
 * Takes tokens from the longer text, the second one when both are equal, at its beginning or its end by the toss of a coin,
 * until both have at most `most`. Source: `truncate_seq_pair`, `truncate_single_seq`.
 */
export function truncate({ first, second = { from: 0, to: 0 } }: { readonly first: Run; readonly second?: Run | undefined }, most: number, draws: Draws): void {
  const length = ({ from, to }: Run) => to - from;
  while (length(first) + length(second) > most) {
    const longer = length(first) > length(second) ? first : second;
    if (draws.uniform() < 0.5) longer.from++;
    else longer.to--;
  }
}

/** [CLS] first [SEP], or [CLS] first [SEP] second [SEP], with words masked. */
function instanceOf({ ids }: Documents, { first, second, isRandomNext }: Chunk, marks: Marks, options: InstanceOptions, draws: Draws): Instance {
  const [a, b] = [ids.subarray(first.from, first.to), second && ids.subarray(second.from, second.to)];
  const framed = new Uint32Array(a.length + 2 + (b ? b.length + 1 : 0)).fill(marks.sep);
  framed[0] = marks.cls;
  framed.set(a, 1);
  if (b) framed.set(b, a.length + 2);
  return { ...predict(framed, marks, options, draws), second: b ? a.length + 2 : framed.length, isRandomNext };
}
