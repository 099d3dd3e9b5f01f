/** How long rows are, as a histogram. */

/** Lengths of rows in tokens, or in words. */
export interface LengthReport {
  readonly least: number;
  readonly median: number;
  /** 95 of 100 rows are not longer. */
  readonly p95: number;
  readonly largest: number;
  readonly mean: number;
  /** Rows from one length to another, both included; of equal width but for the last, which goes as far as the longest. */
  readonly bins: readonly { readonly from: number; readonly to: number; readonly rows: number }[];
}

/** Bars of the histogram, the last one for all that is longer. */
const BINS = 10;

/** Counts lengths; what is kept does not grow with the rows. */
export class Lengths {
  readonly #counts = new Map<number, number>();
  #rows = 0;
  #sum = 0;

  add(length: number): void {
    this.#counts.set(length, (this.#counts.get(length) ?? 0) + 1);
    this.#rows++;
    this.#sum += length;
  }

  /** The lengths so far; undefined when there is none. */
  report(): LengthReport | undefined {
    const sorted = [...this.#counts].sort(([a], [b]) => a - b);
    const [first, last] = [sorted[0], sorted.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const quantile = (share: number): number => {
      let rows = 0;
      return sorted.find(([, count]) => (rows += count) >= share * this.#rows)?.[0] ?? last[0];
    };
    const p95 = quantile(0.95);
    return { least: first[0], median: quantile(0.5), p95, largest: last[0], mean: this.#sum / this.#rows, bins: binned(sorted, p95) };
  }
}

/** Bins of a round width, so that 95 of 100 rows are in the first nine. */
function binned(sorted: readonly (readonly [number, number])[], p95: number): LengthReport['bins'] {
  const width = 2 ** Math.max(0, Math.ceil(Math.log2((p95 + 1) / (BINS - 1))));
  const bins = Array.from({ length: BINS }, (_, i) => ({ from: i * width, to: i === BINS - 1 ? Infinity : (i + 1) * width - 1, rows: 0 }));
  for (const [length, count] of sorted) {
    const bin = bins[Math.min(BINS - 1, Math.floor(length / width))];
    if (bin) bin.rows += count;
  }
  const used = bins.slice(bins.findIndex(({ rows }) => rows > 0), bins.findLastIndex(({ rows }) => rows > 0) + 1);
  return used.map((bin) => (bin.to === Infinity ? { ...bin, to: sorted.at(-1)?.[0] ?? bin.from } : bin));
}
