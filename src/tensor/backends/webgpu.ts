import * as tf from '../tf.ts';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { Shader, UniformField } from './shader.ts';

/** Members of tfjs 4.22.0's backend that its typings mark private; the version is pinned for their sake. */
interface Internals {
  readonly tensorMap: { get(id: object): { values: unknown; resource: unknown } };
  readonly pipelineCache: Record<string, GPUComputePipeline>;
  readonly commandQueueOwnedIds: WeakSet<object>;
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  uploadToGPU(id: object): void;
  tensorToBinding(tensor: tf.TensorInfo): GPUBindingResource;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  makeUniforms(fields: UniformField[]): GPUBindingResource;
}

/** tfjs's WebGPU backend, plus dispatches with several outputs that may be written in place. */
export class LabWebGPUBackend extends WebGPUBackend {
  /**
   * Records one dispatch: `tensors` are bound in order (read or read_write as the shader declares), `uniform` after them.
   * Tensors that the shader writes are named in `written`, so that values cached on the CPU are dropped.
   */
  dispatch(shader: Shader, tensors: readonly tf.TensorInfo[], uniform: UniformField[], written: readonly tf.TensorInfo[]): void {
    const self = this as unknown as Internals;
    for (const tensor of tensors) self.uploadToGPU(tensor.dataId);
    for (const tensor of tensors) self.commandQueueOwnedIds.add(tensor.dataId);
    for (const tensor of written) self.tensorMap.get(tensor.dataId).values = null;
    const pipeline = this.#pipeline(shader.wgsl);
    const bindings = [...tensors.map((tensor) => self.tensorToBinding(tensor)), self.makeUniforms(uniform)];
    const group = this.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: bindings.map((resource, binding) => ({ binding, resource })),
    });
    this.#encode(pipeline, group, shader.workgroups);
  }

  #pipeline(wgsl: string): GPUComputePipeline {
    const { pipelineCache } = this as unknown as Internals;
    const module = () => this.device.createShaderModule({ code: wgsl });
    return (pipelineCache[wgsl] ??= this.device.createComputePipeline({ layout: 'auto', compute: { module: module(), entryPoint: 'main' } }));
  }

  #encode(pipeline: GPUComputePipeline, group: GPUBindGroup, workgroups: Shader['workgroups']): void {
    const self = this as unknown as Internals;
    self.ensureCommandEncoderReady();
    const pass = (self.computePassEncoder ??= self.commandEncoder.beginComputePass());
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...workgroups);
    self.dispatchCountInPass += 1;
    if (self.dispatchCountInPass >= tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) {
      self.endComputePassEncoder();
      self.submitQueue();
    }
  }
}
