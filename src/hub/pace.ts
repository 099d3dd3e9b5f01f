/** How fast something goes on, by its rate since it began; another label begins anew. */
export class Pace {
  #began: { readonly label: string; readonly done: number; readonly at: number } | undefined;

  /** `now` is a clock in milliseconds. */
  constructor(private readonly now: () => number) {}

  /** Seconds until `total` is reached; undefined while neither rate nor total is known. */
  secondsLeft(label: string, done: number, total: number): number | undefined {
    const at = this.now();
    if (this.#began?.label !== label) this.#began = { label, done, at };
    const rate = (done - this.#began.done) / Math.max(1, at - this.#began.at);
    return total > 0 && rate > 0 ? (total - done) / rate / 1000 : undefined;
  }
}
