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

/** The two curves of the task-agnostic reference: position, warm-up and total in steps or in hours. */
const CURVES: Record<'linear' | 'exp', (options: ScheduleOptions, position: number, warmup: number, total: number) => number> = {
  linear: (_options, position, warmup, total) => (position < warmup ? position / warmup : Math.max(0, total - position) / Math.max(1, total - warmup)),
  exp: ({ decay_rate = 0.99, decay_step = 1000 }, position, warmup) => (position < warmup ? (position / warmup) ** 2 : decay_rate ** ((position - warmup) / decay_step)),
};

function alongCurve(options: ScheduleOptions, position: number, warmup: number, total: number): number {
  return options.learning_rate * CURVES[options.curve ?? 'linear'](options, position, warmup, total);
}

/** One schedule as data. */
export interface ScheduleRule {
  /** s: update or hour, w: end of the warm-up, N: the end; lr·s/w before w where nothing else is said. */
  readonly formula: string;
  readonly source: string;
  readonly rate: Schedule;
}

const TRANSFORMERS = 'transformers, optimization';
const AGNOSTIC = 'task-agnostic reference, schedules.py';

/** Every schedule by its name. */
export const SCHEDULES: Readonly<Record<SchedulerName, ScheduleRule>> = {
  linear: { formula: 'lr·max(0, (N − s)/max(1, N − w))', source: TRANSFORMERS, rate: linear },
  cosine: { formula: 'lr·max(0, ½(1 + cos(2π·num_cycles·(s − w)/(N − w))))', source: TRANSFORMERS, rate: cosine },
  polynomial: { formula: '(lr − lr_end)·(1 − (s − w)/(N − w))^power + lr_end', source: TRANSFORMERS, rate: polynomial(1e-7) },
  polynomial_decay: { formula: '(lr − lr_end)·(1 − (s − w)/(N − w))^power + lr_end', source: 'fairseq, polynomial_decay_schedule', rate: polynomial(0) },
  constant: { formula: 'lr, without warm-up', source: TRANSFORMERS, rate: ({ learning_rate }) => learning_rate },
  constant_with_warmup: { formula: 'lr', source: TRANSFORMERS, rate: afterWarmup(({ learning_rate }) => learning_rate) },
  step: {
    formula: 'along the curve by updates, w = warmup_ratio·N',
    source: AGNOSTIC,
    rate: (options, { step }) => alongCurve(options, step, options.warmup_ratio * options.total, options.total),
  },
  constant_step: {
    formula: 'along the curve by updates, w = warmup_steps',
    source: AGNOSTIC,
    rate: (options, { step }) => alongCurve(options, step, options.warmup_steps ?? 0, options.total),
  },
  time: {
    formula: 'along the curve by hours, N = total_training_time, w = warmup_ratio·N',
    source: AGNOSTIC,
    rate: (options, { hours }) => {
      const { total_training_time: total = 0, warmup_ratio } = options;
      if (hours === undefined || !(total > 0)) throw noTime(total, hours);
      return alongCurve(options, hours, warmup_ratio * total, total);
    },
  },
};

/** Every name that `lr_scheduler_type` may have. */
export const SCHEDULERS = Object.keys(SCHEDULES) as readonly SchedulerName[];

/**
 * The learning rate of an update, by `lr_scheduler_type`; `SCHEDULES` has the formulas.
 *
 * With warm-up the first update has the rate 0, as in the originals (D10).
 * Fault `no-clock` for `time` without hours or without `total_training_time`.
 */
export function learningRate(options: ScheduleOptions, position: SchedulePosition): number {
  return SCHEDULES[options.lr_scheduler_type ?? 'linear'].rate(options, position);
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

const noTime = (total: number, hours: number | undefined) =>
  new Fault({
    code: 'no-clock',
    where: 'lr_scheduler_type time',
    expected: 'total_training_time in hours, and a clock',
    got: `total_training_time ${total}, ${hours === undefined ? 'no clock' : 'a clock'}`,
    remedy: 'Set total_training_time above 0, or choose a schedule by steps.',
  });
