/** How a model is optimised, as plain values; the names are Hugging Face's and the reference's. */

/**
 * `adamw_torch`: decoupled decay, PyTorch's form; `adamw_hf`: that of transformers before version 5; `adam`: decay added to
 * the gradient; `adam_fairseq`: fairseq's Adam.
 */
export type OptimizerName = 'adamw_torch' | 'adamw_hf' | 'adam' | 'adam_fairseq' | 'lamb' | 'adafactor' | 'sgd';

/** `polynomial_decay` is fairseq's; `step`, `constant_step` and `time` are those of the task-agnostic reference. */
export type SchedulerName = 'linear' | 'cosine' | 'polynomial' | 'polynomial_decay' | 'constant' | 'constant_with_warmup' | 'step' | 'constant_step' | 'time';

/** What the learning rate depends on beside the step. */
export interface ScheduleArguments {
  /** The highest rate. */
  readonly learning_rate: number;
  /** Share of the whole during which the rate rises; `warmup_steps` above 0 is used instead. */
  readonly warmup_ratio: number;
  readonly warmup_steps?: number;
  /** Default `linear`. */
  readonly lr_scheduler_type?: SchedulerName;
  /** Exponent of the polynomial schedules; default 1. */
  readonly power?: number;
  /** Where the polynomial schedules end; default 1e-7 for `polynomial`, 0 for `polynomial_decay`. */
  readonly lr_end?: number;
  /** Waves of the cosine; default 0.5, which ends at 0. */
  readonly num_cycles?: number;
  /** For `step`, `constant_step` and `time`: `exp` rises as a square and falls by `decay_rate` every `decay_step`. */
  readonly curve?: 'linear' | 'exp';
  readonly decay_rate?: number;
  readonly decay_step?: number;
  /** Hours; what `time` counts towards. */
  readonly total_training_time?: number;
}

/** What an optimiser's update depends on. */
export interface OptimizerArguments {
  /** Default `adamw_torch`. */
  readonly optim?: OptimizerName;
  readonly weight_decay: number;
  /** Decay biases and LayerNorm too; default only with `adam_fairseq`, whose original does. */
  readonly decay_bias_and_norm?: boolean;
  readonly adam_beta1: number;
  readonly adam_beta2: number;
  readonly adam_epsilon: number;
  /** SGD; default 0 and false. */
  readonly momentum?: number;
  readonly nesterov?: boolean;
  /** LAMB; default true, and no bounds on the trust ratio. */
  readonly bias_correction?: boolean;
  readonly min_coeff?: number;
  readonly max_coeff?: number;
  /** Adafactor: steps in proportion to a parameter's own size; default false. */
  readonly scale_parameter?: boolean;
}

/** Everything that decides how parameters follow from gradients. */
export interface OptimizationArguments extends ScheduleArguments, OptimizerArguments {
  /** Largest norm of the whole gradient; 0 switches clipping off. */
  readonly max_grad_norm: number;
  /** Batches that make one update; default 1. */
  readonly gradient_accumulation_steps?: number;
  /** ξ: an encoder layer learns ξ times as fast as the one above it; default 1. */
  readonly layerwise_lr_decay?: number;
}
