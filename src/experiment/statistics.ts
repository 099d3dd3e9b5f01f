/** The statistics of a sweep over seeds. */

/** Arithmetic mean; NaN of an empty list. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Sample standard deviation, √( Σ (x − x̄)² / (n − 1) ); undefined below two values, where it is not defined.
 */
export function sampleDeviation(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** What several seeds gave for one number. */
export interface Summary {
  readonly mean: number;
  /** Sample standard deviation; absent below two values. */
  readonly deviation?: number;
  /** In the order of the seeds. */
  readonly values: readonly number[];
}

/** Mean, sample standard deviation and the values themselves. */
export function summarise(values: readonly number[]): Summary {
  const deviation = sampleDeviation(values);
  return { mean: mean(values), ...(deviation === undefined ? {} : { deviation }), values };
}
