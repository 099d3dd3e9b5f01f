import { labelOf } from '../../src/tensor/backends/shader.ts';

/** The time of one dispatch. */
export interface DispatchTime {
  /** Its label: the kernel, what it writes, and what it reads. */
  readonly shader: string;
  readonly milliseconds: number;
}

/** Timestamps of one command buffer. */
interface Timed {
  readonly shaders: readonly string[];
  readonly times: GPUBuffer;
}

/** Dispatches of one command buffer at most. */
const MOST = 512;

/**
 * From now on every dispatch is a pass of its own with timestamps around it, which takes time itself.
 *
 * Devices that are opened behind it have the feature `timestamp-query`; what comes back gives the times since it was last
 * asked.
 */
export function timeDispatches(): () => Promise<DispatchTime[]> {
  const names = new WeakMap<object, string>();
  const devices = new WeakMap<GPUCommandEncoder, GPUDevice>();
  const passes = new WeakMap<GPUCommandEncoder, { readonly queries: GPUQuerySet; readonly shaders: string[] }>();
  const timed: Timed[] = [];
  replace(GPUAdapter.prototype, 'requestDevice', (original) => function (this: GPUAdapter, descriptor) {
    return original.call(this, { ...descriptor, requiredFeatures: [...(descriptor?.requiredFeatures ?? []), 'timestamp-query'] });
  });
  replace(GPUDevice.prototype, 'createShaderModule', (original) => function (this: GPUDevice, descriptor) {
    const { label = '', code } = descriptor;
    return named(names, original.call(this, descriptor), label.includes('←') ? label : labelOf(label, code));
  });
  replace(GPUDevice.prototype, 'createComputePipelineAsync', (original) => async function (this: GPUDevice, descriptor) {
    return named(names, await original.call(this, descriptor), names.get(descriptor.compute.module) ?? '');
  });
  replace(GPUDevice.prototype, 'createCommandEncoder', (original) => function (this: GPUDevice, descriptor) {
    const encoder = original.call(this, descriptor);
    devices.set(encoder, this);
    return encoder;
  });
  replace(GPUCommandEncoder.prototype, 'beginComputePass', (original) => function (this: GPUCommandEncoder) {
    const own = passes.get(this) ?? { queries: devices.get(this)!.createQuerySet({ type: 'timestamp', count: 2 * MOST }), shaders: [] };
    passes.set(this, own);
    return standIn((timestampWrites) => original.call(this, { timestampWrites }), own, names);
  });
  replace(GPUCommandEncoder.prototype, 'finish', (original) => function (this: GPUCommandEncoder, descriptor) {
    const own = passes.get(this);
    if (own) timed.push({ shaders: own.shaders, times: resolved(devices.get(this)!, this, own.queries, 2 * own.shaders.length) });
    return original.call(this, descriptor);
  });
  return async () => (await Promise.all(timed.splice(0).map(timesOf))).flat();
}

/** Notes each dispatch, and makes a pass of it. */
function standIn(begin: (timestampWrites: GPUComputePassTimestampWrites) => GPUComputePassEncoder, { queries, shaders }: { readonly queries: GPUQuerySet; readonly shaders: string[] }, names: WeakMap<object, string>): GPUComputePassEncoder {
  let [pipeline, group]: [GPUComputePipeline | undefined, GPUBindGroup | undefined] = [undefined, undefined];
  const pass = {
    setPipeline: (given: GPUComputePipeline) => void (pipeline = given),
    setBindGroup: (_index: number, given: GPUBindGroup) => void (group = given),
    dispatchWorkgroups: (x: number, y?: number, z?: number) => {
      const at = 2 * shaders.push(names.get(pipeline!) ?? '') - 2;
      const real = begin({ querySet: queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 });
      real.setPipeline(pipeline!);
      real.setBindGroup(0, group!);
      real.dispatchWorkgroups(x, y, z);
      real.end();
    },
    end: () => undefined,
  };
  return pass as unknown as GPUComputePassEncoder;
}

function resolved(device: GPUDevice, encoder: GPUCommandEncoder, queries: GPUQuerySet, count: number): GPUBuffer {
  const written = device.createBuffer({ size: 8 * count, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
  const times = device.createBuffer({ size: 8 * count, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  encoder.resolveQuerySet(queries, 0, count, written, 0);
  encoder.copyBufferToBuffer(written, 0, times, 0, 8 * count);
  return times;
}

async function timesOf({ shaders, times }: Timed): Promise<DispatchTime[]> {
  await times.mapAsync(GPUMapMode.READ);
  const nanoseconds = new BigUint64Array(times.getMappedRange().slice(0));
  times.destroy();
  return shaders.map((shader, i) => ({ shader, milliseconds: Number(nanoseconds[2 * i + 1]! - nanoseconds[2 * i]!) / 1e6 }));
}

function named<T extends object>(names: WeakMap<object, string>, object: T, name: string): T {
  names.set(object, name);
  return object;
}

function replace<T extends object, K extends keyof T>(prototype: T, name: K, make: (original: T[K]) => T[K]): void {
  Object.defineProperty(prototype, name, { configurable: true, writable: true, value: make(prototype[name]) });
}
