import { Fault, toReport } from '../fault/fault.ts';
import { openBackend } from '../tensor/backends/open.ts';
import { WASM_PATHS } from '../tensor/backends/wasm_paths.ts';
import { deviceLimits } from '../tensor/limits.ts';
import { Answering } from './answering.ts';
import { BenchRun } from './bench_run.ts';
import type { Command, Event } from './protocol.ts';
import type { BackendChoice } from '../experiment/recipe.ts';
import type { DeviceReport } from '../experiment/run.ts';
import type { Envelope } from './trainer_client.ts';
import { TrainingRun } from './training_run.ts';

/** The training worker: the only place that owns a GPU device and tensors. One run at a time, or one objective bench. */

let device: DeviceReport | undefined;
let choice: BackendChoice | undefined;
let opened = 0;
let current: TrainingRun | undefined;
let running = false;
let bench: BenchRun | undefined;
const answering = new Answering();

const tell = (event: Event): void => self.postMessage(event);

/** Ends the run in work, or is told as it is when there is none. */
function interrupt(fault: Fault): void {
  if (bench) bench.gate.fail(fault);
  else if (running && current) current.gate.fail(fault);
  else tell({ type: 'fault', fault: fault.toReport() });
}

/** Opens a backend in place of the one before; a device that is lost is opened anew when it is needed next. */
async function open(backend: BackendChoice): Promise<DeviceReport> {
  const turn = ++opened;
  choice = backend;
  device = undefined;
  const onFault = (fault: Fault) => {
    if (turn !== opened) return;
    device = undefined;
    interrupt(fault);
  };
  const report = await openBackend({ choice: backend, wasmPaths: WASM_PATHS, onFault });
  device = report;
  tell({ type: 'device', device: report, limits: deviceLimits() });
  return report;
}

type Handlers = { readonly [T in Command['type']]: (command: Extract<Command, { type: T }>, baseUrl: string) => Promise<unknown> | void };

const HANDLERS: Handlers = {
  open({ backend }) {
    if (running || bench) throw busy();
    return open(backend);
  },
  async start({ run, recipe, files }, baseUrl) {
    if (running && current?.options.run === run) return;
    if (running || bench) throw busy();
    running = true;
    try {
      answering.forget();
      const openDevice = async () => device ?? open(choice ?? recipe.backend);
      current = new TrainingRun({ run, recipe, files: files ?? {}, baseUrl, openDevice, emit: tell });
      await current.start();
    } finally {
      running = false;
    }
  },
  pause: () => current?.gate.pause(),
  continue: () => current?.gate.continue(),
  stop: () => current?.gate.stop(),
  async predict(command, baseUrl) {
    if (!device) await open(choice ?? 'auto');
    tell(await answering.predict(command, current, baseUrl));
  },
  async 'predict-all'(command, baseUrl) {
    if (running || bench) throw busy();
    if (!device) await open(choice ?? 'auto');
    tell(await answering.predictAll(command, current, baseUrl, tell));
  },
  async export({ id, run }, baseUrl) {
    tell(await answering.export(id, run, current, baseUrl));
  },
  async bench({ id, job, files }, baseUrl) {
    if (running || bench) throw busy();
    bench = new BenchRun({ job, files: files ?? {}, baseUrl }, (event) => tell({ type: 'bench', id, event }));
    try {
      if (!device) await open(choice ?? job.recipe.backend);
      await bench.start();
    } finally {
      bench = undefined;
    }
  },
  'stop-bench': () => bench?.gate.stop(),
};

const busy = () =>
  bench
    ? new Fault({ code: 'worker-busy', where: 'training', expected: 'no work in progress', got: 'an objective bench in work', remedy: 'Wait for its end, or stop it.' })
    : new Fault({ code: 'worker-busy', where: 'training', expected: 'no run in work', got: `run ${current?.options.recipe.name ?? 'another'} in work`, remedy: 'Stop it first; it can be continued later.' });

self.addEventListener('message', ({ data: { baseUrl, command } }: MessageEvent<Envelope>) => {
  const handler = HANDLERS[command.type] as (command: Command, baseUrl: string) => Promise<unknown> | void;
  Promise.resolve()
    .then(() => handler(command, baseUrl))
    .catch((error: unknown) => tell({ type: 'fault', fault: toReport(error), ...('id' in command ? { id: command.id } : {}), ...('run' in command ? { run: command.run } : {}) }));
});

self.addEventListener('unhandledrejection', (event) => interrupt(new Fault(toReport(event.reason))));
