/** How fast text is worked through: one line that is written over on a terminal, elsewhere one every few seconds. */
import { duration } from '../progress.ts';

/** Milliseconds between lines on a terminal, and elsewhere. */
const INTERVALS = { terminal: 200, elsewhere: 5000 } as const;

interface Stream {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Progress of one step of data preparation. */
export class Meter {
  readonly #stream: Stream;
  readonly #label: string;
  readonly #total: number;
  readonly #now: () => number;
  readonly #began: number;
  #shown: number;
  #done = 0;
  #text = 0;

  /** `total`: bytes of the files to read, as they are stored; `now` gives milliseconds. */
  constructor(stream: Stream, label: string, total: number, now: () => number = () => performance.now()) {
    this.#stream = stream;
    this.#label = label;
    this.#total = total;
    this.#now = now;
    this.#began = now();
    this.#shown = this.#began;
  }

  /** Bytes of files that were read. */
  readonly read = (bytes: number): void => {
    this.#done += bytes;
    this.#show();
  };

  /** Bytes of text that were worked through. */
  readonly text = (bytes: number): void => {
    this.#text += bytes;
  };

  /** Bytes of text that were worked through so far. */
  get textBytes(): number {
    return this.#text;
  }

  /** The speed of it all, e.g. `103.4 MB of text in 12 s, 8.6 MB/s`; ends the line. */
  end(): string {
    if (this.#stream.isTTY) this.#stream.write('\r\u001b[2K');
    const seconds = this.#seconds();
    return `${megabytes(this.#text)} MB of text in ${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s, ${(this.#text / 1e6 / seconds).toFixed(1)} MB/s`;
  }

  #seconds(): number {
    return Math.max(1e-3, (this.#now() - this.#began) / 1000);
  }

  #show(): void {
    const { isTTY, columns = 100 } = this.#stream;
    if (this.#now() - this.#shown < (isTTY ? INTERVALS.terminal : INTERVALS.elsewhere)) return;
    this.#shown = this.#now();
    const line = this.#line();
    this.#stream.write(isTTY ? `\r\u001b[2K${line.slice(0, columns - 1)}` : `${line}\n`);
  }

  /** e.g. `Splitting into sentences  34 %  12.3 MB/s  12 s left` */
  #line(): string {
    const seconds = this.#seconds();
    const share = this.#done / Math.max(1, this.#total);
    const left = duration((seconds * (1 - share)) / Math.max(share, 1e-9));
    return `${this.#label}  ${Math.floor(100 * share)} %  ${(this.#text / 1e6 / seconds).toFixed(1)} MB/s  ${left} left`;
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
