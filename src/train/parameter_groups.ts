import { Fault } from '../fault/fault.ts';
import { isDecayed } from '../model/parameters.ts';
import type { OptimizerArguments, OptimizationArguments } from './optimization.ts';
import { optimizerNamed } from './optimizers/index.ts';

/** Parameters that are not optimised as the job's options say; the first group that matches a name holds. */
export interface ParameterGroup {
  readonly name: string;
  matches(parameter: string): boolean;
  /** The group's own highest rate, on the job's curve. */
  readonly learning_rate?: number;
  /** Applies to what decays at all. */
  readonly weight_decay?: number;
  /** No gradient, no moments, no part in the norm. */
  readonly frozen?: boolean;
}

/** How one parameter is optimised. */
export interface ParameterSettings {
  readonly name: string;
  /** Multiplies the job's learning rate. */
  readonly rate: number;
  readonly weightDecay: number;
}

/** What an optimiser is made with: its own options, and what the rates of groups and layers relate to. */
export type OptimizerOptions = OptimizerArguments & Partial<Pick<OptimizationArguments, 'learning_rate' | 'layerwise_lr_decay'>>;

/**
 * The settings of every parameter that is trained, in the order of the names; frozen ones are left out.
 *
 *   rate = ξ^(L + 1 − depth), ξ = `layerwise_lr_decay`; times (group's rate / job's rate)
 *
 * Fault `optimizer-options` when a group has a rate of its own and the job has none to relate it to.
 * Source of the rate by depth: Howard & Ruder 2018, discriminative fine-tuning.
 */
export function trainedParameters(names: Iterable<string>, options: OptimizerOptions, groups: readonly ParameterGroup[] = []): ParameterSettings[] {
  const all = [...names];
  const { decay_bias_and_norm = optimizerNamed(options.optim ?? 'adamw_torch').decaysAll, layerwise_lr_decay = 1 } = options;
  const depths = new Depths(all);
  return all.flatMap((name) => {
    const group = groups.find(({ matches }) => matches(name));
    if (group?.frozen) return [];
    const decay = group?.weight_decay ?? options.weight_decay;
    const weightDecay = decay_bias_and_norm || isDecayed(name) ? decay : 0;
    return [{ name, rate: rateOf(group, options) * layerwise_lr_decay ** depths.below(name), weightDecay }];
  });
}

function rateOf(group: ParameterGroup | undefined, { learning_rate = 0 }: OptimizerOptions): number {
  if (group?.learning_rate === undefined) return 1;
  if (learning_rate > 0) return group.learning_rate / learning_rate;
  throw new Fault({
    code: 'optimizer-options',
    where: `learning_rate of the group ${group.name}`,
    expected: 'a learning rate of the whole above 0, whose curve the group follows',
    got: String(learning_rate),
    remedy: 'Set learning_rate above 0, and freeze what shall not move.',
  });
}

/** Where parameters stand in the network: embeddings 0, encoder layer i (0-based) i + 1, everything above the layers L + 1. */
class Depths {
  readonly #top: number;

  constructor(names: readonly string[]) {
    this.#top = Math.max(0, ...names.map((name) => layerOf(name) + 1)) + 1;
  }

  /** Steps below the heads: 0 for a head, 1 for the last layer, L + 1 for the embeddings. */
  below(name: string): number {
    if (/(^|\.)embeddings\./.test(name)) return this.#top;
    const layer = layerOf(name);
    return layer < 0 ? 0 : this.#top - (layer + 1);
  }
}

/** Index of the encoder layer that a parameter belongs to; −1 for none. */
function layerOf(name: string): number {
  return Number(/(?:^|\.)encoder\.layer\.(\d+)\./.exec(name)?.[1] ?? -1);
}
