/** Learning rate as a function of the update's index. */

export interface ScheduleOptions {
  readonly learning_rate: number;
  readonly warmup_ratio: number;
  readonly total: number;
}

/** Updates during which the rate rises: ⌈warmup_ratio · total⌉. */
export function warmupSteps({ warmup_ratio, total }: ScheduleOptions): number {
  return Math.ceil(warmup_ratio * total);
}

/**
 * Linear warm-up, then linear decay to 0.
 *
 *   lr(s) = lr·s/w for s < w, else lr·max(0, (N − s)/max(1, N − w));  s = 0 is the first update
 *
 * Source: `get_linear_schedule_with_warmup` of transformers.
 */
export function linearSchedule(options: ScheduleOptions, step: number): number {
  const warmup = warmupSteps(options);
  const { learning_rate: rate, total } = options;
  if (step < warmup) return (rate * step) / warmup;
  return (rate * Math.max(0, total - step)) / Math.max(1, total - warmup);
}
