import { Fault } from '../../fault/fault.ts';
import type { OptimizerName } from '../optimization.ts';
import { adafactor } from './adafactor.ts';
import { adam, adamFairseq, adamWHuggingFace, adamWTorch } from './adam.ts';
import { lamb } from './lamb.ts';
import type { OptimizerRule } from './rule.ts';
import { sgd } from './sgd.ts';

/** Every optimiser by its name. */
export const OPTIMIZERS: Readonly<Record<OptimizerName, OptimizerRule>> = {
  adamw_torch: adamWTorch,
  adamw_hf: adamWHuggingFace,
  adam,
  adam_fairseq: adamFairseq,
  lamb,
  adafactor,
  sgd,
};

/** The optimiser of a name or of an alias; Fault `unknown-optimizer` lists the names. */
export function optimizerNamed(name: string): OptimizerRule {
  const rule = Object.values(OPTIMIZERS).find((other) => other.name === name || other.aliases.includes(name));
  if (rule) return rule;
  throw new Fault({
    code: 'unknown-optimizer',
    where: 'optim',
    expected: `one of ${Object.keys(OPTIMIZERS).join(', ')}`,
    got: name,
    remedy: 'Choose one of them.',
  });
}
