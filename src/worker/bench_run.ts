import type { BenchEvent, BenchJob } from '../experiment/objective_bench.ts';
import { Fault, toReport } from '../fault/fault.ts';
import { runBench } from '../lab/objective_bench/bench.ts';
import { prepareScene } from '../lab/objective_bench/scene.ts';
import { Gate, Stopped } from './gate.ts';
import type { GivenFiles } from './protocol.ts';
import { shelfFor } from './shelf.ts';

/** One objective bench in this worker. */
export class BenchRun {
  readonly gate = new Gate();

  constructor(
    readonly options: { readonly job: BenchJob; readonly files: GivenFiles; readonly baseUrl: string },
    readonly tell: (event: BenchEvent) => void,
  ) {}

  /** Runs to the end or to a stop, which are told as events; throws the Fault that ended it otherwise. */
  async start(): Promise<void> {
    try {
      this.tell(await this.#run());
    } catch (error) {
      if (!(error instanceof Stopped)) throw new Fault(toReport(await this.gate.causeOf(error)));
      this.tell({ kind: 'stopped' });
    }
  }

  async #run(): Promise<BenchEvent> {
    const pass = () => this.gate.pass(async () => undefined);
    const { job, files, baseUrl } = this.options;
    const shelf = shelfFor(baseUrl, files, (event) => (event.type === 'progress' ? this.tell({ kind: 'progress', ...event }) : undefined));
    const scene = await prepareScene(job, shelf, pass);
    const report = await runBench(scene, job.objectives, { now: () => performance.now(), tell: (event) => this.tell(event), gate: pass });
    return { kind: 'done', report };
  }
}
