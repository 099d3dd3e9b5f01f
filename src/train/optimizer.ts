import * as tf from '../tensor/tf.ts';
import { adamWUpdate, type AdamWSlot } from '../tensor/kernels/adamw.ts';
import { isDecayed } from '../model/parameters.ts';
import type { HostTensor } from '../model/weights.ts';

export interface AdamWOptions {
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  readonly weight_decay: number;
}

/** AdamW over named parameters; its state is the count of updates and two moments a parameter, keyed by name. */
export class AdamW {
  readonly #slots = new Map<string, AdamWSlot>();
  #updates: number;

  constructor(parameters: ReadonlyMap<string, tf.Variable>, readonly options: AdamWOptions, saved?: OptimizerState) {
    this.#updates = saved?.updates ?? 0;
    for (const [name, parameter] of parameters) {
      const moment = (kind: 'm' | 'v') => variableLike(parameter, saved?.moments.get(`${kind}/${name}`));
      this.#slots.set(name, { parameter, m: moment('m'), v: moment('v') });
    }
  }

  /** Updates made so far; skipped ones do not count. */
  get updates(): number {
    return this.#updates;
  }

  /** One update of every parameter that has a gradient; `scale` multiplies the gradients (clipping). */
  update(gradients: ReadonlyMap<string, tf.Tensor>, lr: number, scale: number): void {
    const t = ++this.#updates;
    const { adam_beta1: beta1, adam_beta2: beta2, adam_epsilon: eps, weight_decay } = this.options;
    const shared = { lr, beta1, beta2, eps, scale, correction1: 1 - beta1 ** t, correction2: 1 - beta2 ** t };
    for (const [name, gradient] of gradients) {
      adamWUpdate(this.#slots.get(name)!, gradient, { ...shared, weightDecay: isDecayed(name) ? weight_decay : 0 });
    }
  }

  /** The state in main memory. */
  async save(): Promise<OptimizerState> {
    const moments = new Map<string, HostTensor>();
    for (const [name, { m, v }] of this.#slots) {
      moments.set(`m/${name}`, { shape: m.shape, data: Float32Array.from(await m.data()) });
      moments.set(`v/${name}`, { shape: v.shape, data: Float32Array.from(await v.data()) });
    }
    return { updates: this.#updates, moments };
  }

  dispose(): void {
    for (const { m, v } of this.#slots.values()) tf.dispose([m, v]);
    this.#slots.clear();
  }
}

/** What continues an optimiser: `m/<name>` and `v/<name>` by parameter. */
export interface OptimizerState {
  readonly updates: number;
  readonly moments: ReadonlyMap<string, HostTensor>;
}

function variableLike(parameter: tf.Variable, saved: HostTensor | undefined): tf.Variable {
  return tf.tidy(() => tf.variable(saved ? tf.tensor(saved.data, [...saved.shape]) : tf.zerosLike(parameter), false));
}

/** The factor that brings a gradient of this norm down to `max_grad_norm`; 1 when it is small enough or clipping is off. */
export function clipScale(norm: number, max_grad_norm: number): number {
  return max_grad_norm > 0 ? Math.min(1, max_grad_norm / (norm + 1e-6)) : 1;
}
