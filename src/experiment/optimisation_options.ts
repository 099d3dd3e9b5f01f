/** The options of optimiser and schedule, by the names of the arguments that they set, and training arguments of one stage. */
import type { OptimizationArguments, OptimizerName, SchedulerName } from '../train/optimization.ts';
import { choice, didYouMean, flag, integer, real, UsageError, type Option, type Options } from './option.ts';
import { DEFAULT_RECIPE } from './presets.ts';
import type { StageTraining } from './recipe.ts';

const { training } = DEFAULT_RECIPE;

const OPTIMIZERS = ['adamw_torch', 'adamw_hf', 'adam', 'adam_fairseq', 'lamb', 'adafactor', 'sgd'] as const satisfies readonly OptimizerName[];
const SCHEDULERS = ['linear', 'cosine', 'polynomial', 'polynomial_decay', 'constant', 'constant_with_warmup', 'step', 'constant_step', 'time'] as const satisfies readonly SchedulerName[];

const onOff = (help: string, otherwise: string): Option<boolean> => ({ ...choice(['on', 'off'], help, otherwise), read: (value, where) => choice(['on', 'off'], help).read(value, where) === 'on' });

/** Every argument of `train/optimization.ts` but the learning rate, which all commands have. */
export const OPTIMISATION_OPTIONS = {
  optim: choice(OPTIMIZERS, 'optimiser', 'adamw_torch'),
  weight_decay: real(0, 1, 'weight decay', String(training.weight_decay)),
  decay_bias_and_norm: onOff('decay biases and LayerNorm too', 'off; on with adam_fairseq'),
  adam_beta1: real(0, 1, 'decay β₁ of the mean gradient', String(training.adam_beta1)),
  adam_beta2: real(0, 1, 'decay β₂ of the mean square', String(training.adam_beta2)),
  adam_epsilon: real(0, 1, 'ε of the denominator', String(training.adam_epsilon)),
  momentum: real(0, 1, 'momentum of sgd', '0'),
  nesterov: flag('Nesterov’s momentum, for sgd'),
  bias_correction: onOff('bias correction of lamb', 'on'),
  min_coeff: real(0, 1e6, 'least trust ratio of lamb', 'none'),
  max_coeff: real(0, 1e6, 'largest trust ratio of lamb', 'none'),
  scale_parameter: flag('steps in proportion to a parameter’s own size, for adafactor'),
  lr_scheduler_type: choice(SCHEDULERS, 'course of the learning rate', 'linear'),
  warmup_ratio: real(0, 1, 'share of the steps in which the learning rate rises', String(training.warmup_ratio)),
  warmup_steps: integer(0, 10_000_000, 'steps in which it rises, instead of the share when above 0', '0'),
  power: real(0, 100, 'exponent of the polynomial schedules', '1'),
  lr_end: real(0, 10, 'where the polynomial schedules end', '1e-7; 0 for polynomial_decay'),
  num_cycles: real(0, 1000, 'waves of the cosine', '0.5'),
  curve: choice(['linear', 'exp'], 'form of step, constant_step and time', 'linear'),
  decay_rate: real(0, 1, 'what exp falls by', '0.99'),
  decay_step: real(1e-6, 1e9, 'steps or hours in which it does', '1000'),
  total_training_time: real(0, 10_000, 'hours that the schedule time counts towards; the training ends with them', 'none'),
  max_grad_norm: real(0, 1e6, 'largest norm of the gradient, 0 for any', String(training.max_grad_norm)),
  gradient_accumulation_steps: integer(1, 4096, 'batches that make one update', '1'),
  layerwise_lr_decay: real(0, 1, 'ξ: a layer learns ξ times as fast as the one above it', '1'),
} as const satisfies { readonly [K in keyof Omit<Required<OptimizationArguments>, 'learning_rate'>]: Option<Required<OptimizationArguments>[K]> };

/** Options by the name on the command line → the argument, where the names differ. */
export const ARGUMENT_NAMES = { epochs: 'num_train_epochs', batch_size: 'per_device_train_batch_size' } as const;

/** What one stage may have of its own. */
const STAGE_OPTIONS: Options = {
  ...OPTIMISATION_OPTIONS,
  epochs: real(0.001, 10_000, 'passes over the training rows'),
  max_steps: integer(0, 10_000_000, 'steps'),
  batch_size: integer(1, 4096, 'rows in a batch'),
  learning_rate: real(0, 10, 'highest learning rate'),
  eval_steps: integer(0, 10_000_000, 'steps between evaluations'),
};

/** Training arguments by the name of a stage: `intermediate:epochs=5,optim=sgd;prediction:learning_rate=1e-4`. */
export const stageTrainingList: Option<ReadonlyMap<string, StageTraining>> = {
  placeholder: 'STAGE:NAME=VALUE,…',
  help: 'what a stage has of its own, e.g. "intermediate:epochs=5,optim=sgd;prediction:learning_rate=1e-4"; --epochs and all below may be named',
  otherwise: 'the same for all stages',
  read: (value, where) => new Map(value.split(';').filter((part) => part.trim() !== '').map((part) => {
    const match = /^\s*([\w-]+)\s*:(.*)$/.exec(part);
    if (!match) throw new UsageError(where, 'stages such as intermediate:epochs=5,optim=sgd', `"${part}"`);
    return [match[1]!, stageTrainingOf(match[2]!, where)] as const;
  })),
};

function stageTrainingOf(text: string, where: string): StageTraining {
  const entries = text.split(',').filter((part) => part.trim() !== '').map((part) => {
    const [name = '', value = ''] = part.split('=').map((side) => side.trim());
    const option = Object.hasOwn(STAGE_OPTIONS, name) ? STAGE_OPTIONS[name] : undefined;
    if (!option) throw new UsageError(where, `an argument of a stage (${Object.keys(STAGE_OPTIONS).join(', ')})`, `"${name}"`, didYouMean(name, Object.keys(STAGE_OPTIONS)));
    const argument = Object.hasOwn(ARGUMENT_NAMES, name) ? ARGUMENT_NAMES[name as keyof typeof ARGUMENT_NAMES] : name;
    return [argument, option.read(value, `${where} ${name}`)] as const;
  });
  return Object.fromEntries(entries);
}
