/** Pipelines of a traced step: compiled while the trace goes on, and kept by the backend. */
import { refusedKernel } from '../device_faults.ts';
import type { PipelineSource } from './recording.ts';

/** Stands for a pipeline that is being compiled. */
export class PendingPipeline implements PipelineSource {
  /** Fault `gpu-kernel` where it cannot be compiled. */
  readonly ready: Promise<GPUComputePipeline>;

  constructor(device: GPUDevice, descriptor: GPUComputePipelineDescriptor) {
    this.ready = compiled(device, descriptor);
    this.ready.catch(() => undefined);
  }

  /** A bind group made while tracing is a list of bindings, which need no layout. */
  getBindGroupLayout(): undefined {
    return undefined;
  }
}

/** A shader of a traced step; what is wrong in it is told by its pipeline, and not as an error of the device. */
export function shaderModule(device: GPUDevice, descriptor: GPUShaderModuleDescriptor): GPUShaderModule {
  device.pushErrorScope('validation');
  const module = device.createShaderModule(descriptor);
  device.popErrorScope().catch(() => undefined);
  return module;
}

async function compiled(device: GPUDevice, descriptor: GPUComputePipelineDescriptor): Promise<GPUComputePipeline> {
  try {
    return await device.createComputePipelineAsync(descriptor);
  } catch (error) {
    const { messages } = await descriptor.compute.module.getCompilationInfo().catch(() => ({ messages: [] }));
    throw refusedKernel(descriptor.label ?? '', messages, error);
  }
}

/** Gives the pipelines of a trace to the backend's own cache once they are compiled. */
export function keepPipelines(traced: Readonly<Record<string, unknown>>, cache: Record<string, GPUComputePipeline>): Promise<void>[] {
  return Object.keys(traced).flatMap((key) => {
    const pending = traced[key];
    return pending instanceof PendingPipeline ? [pending.ready.then((pipeline) => void (cache[key] ??= pipeline))] : [];
  });
}
