/** Learning rate as a function of how far a training is. */
import { Fault } from '../fault/fault.ts';
import type { ScheduleArguments, SchedulerName } from './optimization.ts';

export interface ScheduleOptions extends ScheduleArguments {
  /** Updates in all. */
  readonly total: number;
}

/** How far a training is when an update is made. */
export interface SchedulePosition {
  /** Index of the update; 0 is the first. */
  readonly step: number;
  /** Hours of training so far; only `time` asks for them. */
  readonly hours?: number | undefined;
}

type Schedule = (options: ScheduleOptions, position: SchedulePosition) => number;

/** Updates during which the rate rises: `warmup_steps` where it is above 0, else ⌈warmup_ratio · total⌉. */
export function warmupSteps({ warmup_ratio, warmup_steps = 0, total }: ScheduleOptions): number {
  return warmup_steps > 0 ? warmup_steps : Math.ceil(warmup_ratio * total);
}

/** A schedule of transformers: the rate rises linearly for w updates, then follows the curve. */
function afterWarmup(curve: (options: ScheduleOptions, step: number, warmup: number) => number): Schedule {
  return (options, { step }) => {
    const warmup = warmupSteps(options);
    return step < warmup ? (options.learning_rate * step) / warmup : curve(options, step, warmup);
  };
}

const linear = afterWarmup(({ learning_rate: rate, total }, step, warmup) => (rate * Math.max(0, total - step)) / Math.max(1, total - warmup));

const cosine = afterWarmup(({ learning_rate: rate, total, num_cycles = 0.5 }, step, warmup) => {
  const progress = (step - warmup) / Math.max(1, total - warmup);
  return rate * Math.max(0, 0.5 * (1 + Math.cos(2 * Math.PI * num_cycles * progress)));
});

/** (lr − end)·(1 − (s − w)/(N − w))^power + end, and the end from N on. */
function polynomial(defaultEnd: number): Schedule {
  return afterWarmup(({ learning_rate: rate, total, power = 1, lr_end = defaultEnd }, step, warmup) =>
    step >= total ? lr_end : (rate - lr_end) * (1 - (step - warmup) / (total - warmup)) ** power + lr_end,
  );
}

const constant: Schedule = ({ learning_rate }) => learning_rate;

/** The two curves of the task-agnostic reference: position, warm-up and total in steps or in hours. */
const CURVES: Record<'linear' | 'exp', (options: ScheduleOptions, position: number, warmup: number, total: number) => number> = {
  linear: (_options, position, warmup, total) => (position < warmup ? position / warmup : Math.max(0, total - position) / Math.max(1, total - warmup)),
  exp: ({ decay_rate = 0.99, decay_step = 1000 }, position, warmup) => (position < warmup ? (position / warmup) ** 2 : decay_rate ** ((position - warmup) / decay_step)),
};

function alongCurve(options: ScheduleOptions, position: number, warmup: number, total: number): number {
  return options.learning_rate * CURVES[options.curve ?? 'linear'](options, position, warmup, total);
}

const SCHEDULES: Readonly<Record<SchedulerName, Schedule>> = {
  linear,
  cosine,
  polynomial: polynomial(1e-7),
  polynomial_decay: polynomial(0),
  constant,
  constant_with_warmup: afterWarmup(({ learning_rate }) => learning_rate),
  step: (options, { step }) => alongCurve(options, step, options.warmup_ratio * options.total, options.total),
  constant_step: (options, { step }) => alongCurve(options, step, options.warmup_steps ?? 0, options.total),
  time: (options, { hours }) => {
    const { total_training_time: total, warmup_ratio } = options;
    if (hours === undefined || !(total! > 0)) throw noTime(total, hours);
    return alongCurve(options, hours, warmup_ratio * total!, total!);
  },
};

/** Every name that `lr_scheduler_type` may have. */
export const SCHEDULERS = Object.keys(SCHEDULES) as readonly SchedulerName[];

/**
 * The learning rate of an update.
 *
 *   w updates of warm-up, N in all:  lr·s/w for s < w, then
 *   linear              lr·max(0, (N − s)/max(1, N − w))
 *   cosine              lr·max(0, ½(1 + cos(2π·cycles·(s − w)/(N − w))))
 *   polynomial(_decay)  (lr − end)·(1 − (s − w)/(N − w))^power + end
 *   constant            lr from the first update on; constant_with_warmup: lr
 *   step, constant_step, time with `curve` exp: lr·(s/w)², then lr·decay_rate^((s − w)/decay_step); s counts hours in `time`
 *
 * With warm-up the first update has the rate 0, as in the originals (D10).
 * Fault `no-clock` for `time` without hours or without `total_training_time`.
 * Source: transformers, `optimization`; fairseq, `polynomial_decay_schedule`; task-agnostic reference, `schedules.py`.
 */
export function learningRate(options: ScheduleOptions, position: SchedulePosition): number {
  return SCHEDULES[options.lr_scheduler_type ?? 'linear'](options, position);
}

/** The schedule of that name; Fault `unknown-scheduler` lists the names. */
export function schedulerNamed(name: string): SchedulerName {
  const found = SCHEDULERS.find((other) => other === name);
  if (found) return found;
  throw new Fault({
    code: 'unknown-scheduler',
    where: 'lr_scheduler_type',
    expected: `one of ${SCHEDULERS.join(', ')}`,
    got: name,
    remedy: 'Choose one of them.',
  });
}

const noTime = (total: number | undefined, hours: number | undefined) =>
  new Fault({
    code: 'no-clock',
    where: 'lr_scheduler_type time',
    expected: 'total_training_time in hours, and a clock',
    got: `total_training_time ${String(total)}, ${hours === undefined ? 'no clock' : 'a clock'}`,
    remedy: 'Set total_training_time above 0, or choose a schedule by steps.',
  });
