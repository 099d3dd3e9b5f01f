/** How much memory an optimiser takes beside weights and gradients. */
import type { Head, ModelConfig } from '../model/config.ts';
import type { TrainingLoad } from '../model/memory.ts';
import { parameterSpecs } from '../model/parameters.ts';
import type { OptimizerArguments, OptimizerName } from '../train/optimization.ts';
import { optimizerNamed } from '../train/optimizers/index.ts';

/**
 * Tensors of the size of a parameter that its update makes, where it is several operations of tfjs. On a GPU their buffers
 * wait for the next parameter of that size; those of one kernel make none. Measured.
 */
const PASSING: Readonly<Record<OptimizerName, number>> = { adamw_torch: 0, adamw_hf: 0, adam: 3.1, adam_fairseq: 0, lamb: 5.2, adafactor: 10.4, sgd: 5.2 };

/** Values that the optimiser of some options keeps for a model, and those that pass in its updates. */
export function optimizerLoad(options: OptimizerArguments, config: ModelConfig, heads: readonly Head[]): NonNullable<TrainingLoad['optimizer']> {
  const rule = optimizerNamed(options.optim ?? 'adamw_torch');
  const shapes = parameterSpecs(config, heads).map(({ shape }) => shape);
  const kept = sum(shapes.flatMap((shape) => rule.moments(shape, options).map(([, own]) => sizeOf(own))));
  return { kept, passing: PASSING[rule.name] * sum([...new Set(shapes.map(sizeOf))]) };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
