import type { ModelOutputs, ModelShape, TapReader } from '../../distill/objective.ts';
import type { TapName } from '../../model/taps.ts';
import * as tf from '../../tensor/tf.ts';
import type { GoldenTensors } from '../golden_tensors.ts';

/** What the files call each tap. */
const FILE_NAMES: Readonly<Partial<Record<TapName, string>>> = {
  hiddenStates: 'hidden',
  firstTokens: 'hidden',
  attentionScores: 'scores',
  queries: 'query',
  keys: 'key',
  values: 'value',
};

/** How taps of states come from the file's, [B, T, d]. */
const TOKENS: Readonly<Partial<Record<TapName, (states: tf.Tensor) => tf.Tensor>>> = {
  hiddenStates: (states) => tf.reshape(states, [-1, states.shape[2]!]),
  firstTokens: (states) => tf.squeeze(tf.slice(states, [0, 0, 0], [-1, 1, -1]), [1]),
};

/** Where one model's tensors are among the inputs. */
export interface GivenModel {
  /** e.g. `student`, `wide.teacher`. */
  readonly prefix: string;
  /** Index of our hidden state that the file's `hidden.0` is: 0 is the embedding output. */
  readonly firstHidden: 0 | 1;
  /** The file's logits; absent where no case uses them. */
  readonly logits?: string;
  /** Falls back to another model's tensors where this one has none of a kind. */
  readonly otherwise?: GivenModel;
}

/** The inputs of a group of objectives: tensors given as if models had computed them, which a loss is differentiated by. */
export class GivenModels {
  readonly #variables = new Map<string, tf.Variable>();

  /** `trained`: beginnings of the names of inputs that may have a gradient. */
  constructor(
    readonly tensors: GoldenTensors,
    trained: readonly string[],
  ) {
    const names = tensors.names('inputs/').map((name) => name.slice('inputs/'.length));
    for (const name of names.filter((one) => trained.some((beginning) => one.startsWith(beginning)))) {
      const initial = tensors.tensor(`inputs/${name}`);
      this.#variables.set(name, tf.variable(initial, true));
      initial.dispose();
    }
  }

  /** Inputs that may have a gradient, by name. */
  get variables(): ReadonlyMap<string, tf.Variable> {
    return this.#variables;
  }

  /** One input: a variable where it may have a gradient. */
  input(name: string): tf.Tensor {
    return this.#variables.get(name) ?? this.tensors.tensor(`inputs/${name}`);
  }

  /** Sizes of a model, by the tensors that there are. */
  shapeOf(model: GivenModel): ModelShape {
    const [, heads = 1] = this.#shape(model, 'scores') ?? this.#shape(model, 'query') ?? [];
    const [, , hidden_size = 0] = this.#shape(model, 'hidden') ?? [];
    const [, of = 0, , size = 0] = this.#shape(model, 'query') ?? [];
    return { layers: this.#layers(model), heads, hidden_size: hidden_size || of * size };
  }

  outputsOf(model: GivenModel): ModelOutputs {
    const taps: TapReader = { at: (tap, index) => this.#tap(model, tap, index) };
    return { ...this.shapeOf(model), taps, ...(model.logits === undefined ? {} : { logits: this.input(model.logits) as tf.Tensor2D }) };
  }

  dispose(): void {
    for (const variable of this.#variables.values()) variable.dispose();
  }

  #tap(model: GivenModel, tap: TapName, index: number): tf.Tensor {
    const kind = FILE_NAMES[tap] ?? tap;
    const tensor = this.input(this.#name(model, kind, kind === 'hidden' ? index - model.firstHidden : index));
    return TOKENS[tap]?.(tensor) ?? tensor;
  }

  /** A single layer's tensors may have no index. */
  #name(model: GivenModel, kind: string, index: number): string {
    const indexed = `${model.prefix}.${kind}.${index}`;
    if (this.tensors.has(`inputs/${indexed}`)) return indexed;
    if (this.tensors.has(`inputs/${model.prefix}.${kind}`)) return `${model.prefix}.${kind}`;
    return model.otherwise ? this.#name(model.otherwise, kind, index) : indexed;
  }

  #shape(model: GivenModel, kind: string): readonly number[] | undefined {
    const name = `inputs/${this.#name(model, kind, 0)}`;
    return this.tensors.has(name) ? this.tensors.shape(name) : undefined;
  }

  #layers(model: GivenModel): number {
    const count = (kind: string) => this.tensors.names(`inputs/${model.prefix}.${kind}.`).length;
    const layers = Math.max(count('hidden') - 1 + model.firstHidden, count('scores'), count('query'), count('value'));
    return layers > 0 ? layers : model.otherwise ? this.#layers(model.otherwise) : 1;
  }
}
