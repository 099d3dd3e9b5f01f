/** The small statistics of the page: error bars, probabilities at a temperature, smoothed curves. */

/**
 * Standard error of a score over n independent examples; undefined where no closed form is known.
 *
 *   accuracy: √(p(1−p)/n)        Matthews correlation φ: √((1−φ²)/n)
 *
 * The second is the asymptotic value for balanced margins (Bishop, Fienberg & Holland 1975, section 11.2).
 */
export function standardError(metric: string, value: number, n: number): number | undefined {
  const variance = VARIANCE[metric]?.(value);
  return variance === undefined || !(n > 0) ? undefined : Math.sqrt(Math.max(0, variance) / n);
}

const VARIANCE: Readonly<Record<string, (value: number) => number>> = {
  accuracy: (p) => p * (1 - p),
  matthews_correlation: (phi) => 1 - phi * phi,
};

/** softmax(logits / τ) in double precision; the largest logit is subtracted first, so that nothing overflows. */
export function softmax(logits: readonly number[], temperature: number): number[] {
  const largest = Math.max(...logits);
  const powers = logits.map((z) => Math.exp((z - largest) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
}

/**
 * Exponential moving average without the pull of its zero start; gaps (null) stay gaps.
 *
 *   m ← w·m + (1−w)·x,   output m / (1 − wᵏ) after the k-th value;   w in [0, 1), 0 returns the values as they are
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let mean = 0;
  let rest = 1;
  return values.map((x) => {
    if (x === null || !Number.isFinite(x)) return null;
    mean = weight * mean + (1 - weight) * x;
    rest *= weight;
    return mean / (1 - rest);
  });
}
