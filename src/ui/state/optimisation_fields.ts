/** Optimiser and schedule on the page: their names, and the numbers that belong to a choice. */
import type { OptimizationArguments, OptimizerName, SchedulerName } from '../../train/optimization.ts';
import { real, whole, type NumberRule } from './number_rule.ts';

export const OPTIMISERS: Readonly<Record<OptimizerName, string>> = {
  adamw_torch: 'AdamW', adamw_hf: 'AdamW of transformers 4', adam: 'Adam', adam_fairseq: 'Adam of fairseq', lamb: 'LAMB', adafactor: 'Adafactor', sgd: 'SGD',
};

export const SCHEDULES: Readonly<Record<SchedulerName, string>> = {
  linear: 'Linear', cosine: 'Cosine', polynomial: 'Polynomial', polynomial_decay: 'Polynomial of fairseq', constant: 'Constant', constant_with_warmup: 'Constant after warm-up',
  step: 'By steps, as the reference', constant_step: 'By steps, fixed warm-up', time: 'By hours',
};

export const isOptimiser = (name: string): name is OptimizerName => Object.hasOwn(OPTIMISERS, name);
export const isSchedule = (name: string): name is SchedulerName => Object.hasOwn(SCHEDULES, name);

/** Arguments that a recipe may leave out, whose values are numbers. */
type OptionalNumber = 'gradient_accumulation_steps' | 'layerwise_lr_decay' | 'warmup_steps' | 'momentum' | 'power' | 'num_cycles' | 'decay_rate' | 'decay_step' | 'total_training_time';

export interface OptionalField {
  readonly name: OptionalNumber;
  readonly rule: NumberRule;
  /** What holds where the recipe has none. */
  readonly initial: number;
  /** The choices that it belongs to; all of them when absent. */
  readonly optim?: readonly OptimizerName[];
  readonly schedules?: readonly SchedulerName[];
  readonly curve?: 'exp';
}

/** The schedules that follow a curve. */
export const CURVED: readonly SchedulerName[] = ['step', 'constant_step', 'time'];

export const OPTIONAL_FIELDS: readonly OptionalField[] = [
  { name: 'gradient_accumulation_steps', rule: whole('Batches of an update', 1, 4096, 'gradients are added up'), initial: 1 },
  { name: 'layerwise_lr_decay', rule: real('Rate of a layer to the next', 0, 1, 0.05, '1: all layers learn as fast'), initial: 1 },
  { name: 'warmup_steps', rule: whole('Warm-up steps', 0, 1_000_000, '0: the share of the steps counts'), initial: 0 },
  { name: 'momentum', rule: real('Momentum', 0, 1, 0.1, 'of SGD'), initial: 0, optim: ['sgd'] },
  { name: 'power', rule: real('Exponent', 0, 100, 0.5, '1 is a straight line'), initial: 1, schedules: ['polynomial', 'polynomial_decay'] },
  { name: 'num_cycles', rule: real('Waves', 0, 1000, 0.5, '0.5 ends at 0'), initial: 0.5, schedules: ['cosine'] },
  { name: 'total_training_time', rule: real('Hours', 0.0001, 10_000, 0.1, 'training ends with them'), initial: NaN, schedules: ['time'] },
  { name: 'decay_rate', rule: real('Decay', 0, 1, 0.01, 'what the rate falls by'), initial: 0.99, schedules: CURVED, curve: 'exp' },
  { name: 'decay_step', rule: real('Steps or hours of a decay', 1e-6, 1e9, 100, 'in which it does'), initial: 1000, schedules: CURVED, curve: 'exp' },
];

/** The fields of a choice of optimiser and schedule. */
export function shownFields({ optim = 'adamw_torch', lr_scheduler_type = 'linear', curve = 'linear' }: Pick<OptimizationArguments, 'optim' | 'lr_scheduler_type' | 'curve'>): readonly OptionalField[] {
  return OPTIONAL_FIELDS.filter((field) => (field.optim?.includes(optim) ?? true) && (field.schedules?.includes(lr_scheduler_type) ?? true) && (field.curve ?? curve) === curve);
}
