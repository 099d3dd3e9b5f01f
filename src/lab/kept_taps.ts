/** What is inside of a teacher for each training row, in main memory: computed once, looked up in every step. */
import type { ModelShape, TapLayers } from '../distill/objective.ts';
import { TAP_NAMES, type TapName } from '../model/taps.ts';
import { MASKED_SCORE } from '../tensor/kernels/masked_score.ts';
import * as tf from '../tensor/tf.ts';

/** A tap of one text of `length` tokens is [blocks, tokens, values]. */
interface Form {
  readonly blocks: (model: ModelShape) => number;
  readonly tokens: (length: number) => number;
  readonly values: (model: ModelShape, length: number) => number;
  /** What stands at padded tokens and keys. */
  readonly padding: number;
  /** The tap's shape for a batch. */
  readonly shape: (model: ModelShape, batch: number, length: number) => number[];
}

const ONE = () => 1;
const ALL = (length: number) => length;
const heads = (model: ModelShape) => model.heads;
const width = (model: ModelShape) => model.hidden_size;
const keys = (_model: ModelShape, length: number) => length;
const ofHead = (model: ModelShape) => model.hidden_size / model.heads;
const byHead = (values: Form['values']): Pick<Form, 'blocks' | 'tokens' | 'values' | 'shape'> => ({ blocks: heads, tokens: ALL, values, shape: (model, batch, length) => [batch, model.heads, length, values(model, length)] });

const FORMS: Readonly<Record<TapName, Form>> = {
  hiddenStates: { blocks: ONE, tokens: ALL, values: width, padding: 0, shape: (model, batch, length) => [batch * length, model.hidden_size] },
  firstTokens: { blocks: ONE, tokens: ONE, values: width, padding: 0, shape: (model, batch) => [batch, model.hidden_size] },
  attentionScores: { ...byHead(keys), padding: MASKED_SCORE },
  attentionProbabilities: { ...byHead(keys), padding: 0 },
  queries: { ...byHead(ofHead), padding: 0 },
  keys: { ...byHead(ofHead), padding: 0 },
  values: { ...byHead(ofHead), padding: 0 },
};

/** A tap by its name and index. */
export interface NamedTap {
  readonly name: TapName;
  readonly index: number;
}

/** The taps of some layers one after another, in the order in which a pass lists them. */
export function tapList(taps: TapLayers): NamedTap[] {
  return TAP_NAMES.flatMap((name) => (taps[name] ?? []).map((index) => ({ name, index })));
}

/** Values of one text of `length` tokens in a tap. */
function valuesOf(name: TapName, model: ModelShape, length: number): number {
  const { blocks, tokens, values } = FORMS[name];
  return length === 0 ? 0 : blocks(model) * tokens(length) * values(model, length);
}

/** Bytes that keeping these taps takes for rows of these lengths. */
export function keptBytes(model: ModelShape, taps: TapLayers, lengths: Iterable<number>): number {
  const names = tapList(taps).map(({ name }) => name);
  let values = 0;
  for (const length of lengths) for (const name of names) values += valuesOf(name, model, length);
  return Float32Array.BYTES_PER_ELEMENT * values;
}

/** Rows of a batch by their number among all, and the tokens that each is padded to. */
export interface PaddedRows {
  readonly indices: readonly number[];
  readonly length: number;
}

/** Some taps of some rows, each row at its own length: padding is added when a batch is put together. */
export class KeptTaps {
  readonly #places = new Map<TapName, Float64Array>();
  readonly #values = new Map<string, Float32Array>();

  /** `lengths`: tokens of each row; 0 for rows that are not kept. */
  constructor(
    readonly model: ModelShape,
    taps: TapLayers,
    readonly lengths: ArrayLike<number>,
  ) {
    for (const tap of tapList(taps)) {
      const places = this.#places.get(tap.name) ?? placesOf(tap.name, model, lengths);
      this.#places.set(tap.name, places);
      this.#values.set(nameOf(tap), new Float32Array(places.at(-1)!));
    }
  }

  /** Keeps the values of a tap that a pass gave for some rows. */
  put(tap: NamedTap, { indices, length }: PaddedRows, values: Float32Array): void {
    const padded = valuesOf(tap.name, this.model, length);
    const kept = this.#of(tap);
    indices.forEach((row, i) => {
      const own = this.lengths[row]!;
      copy(tap.name, this.model, own, { data: values, at: i * padded, length }, { data: kept, at: this.#places.get(tap.name)![row]!, length: own });
    });
  }

  /** A tap of a batch as a tensor of the device; call within `tf.tidy`. RangeError for a tap or a row that is not kept. */
  tensor(tap: NamedTap, { indices, length }: PaddedRows): tf.Tensor {
    const { padding, shape } = FORMS[tap.name];
    const padded = valuesOf(tap.name, this.model, length);
    const kept = this.#of(tap);
    const out = new Float32Array(indices.length * padded);
    if (padding !== 0) out.fill(padding);
    indices.forEach((row, i) => {
      const own = this.lengths[row] ?? 0;
      if (own === 0) throw new RangeError(`nothing of the teacher is kept for row ${row}`);
      copy(tap.name, this.model, own, { data: kept, at: this.#places.get(tap.name)![row]!, length: own }, { data: out, at: i * padded, length });
    });
    return tf.tensor(out, shape(this.model, indices.length, length));
  }

  #of(tap: NamedTap): Float32Array {
    const values = this.#values.get(nameOf(tap));
    if (!values) throw new RangeError(`the teacher's tap "${tap.name}" of index ${tap.index} is not kept`);
    return values;
  }
}

/** A tap's name and index as one word. */
export const nameOf = ({ name, index }: NamedTap): string => `${name}.${index}`;

/** Where each row's values begin, and behind the last one where they end. */
function placesOf(name: TapName, model: ModelShape, lengths: ArrayLike<number>): Float64Array {
  const places = new Float64Array(lengths.length + 1);
  for (let row = 0; row < lengths.length; row++) places[row + 1] = places[row]! + valuesOf(name, model, lengths[row]!);
  return places;
}

/** One text's values in an array, with the length that they are laid out for. */
interface Laid {
  readonly data: Float32Array;
  readonly at: number;
  readonly length: number;
}

/** Copies the values of a text's `own` real tokens from one layout to another. */
function copy(name: TapName, model: ModelShape, own: number, from: Laid, to: Laid): void {
  const { blocks, tokens, values } = FORMS[name];
  const [rows, columns] = [tokens(own), values(model, own)];
  const place = ({ at, length }: Laid, block: number, token: number) => at + (block * tokens(length) + token) * values(model, length);
  for (let block = 0; block < blocks(model); block++) {
    for (let token = 0; token < rows; token++) {
      const [source, target] = [place(from, block, token), place(to, block, token)];
      for (let i = 0; i < columns; i++) to.data[target + i] = from.data[source + i]!;
    }
  }
}
