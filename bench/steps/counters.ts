/** What WebGPU was asked to do so far; counted at the interface, so all libraries are counted alike. */
export interface Counters {
  dispatches: number;
  submits: number;
  /** When the last submit returned, by the page's clock. */
  lastSubmit: number;
  bytes: number;
  peakBytes: number;
}

/** Counts from now on; all stay 0 where there is no WebGPU. */
export function countWebGPU(): Counters {
  const counters: Counters = { dispatches: 0, submits: 0, lastSubmit: 0, bytes: 0, peakBytes: 0 };
  if (typeof GPUDevice === 'undefined') return counters;
  const destroyed = new WeakSet<GPUBuffer>();
  after(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', () => (counters.dispatches += 1));
  after(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', () => (counters.dispatches += 1));
  after(GPUQueue.prototype, 'submit', () => {
    counters.submits += 1;
    counters.lastSubmit = performance.now();
  });
  after(GPUDevice.prototype, 'createBuffer', (_device, [descriptor]) => {
    counters.bytes += (descriptor as GPUBufferDescriptor).size;
    counters.peakBytes = Math.max(counters.peakBytes, counters.bytes);
  });
  after(GPUBuffer.prototype, 'destroy', (buffer) => {
    if (!destroyed.has(buffer)) counters.bytes -= buffer.size;
    destroyed.add(buffer);
  });
  return counters;
}

type Methods<T> = { [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never }[keyof T];

/** Calls `told` behind every call of a method. */
function after<T extends object, K extends Methods<T>>(prototype: T, name: K, told: (self: T, args: readonly unknown[]) => void): void {
  const original = prototype[name] as (...args: unknown[]) => unknown;
  Object.defineProperty(prototype, name, {
    configurable: true,
    writable: true,
    value(this: T, ...args: unknown[]) {
      const result = original.apply(this, args);
      told(this, args);
      return result;
    },
  });
}
