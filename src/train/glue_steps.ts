export interface GlueSteps {
  /** Examples · epochs / batch, not rounded. */
  readonly total_steps: number;
  /** Rounded up to a multiple of 10: what the schedule counts towards. */
  readonly rounded_steps: number;
  readonly warmup_steps: number;
}

/**
 * Steps and warm-up as the reference's `run_glue.py` computes them.
 *
 *   total = n·epochs/batch;  rounded = 10·⌈total/10⌉;  warm-up = rounded·ratio to the nearest integer, halves to the even one
 *
 * Source: run_glue.py (D20).
 */
export function glueSteps({ n_train, epochs, batch, warmup_ratio }: { n_train: number; epochs: number; batch: number; warmup_ratio: number }): GlueSteps {
  const total_steps = (n_train * epochs) / batch;
  const rounded_steps = 10 * Math.ceil(total_steps / 10);
  return { total_steps, rounded_steps, warmup_steps: roundHalfEven(rounded_steps * warmup_ratio) };
}

function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  return x - below === 0.5 ? below + (below % 2) : Math.round(x);
}
