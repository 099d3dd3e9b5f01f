import { toReport } from '../../fault/fault.ts';
import type { Opened, OpenOptions } from '../../hub/open_remote.ts';
import { Downloads, type DownloadEntry } from '../../store/downloads.ts';
import { Pace } from '../../hub/pace.ts';

/** The file that is being fetched. */
export interface Fetching {
  readonly file: string;
  readonly done: number;
  /** 0 while the host has not told it. */
  readonly total: number;
  /** Undefined until a rate is known. */
  readonly secondsLeft: number | undefined;
}

/** What the opener needs of the world. */
export interface OpenerPorts {
  readonly fetchModel: (text: string, options: OpenOptions) => Promise<Opened>;
  readonly downloads: Downloads;
  readonly now: () => number;
  /** Whether something that is kept is listed, by its key; models are, data sets are not, where this is absent. */
  readonly shows?: (source: string) => boolean;
}

/** Takes a fetched model, and says what became of it. */
export type TakeModel = (opened: Opened) => string;

/** The Hub, the network and this browser's own store; what fetches is loaded when it is first used. */
const REAL: OpenerPorts = {
  fetchModel: async (text, options) => (await import('../../hub/open_remote.ts')).openRemote(text, options),
  downloads: new Downloads(),
  now: () => performance.now(),
};

/** Whether a key of the cache is a model's. */
function isModel(source: string): boolean {
  return !source.startsWith('datasets/');
}

/** Fetches models by name or address, and lists those that are kept. */
export class ModelOpener {
  /** A name on the Hub, or an address. */
  name = $state('');
  /** Kept as long as this tab, and nowhere else. */
  token = $state('');
  fetching: Fetching | undefined = $state.raw();
  /** What became of the last attempt, for a person. */
  message = $state('');
  failed = $state(false);
  kept: readonly DownloadEntry[] = $state.raw([]);
  #abort: AbortController | undefined = $state.raw();

  constructor(private readonly ports: OpenerPorts = REAL) {}

  get busy(): boolean {
    return this.#abort !== undefined;
  }

  /** Fetches the named model and hands it on; what arrived stays for the next time, whatever happens. */
  async open(take: TakeModel, name: string = this.name): Promise<void> {
    if (this.busy || name.trim() === '') return;
    const abort = (this.#abort = new AbortController());
    this.message = '';
    this.failed = false;
    try {
      const { downloads, fetchModel } = this.ports;
      const notes: string[] = [];
      const opened = await fetchModel(name, { token: this.token.trim() || undefined, cache: downloads, signal: abort.signal, onProgress: this.#progress(), onNote: (note) => notes.push(note) });
      this.message = [take(opened), ...notes].join(' ');
    } catch (error) {
      this.failed = !abort.signal.aborted;
      this.message = abort.signal.aborted ? 'Stopped. What has arrived is kept: fetch it again to go on.' : sentence(error);
    } finally {
      this.fetching = undefined;
      this.#abort = undefined;
    }
    await this.refresh();
  }

  abort(): void {
    this.#abort?.abort();
  }

  /** Lists what is kept; a browser without storage keeps nothing. */
  async refresh(): Promise<void> {
    const { downloads, shows = isModel } = this.ports;
    this.kept = (await downloads.list().catch(() => [])).filter(({ source }) => shows(source));
  }

  async remove(source: string): Promise<void> {
    await this.ports.downloads.delete(source);
    await this.refresh();
  }

  /** Bytes of each file as they come, with the time left by the rate since its first new byte. */
  #progress(): (file: string, done: number, total: number) => void {
    const pace = new Pace(this.ports.now);
    return (file, done, total) => (this.fetching = { file, done, total, secondsLeft: pace.secondsLeft(file, done, total) });
  }
}

function sentence(error: unknown): string {
  const { where, expected, got, remedy } = toReport(error);
  return `${where}: expected ${expected}, got ${got}. ${remedy}`;
}
