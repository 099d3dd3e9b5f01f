import * as tf from '../tf.ts';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { NotRecordable, VirtualBuffer, type BufferRange, type Captured, type Recording } from '../plan/recording.ts';
import { adapterTraits, type AdapterTraits } from './adapter.ts';
import { filled } from './fill.ts';
import { internals } from './internals.ts';
import { uploadInPieces, writeHostValues } from './upload.ts';
import { drawsIn, labelOf, type Shader, type UniformField } from './shader.ts';
import { Tracing, type Trace } from './tracing.ts';

/**
 * tfjs's WebGPU backend, plus dispatches with several outputs that may be written in place, tensors that are part of a
 * larger buffer, and recording.
 */
export class LabWebGPUBackend extends WebGPUBackend {
  readonly adapter: AdapterTraits;
  /** The trace that is being made; exchanged with the working state. */
  readonly tracing: Tracing | undefined = undefined;
  /** Name of the kernel that runs. */
  #kernel = '';
  /** How many tensors are part of a buffer. */
  readonly #parts = new Map<GPUBuffer, number>();

  constructor(device: GPUDevice, adapterInfo: GPUAdapterInfo) {
    super(device, adapterInfo);
    this.adapter = adapterTraits(device, adapterInfo);
    const self = internals(this);
    self.tensorToBinding = (tensor) => this.#bindingOf(tensor);
    const { releaseResource } = self;
    self.releaseResource = (dataId) => (this.#isPart(dataId) ? this.#releasePart(dataId) : releaseResource.call(this, dataId));
  }

  /**
   * Records one dispatch: `tensors` are bound in order (read or read_write as the shader declares), `uniform` after them.
   * Tensors that the shader writes are named in `written`, so that values cached on the CPU are dropped.
   */
  dispatch(shader: Shader, tensors: readonly tf.TensorInfo[], uniform: UniformField[], written: readonly tf.TensorInfo[]): void {
    const self = internals(this);
    for (const tensor of tensors) this.uploadToGPU(tensor.dataId);
    for (const tensor of tensors) self.commandQueueOwnedIds.add(tensor.dataId);
    for (const tensor of written) self.tensorMap.get(tensor.dataId).values = null;
    const pipeline = this.#pipeline(shader);
    const uniforms = self.makeUniforms(uniform);
    const bindings = [...tensors.map((tensor) => self.tensorToBinding(tensor)), uniforms];
    this.tracing?.recorder.writes(tensors.flatMap(({ dataId }, index) => (written.some((other) => other.dataId === dataId) ? [index] : [])));
    this.tracing?.recorder.markDraws(uniforms.buffer, drawsIn(uniform));
    const entries = bindings.map((resource, binding) => ({ binding, resource: resource! }));
    const group = this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    this.#encode(pipeline, group, shader.workgroups);
  }

  /** Runs a kernel, whose shaders bear its name. */
  running<T>(kernel: string, run: () => T): T {
    const outer = this.#kernel;
    this.#kernel = kernel;
    try {
      return run();
    } finally {
      this.#kernel = outer;
    }
  }

  /** The same values as another tensor, for a kernel that passes an input on. */
  share({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo {
    this.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /** Copies the values of a tensor into another one of the same size, in place; from main memory straight to its place. */
  copy(from: tf.Tensor, to: tf.Tensor): void {
    const [self, target] = [internals(this), this.rangeOf(to)];
    self.tensorMap.get(to.dataId).values = null;
    if (!this.tracing && writeHostValues(this, self.tensorMap.get(from.dataId), target)) return;
    const source = this.rangeOf(from);
    [from, to].forEach(({ dataId }) => self.commandQueueOwnedIds.add(dataId));
    self.ensureCommandEncoderReady();
    self.endComputePassEncoder();
    self.commandEncoder!.copyBufferToBuffer(source.buffer, source.offset, target.buffer, target.offset, source.size);
  }

  /** A tensor that is part of a buffer, from `offset` bytes on; the buffer is destroyed with the last tensor that is. */
  view(buffer: GPUBuffer, offset: number, shape: number[]): tf.Tensor {
    const self = internals(this);
    const dataId = { id: self.nextDataId() };
    const part = { offset, size: 4 * tf.util.sizeFromShape(shape) };
    self.tensorMap.set(dataId, { dtype: 'float32', shape, values: null, refCount: 1, external: true, resource: buffer, part });
    this.#parts.set(buffer, (this.#parts.get(buffer) ?? 0) + 1);
    return tf.engine().makeTensorFromDataId(dataId, shape, 'float32', this);
  }

  /** The range of a tensor, which is uploaded first where it has to be. */
  rangeOf(tensor: tf.Tensor): BufferRange {
    this.uploadToGPU(tensor.dataId);
    const binding = internals(this).tensorToBinding(tensor) as GPUBufferBinding;
    return { buffer: binding.buffer, offset: binding.offset ?? 0, size: 4 * tensor.size };
  }

  /** Submits every command that waits, so that others can be submitted behind them. */
  flush(): void {
    const self = internals(this);
    if (!self.commandEncoder) return;
    self.endComputePassEncoder();
    self.submitQueue();
  }

  /**
   * Traces a step: what it would do is noted, nothing is run, and the device is not touched.
   *
   * Tensors made within have no values, those returned neither: free them afterwards. NotRecordable when the step reads a
   * tensor, or does something else that a replay could not repeat.
   */
  record({ inputs, draws, run }: Trace): Recording {
    this.flush();
    const given = inputs.map((tensor) => this.hostValues(tensor));
    const tracing = new Tracing(this, { inputs, draws });
    tracing.enter();
    try {
      const outputs = run().map((tensor) => this.rangeOf(tensor));
      inputs.forEach(({ dataId }, index) => this.#nameInput(dataId, index));
      return tracing.recording(outputs, given.map(({ byteLength }) => byteLength));
    } finally {
      tracing.leave();
      inputs.forEach(({ dataId }, index) => Object.assign(internals(this).tensorMap.get(dataId), { resource: null, values: given[index] }));
    }
  }

  /** The values of a tensor that is not on the device yet; RangeError where it is. */
  hostValues({ dataId, dtype }: tf.Tensor): Float32Array | Int32Array {
    const { values } = internals(this).tensorMap.get(dataId);
    if (!values) throw new RangeError('the values of an input of a step must be in main memory');
    if (dtype === 'float32') return values instanceof Float32Array ? values : Float32Array.from(values);
    return values instanceof Int32Array ? values : Int32Array.from(values);
  }

  /** Whether a tensor still lies where it was when a step captured it. */
  holds({ dataId, buffer }: Captured): boolean {
    return internals(this).tensorMap.has(dataId) && internals(this).tensorMap.get(dataId).resource === buffer;
  }

  /** Gives a tensor a buffer, with its values where it has some. A trace notes them, for all that is made within it. */
  override uploadToGPU(dataId: object): void {
    const { tracing } = this;
    if (tracing?.isFromBefore(dataId)) return tracing.outside(() => this.uploadToGPU(dataId));
    if (tracing && !tracing.isInput(dataId) && filled(this, dataId)) return;
    if (!tracing && uploadInPieces(this, internals(this).tensorMap.get(dataId))) return;
    super.uploadToGPU(dataId);
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    this.#refuseReading();
    if (!this.#isPart(dataId)) return super.read(dataId);
    const { resource, part } = internals(this).tensorMap.get(dataId);
    return new Float32Array(await this.download({ buffer: resource as GPUBuffer, ...part! }));
  }

  override readSync(dataId: object): tf.BackendValues {
    this.#refuseReading();
    if (this.#isPart(dataId)) throw new RangeError('a tensor that is part of a buffer is read by data(), not by dataSync()');
    return super.readSync(dataId);
  }

  /** The bytes of a range. */
  async download({ buffer, offset, size }: BufferRange): Promise<ArrayBuffer> {
    this.flush();
    const [staging, encoder] = [this.device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST }), this.device.createCommandEncoder()];
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
    this.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const bytes = staging.getMappedRange().slice(0);
    staging.destroy();
    return bytes;
  }

  /** Takes the place of tfjs's own, which knows no parts of buffers; called for every tensor that a dispatch binds. */
  #bindingOf(tensor: tf.TensorInfo | undefined): GPUBindingResource | null {
    if (!tensor) return null;
    const { resource, part } = internals(this).tensorMap.get(tensor.dataId);
    if (resource instanceof GPUBuffer) this.tracing?.recorder.capture(tensor.dataId, resource);
    return { buffer: resource as GPUBuffer, ...part };
  }

  #isPart(dataId: object): boolean {
    const { tensorMap } = internals(this);
    return tensorMap.has(dataId) && tensorMap.get(dataId).part !== undefined;
  }

  #releasePart(dataId: object): void {
    const data = internals(this).tensorMap.get(dataId);
    const buffer = data.resource as GPUBuffer;
    const rest = this.#parts.get(buffer)! - 1;
    data.resource = null;
    if (rest > 0) this.#parts.set(buffer, rest);
    else if (this.#parts.delete(buffer)) buffer.destroy();
  }

  #pipeline({ wgsl, name = this.#kernel }: Shader): GPUComputePipeline {
    const { pipelineCache } = internals(this);
    return (pipelineCache[wgsl] ??= this.#compile(wgsl, labelOf(name, wgsl)));
  }

  #compile(code: string, label: string): GPUComputePipeline {
    const module = this.device.createShaderModule({ label, code });
    return this.device.createComputePipeline({ label, layout: 'auto', compute: { module, entryPoint: 'main' } });
  }

  #encode(pipeline: GPUComputePipeline, group: GPUBindGroup, workgroups: Shader['workgroups']): void {
    const self = internals(this);
    self.ensureCommandEncoderReady();
    const pass = (self.computePassEncoder ??= self.commandEncoder!.beginComputePass());
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...workgroups);
    if (++self.dispatchCountInPass >= tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) this.flush();
  }

  #refuseReading(): void {
    if (this.tracing) throw new NotRecordable('a tensor is read within the step');
  }

  /** A tensor's buffer is known only once it was used. */
  #nameInput(dataId: object, index: number): void {
    const { resource } = internals(this).tensorMap.get(dataId);
    if (resource instanceof VirtualBuffer) resource.input = index;
  }
}
