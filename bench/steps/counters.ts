import { ByteMeter } from '../../src/tensor/backends/buffer_meter.ts';

/** What WebGPU was asked to do so far; counted at the interface, so all libraries are counted alike. */
export interface Counters {
  dispatches: number;
  submits: number;
  /** When the last submit returned, by the page's clock. */
  lastSubmit: number;
  readonly bytes: number;
  readonly peakBytes: number;
}

/** Counts from now on; all stay 0 where there is no WebGPU. */
export function countWebGPU(): Counters {
  const meter = new ByteMeter();
  const counters = {
    dispatches: 0, submits: 0, lastSubmit: 0,
    get bytes() { return meter.held; },
    get peakBytes() { return meter.peak; },
  };
  if (typeof GPUDevice === 'undefined') return counters;
  after(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => (counters.dispatches += 1));
  after(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', () => (counters.dispatches += 1));
  after(GPUQueue.prototype, 'submit', () => {
    counters.submits += 1;
    counters.lastSubmit = performance.now();
  });
  after(GPUDevice.prototype, 'createBuffer', (buffer) => meter.add(buffer as GPUBuffer));
  return counters;
}

type Methods<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T];

/** Calls `told` with the result of every call of a method. */
function after<T extends object, K extends Methods<T>>(prototype: T, name: K, told: (result: unknown) => void): void {
  const original = prototype[name] as (...args: unknown[]) => unknown;
  Object.defineProperty(prototype, name, {
    configurable: true,
    writable: true,
    value(this: T, ...args: unknown[]) {
      const result = original.apply(this, args);
      told(result);
      return result;
    },
  });
}
