/** Bundled for the browser: one side of the benchmark, a page of its own for each. */
import { WASM_PATHS } from '../../../src/tensor/backends/wasm_paths.ts';
import { countWebGPU } from '../counters.ts';
import { adapterInWords, measuredStep, openStepper, shortens } from '../measured.ts';
import type { Job, Stepper, StepReport } from '../side.ts';
import { timeDispatches, type DispatchTime } from '../timestamps.ts';

declare global {
  interface Window {
    /** `open` resolves to the name of the WebGPU adapter; `timeDispatches` is called before it, if at all. */
    side: { open(job: Job): Promise<string>; step(): Promise<StepReport>; shorten(): boolean; timeDispatches(): () => Promise<DispatchTime[]> };
  }
}

const counters = countWebGPU();
let stepper: Stepper | undefined;

window.side = {
  timeDispatches,
  open: async (job) => {
    stepper = await openStepper(job, WASM_PATHS);
    return adapterInWords();
  },
  step: () => {
    if (!stepper) throw new Error('the side must be opened first');
    return measuredStep(stepper, counters);
  },
  shorten: () => shortens(stepper),
};
