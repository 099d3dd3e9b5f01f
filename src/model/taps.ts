import type * as tf from '../tensor/tf.ts';

/**
 * The intermediate tensors that an objective may ask for, one per layer.
 *
 *   hiddenStates            [B·T, d]; index 0 is the embedding output, index i the output of layer i−1
 *   firstTokens             [B, d], their vectors of the first token, [CLS], by the same indices
 *   attentionScores         [B, H, T, T] before softmax, scaled by 1/√dh, padded keys lowered by 10000
 *   attentionProbabilities  [B, H, T, T], without dropout
 *   queries, keys, values   [B, H, T, dh]
 *
 * Hidden states of a pre-LN encoder are those of the residual stream, before any later LayerNorm.
 */
export const TAP_NAMES = ['hiddenStates', 'firstTokens', 'attentionScores', 'attentionProbabilities', 'queries', 'keys', 'values'] as const;
export type TapName = (typeof TAP_NAMES)[number];

/** Indices of the layers to keep of each tap. */
export type TapRequest = Readonly<Partial<Record<TapName, 'all' | readonly number[]>>>;
/** A set of names asks for every layer of each. */
export type TapChoice = ReadonlySet<TapName> | TapRequest;

const isSet = (choice: TapChoice): choice is ReadonlySet<TapName> => choice instanceof Set;

/** Whether a tap is of the states between layers, the embedding output among them, rather than of the inside of each layer. */
const isOfStates = (name: TapName): boolean => name === 'hiddenStates' || name === 'firstTokens';

/** Number of tensors of a tap in a model of `depth` layers. */
const countOf = (name: TapName, depth: number): number => (isOfStates(name) ? depth + 1 : depth);

/** A choice with its layers; RangeError when the model has no such layer. */
function resolve(choice: TapChoice, depth: number): Map<TapName, ReadonlySet<number>> {
  const request: TapRequest = isSet(choice) ? Object.fromEntries([...choice].map((name) => [name, 'all'])) : choice;
  const resolved = new Map<TapName, ReadonlySet<number>>();
  for (const name of TAP_NAMES) {
    const layers = request[name];
    if (layers === undefined) continue;
    const count = countOf(name, depth);
    const beyond = layers === 'all' ? undefined : layers.find((layer) => !Number.isInteger(layer) || layer < 0 || layer >= count);
    if (beyond !== undefined) throw new RangeError(`the tap "${name}" has the indices 0 to ${count - 1} in a model of ${depth} layers, not ${beyond}`);
    resolved.set(name, new Set(layers === 'all' ? Array(count).keys() : layers));
  }
  return resolved;
}

/** Collects the taps of one forward pass; a tensor that nobody asked for is never computed. */
export class Taps {
  readonly #wanted: ReadonlyMap<TapName, ReadonlySet<number>>;
  readonly #kept = new Map<TapName, Map<number, tf.Tensor>>();
  readonly #depth: number;

  /** `depth` is the number of the model's layers; RangeError when the choice names a layer beyond it. */
  constructor(choice: TapChoice, depth = 0) {
    this.#depth = depth;
    this.#wanted = resolve(choice, depth);
    for (const name of this.#wanted.keys()) this.#kept.set(name, new Map());
  }

  /** Taps of tensors that are given by layer, all of each name. */
  static of(given: Readonly<Partial<Record<TapName, readonly tf.Tensor[]>>>): Taps {
    const names = TAP_NAMES.filter((name) => given[name] !== undefined);
    const depth = Math.max(0, ...names.map((name) => given[name]!.length - countOf(name, 0)));
    const request = Object.fromEntries(names.map((name) => [name, [...given[name]!.keys()]]));
    const taps = new Taps(request, depth);
    for (const name of names) given[name]!.forEach((tensor, index) => taps.keep(name, index, () => tensor));
    return taps;
  }

  /** Half layers to compute until every tap is there: 2i for the input of layer i, 2i + 1 for its queries, keys and values. */
  get halfLayers(): number {
    const halves = [...this.#wanted].flatMap(([name, layers]) => [...layers].map((layer) => 2 * layer + Number(!isOfStates(name))));
    return Math.max(0, ...halves);
  }

  /** Whether the state of this index was asked for, of all tokens. */
  wantsState(index: number): boolean {
    return this.#wanted.get('hiddenStates')?.has(index) ?? false;
  }

  /** Whether a tensor was asked for that is made of a layer's queries, keys or values. */
  wantsHeads(layer: number): boolean {
    return [...this.#wanted].some(([name, layers]) => !isOfStates(name) && layers.has(layer));
  }

  /** Computes and keeps one tensor if it was asked for. */
  keep(name: TapName, index: number, tensor: () => tf.Tensor): void {
    if (this.#wanted.get(name)?.has(index)) this.#kept.get(name)!.set(index, tensor());
  }

  /** The tensors that were kept from inside of a layer. */
  inside(layer: number): tf.Tensor[] {
    return [...this.#kept].flatMap(([name, tensors]) => (!isOfStates(name) && tensors.has(layer) ? [tensors.get(layer)!] : []));
  }

  /** The tensors of all layers in order; RangeError when not all were asked for. */
  get(name: TapName): readonly tf.Tensor[] {
    if (!this.#wanted.has(name)) throw notAsked(name);
    return Array.from({ length: countOf(name, this.#depth) }, (_, index) => this.at(name, index));
  }

  /** One layer's tensor; RangeError when it was not asked for. */
  at(name: TapName, index: number): tf.Tensor {
    const tensor = this.#kept.get(name)?.get(index);
    if (!tensor) throw notAsked(name, index);
    return tensor;
  }
}

const notAsked = (name: TapName, index?: number) =>
  new RangeError(`the tap "${name}"${index === undefined ? '' : ` of index ${index}`} was not asked for in this forward pass`);
