import { toReport } from '../fault/fault.ts';
import { openBackend } from '../tensor/backends/open.ts';
import { WASM_PATHS } from '../tensor/backends/wasm_paths.ts';
import { Answering } from './answering.ts';
import type { Command, Event } from './protocol.ts';
import type { DeviceReport } from '../experiment/run.ts';
import type { Envelope } from './trainer_client.ts';
import { TrainingRun } from './training_run.ts';

/** The training worker: the only place that owns a GPU device and tensors. One run at a time. */

let device: DeviceReport | undefined;
let current: TrainingRun | undefined;
let running = false;

const tell = (event: Event): void => self.postMessage(event);

type Handlers = { readonly [T in Command['type']]: (command: Extract<Command, { type: T }>, baseUrl: string) => Promise<void> | void };

const HANDLERS: Handlers = {
  async open({ backend }) {
    device = await openBackend({ choice: backend, wasmPaths: WASM_PATHS, onFault: (fault) => (current ? current.gate.fail(fault) : tell({ type: 'fault', fault })) });
    tell({ type: 'device', device });
  },
  async start({ run, recipe, files }, baseUrl) {
    if (running) throw new Error(`run ${current?.options.run} is still going on: stop it first`);
    if (!device) await HANDLERS.open({ type: 'open', backend: recipe.backend }, baseUrl);
    current = new TrainingRun({ run, recipe, files: files ?? {}, baseUrl, device: device!, emit: tell });
    running = true;
    try {
      await current.start();
    } finally {
      running = false;
    }
  },
  pause: () => current?.gate.pause(),
  continue: () => current?.gate.continue(),
  stop: () => current?.gate.stop(),
  async predict(command, baseUrl) {
    if (!device) await HANDLERS.open({ type: 'open', backend: 'auto' }, baseUrl);
    tell(await new Answering(baseUrl, current).predict(command));
  },
  async export({ id, run }, baseUrl) {
    tell(await new Answering(baseUrl, current).export(id, run));
  },
};

self.addEventListener('message', ({ data: { baseUrl, command } }: MessageEvent<Envelope>) => {
  const handler = HANDLERS[command.type] as (command: Command, baseUrl: string) => Promise<void> | void;
  Promise.resolve()
    .then(() => handler(command, baseUrl))
    .catch((error: unknown) => tell({ type: 'fault', fault: toReport(error), ...('id' in command ? { id: command.id } : {}), ...('run' in command ? { run: command.run } : {}) }));
});

self.addEventListener('unhandledrejection', (event) => tell({ type: 'fault', fault: toReport(event.reason) }));
