import type * as tf from '../tensor/tf.ts';
import { bits, key } from '../random/counter.ts';
import type { AttentionShape } from '../tensor/kernels/attention.ts';
import { dropout } from '../tensor/kernels/dropout.ts';
import { layerNorm } from '../tensor/kernels/layer_norm.ts';
import { linear } from '../tensor/kernels/linear.ts';
import { linearActivation, type DenseActivation } from '../tensor/kernels/linear_activation.ts';
import { residualNorm } from '../tensor/kernels/residual_norm.ts';
import type { Batch } from './batch.ts';
import type { Fidelity, ModelConfig } from './config.ts';
import type { Parameters } from './parameters.ts';
import { Taps, type TapChoice } from './taps.ts';

/** Where the dropout of one forward pass draws from; undefined means evaluation mode. */
export interface DropoutSource {
  readonly seed: number;
  readonly step: number;
}

export interface EncodeOptions {
  readonly dropout?: DropoutSource;
  /** Intermediate tensors to keep for the objectives; nothing else is kept. */
  readonly taps?: TapChoice;
  /** `released`: RoBERTa's padded positions start at 0 (D1); a pre-LN output is not normalised (D17). */
  readonly fidelity?: Fidelity;
  /**
   * Only first tokens are read of the last states: in a `forward` pass, or where they are `trained` through, too. The last layer is
   * then computed for them alone behind its keys and values, as far as that leaves all numbers as they are.
   */
  readonly firstTokens?: 'forward' | 'trained';
  /** Is shown the tensors inside of each layer, by name, e.g. `layer.0.attention_context`. */
  readonly trace?: (name: string, tensor: tf.Tensor) => void;
}

/** A parameter by name; RangeError when the model lacks it. */
export function parameterOf(parameters: Parameters, name: string): tf.Tensor {
  const tensor = parameters.get(name);
  if (!tensor) throw new RangeError(`the model has no parameter "${name}"`);
  return tensor;
}

/** Dense layer by the name of its parameters: x [N, I] → [N, O]. */
export function dense(parameters: Parameters, x: tf.Tensor, name: string): tf.Tensor {
  return linear(x, parameterOf(parameters, `${name}.weight`), parameterOf(parameters, `${name}.bias`));
}

/** Dense layer with its activation, by the name of its parameters: x [N, I] → [N, O]. */
export function denseActivation(parameters: Parameters, x: tf.Tensor, name: string, kind: DenseActivation): tf.Tensor {
  return linearActivation(x, parameterOf(parameters, `${name}.weight`), parameterOf(parameters, `${name}.bias`), kind);
}

/** LayerNorm by the name of its parameters: x [N, d] → [N, d]. */
export function normalise(parameters: Parameters, x: tf.Tensor, name: string, { layer_norm_eps }: ModelConfig): tf.Tensor {
  return layerNorm(x, parameterOf(parameters, `${name}.weight`), parameterOf(parameters, `${name}.bias`), layer_norm_eps);
}

/** The draw of one place of the network; rate 0 in evaluation mode. */
export function drawAt(source: DropoutSource | undefined, rate: number, place: number): { rate: number; key: number } {
  return source ? { rate, key: bits(key(source.seed, 'dropout', source.step), place) } : { rate: 0, key: 0 };
}

/** What every part of one forward pass through the encoder shares. */
export class Pass {
  readonly taps: Taps;
  readonly shape: AttentionShape;
  #place = 0;

  constructor(
    readonly parameters: Parameters,
    readonly config: ModelConfig,
    readonly batch: Batch,
    readonly options: EncodeOptions,
  ) {
    this.taps = new Taps(options.taps ?? {}, config.num_hidden_layers);
    this.shape = { batch: batch.size, length: batch.length, heads: config.num_attention_heads };
  }

  get released(): boolean {
    return this.options.fidelity === 'released';
  }

  get(name: string): tf.Tensor {
    return parameterOf(this.parameters, name);
  }

  linear(x: tf.Tensor, name: string): tf.Tensor {
    return dense(this.parameters, x, name);
  }

  norm(x: tf.Tensor, name: string): tf.Tensor {
    return normalise(this.parameters, x, name, this.config);
  }

  /** LN(dropout(x) + residual), by the name of the norm's parameters; of all tokens or of the first ones, which draw the same. */
  residualNorm(x: tf.Tensor, residual: tf.Tensor, name: string): tf.Tensor {
    const draw = this.draw(this.config.hidden_dropout_prob);
    const spacing = (this.batch.size * this.batch.length) / x.shape[0]!;
    return residualNorm(x, residual, this.get(`${name}.weight`), this.get(`${name}.bias`), { ...draw, eps: this.config.layer_norm_eps, spacing });
  }

  /** Each place in the network draws its own mask: the key depends on the order of the calls, which never changes. */
  draw(rate: number): { rate: number; key: number } {
    return drawAt(this.options.dropout, rate, this.#place++);
  }

  dropout(x: tf.Tensor): tf.Tensor {
    return dropout(x, this.draw(this.config.hidden_dropout_prob));
  }

  /** Shows a tensor to whoever traces the pass, and returns it. */
  traced(name: string, tensor: tf.Tensor): tf.Tensor {
    this.options.trace?.(name, tensor);
    return tensor;
  }
}
