import type { Counters } from './counters.ts';
import { problemOf } from './problem.ts';
import { SIDES, type Job, type OwnTraining, type StepReport, type Stepper } from './side.ts';

type Open = (problem: ReturnType<typeof problemOf>, device: 'webgpu' | 'wasm', wasmPaths?: Readonly<Record<string, string>>, training?: OwnTraining, wholeLayers?: boolean) => Promise<Stepper>;

/** Each side's library is loaded alone; PyTorch has a process of its own. */
const MODULES: Record<Exclude<(typeof SIDES)[keyof typeof SIDES]['module'], 'pytorch'>, () => Promise<{ readonly open: Open }>> = {
  stock: () => import('./sides/stock.ts'),
  jax: () => import('./sides/jax.ts'),
  own: () => import('./sides/own.ts'),
};

/** Opens a job's side in this page or process. */
export async function openStepper({ side, size, training }: Job, wasmPaths?: Readonly<Record<string, string>>): Promise<Stepper> {
  if (side === 'pytorch') throw new Error('PyTorch is no side of a page');
  const { module, device, ...rest } = SIDES[side];
  const { open } = await MODULES[module]();
  return open(problemOf(size), device, wasmPaths, training, 'wholeLayers' in rest);
}

/** Makes a step and says what it took. */
export async function measuredStep(stepper: Stepper, counters: Counters): Promise<StepReport> {
  const { dispatches, submits } = counters;
  const traces = stepper.traces?.();
  const start = performance.now();
  const loss = await stepper.step();
  const wall = performance.now() - start;
  const javascript = counters.submits > submits ? counters.lastSubmit - start : wall;
  return { loss, wall, javascript, ...(traces !== undefined && { traced: stepper.traces!() > traces }), dispatches: counters.dispatches - dispatches, submits: counters.submits - submits, peakBytes: counters.peakBytes };
}

/** Makes the steps from now on shorter; false where that would be nothing new. */
export function shortens(stepper: Stepper | undefined): boolean {
  stepper?.shorten?.();
  return stepper?.shorten !== undefined;
}

/** The WebGPU adapter in words; empty where there is none. */
export async function adapterInWords(): Promise<string> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return '';
  const { vendor, architecture, description } = adapter.info;
  return [description || vendor, architecture].filter((word) => word !== '').join(' ');
}
