import { PendingPipeline, shaderModule } from './pipelines.ts';
import { NotRecordable, VirtualBuffer, type Binding, type Captured, type Command, type PipelineSource, type Range } from './recording.ts';

type Entries = readonly { readonly binding: number; readonly resource: { readonly buffer: GPUBuffer | VirtualBuffer; readonly offset?: number; readonly size?: number } }[];

/**
 * Stands in for device, queue, encoders and the pool of buffers while a step is traced: notes what they are told, and runs
 * nothing.
 *
 * It works at the level of WebGPU, so tfjs's own programs and ours are recorded alike.
 */
export class Recorder {
  readonly commands: Command[] = [];
  readonly #captured = new Map<object, GPUBuffer>();
  readonly #pipelines = new Map<GPUComputePipeline, PipelineSource>();
  #buffers = 0;
  #pipeline: PipelineSource | undefined;
  #group: Entries = [];
  #written: readonly number[] | undefined;

  constructor(
    readonly real: GPUDevice,
    /** Takes back buffers of tensors that existed before and are freed while tracing. */
    readonly release: (buffer: GPUBuffer, reuse?: boolean) => void,
    /** Keys of dropout masks that may occur. */
    readonly draws: readonly number[],
  ) {}

  /** Says which bindings the next dispatch writes; without it the first one, as in every program of tfjs. */
  writes(indices: readonly number[]): void {
    this.#written = indices;
  }

  /** Notes that a dispatch reads or writes a tensor that lives outside of the step. */
  capture(dataId: object, buffer: GPUBuffer): void {
    this.#captured.set(dataId, buffer);
  }

  get captured(): Captured[] {
    return [...this.#captured].map(([dataId, buffer]) => ({ dataId, buffer }));
  }

  /** Marks a uniform as a dropout key; NotRecordable for one that was not announced. Key 0 is that of rate 0. */
  markDraws(uniforms: GPUBuffer | VirtualBuffer, keys: readonly { readonly offset: number; readonly key: number }[]): void {
    const drawn = keys.filter(({ key }) => key !== 0);
    if (!(uniforms instanceof VirtualBuffer)) return;
    uniforms.draws = drawn.map(({ offset, key }) => {
      const index = this.draws.indexOf(key);
      if (index < 0) throw new NotRecordable(`a dropout mask of key ${key}, which the job did not announce`);
      return { offset, index };
    });
  }

  /** The stand-ins, by the names that they have as members of tfjs's backend. */
  get standIns(): { device: unknown; queue: unknown; bufferManager: unknown } {
    return { device: this.#device(), queue: this.#queue(), bufferManager: this.#bufferManager() };
  }

  #device(): unknown {
    const { real } = this;
    return only('the device', {
      limits: real.limits,
      features: real.features,
      createShaderModule: (descriptor: GPUShaderModuleDescriptor) => shaderModule(real, descriptor),
      createComputePipeline: (descriptor: GPUComputePipelineDescriptor) => new PendingPipeline(real, descriptor),
      createBindGroup: ({ entries }: { entries: Entries }) => entries,
      createCommandEncoder: () => this.#encoder(),
    });
  }

  #queue(): unknown {
    return only('the queue', {
      submit: () => undefined,
      writeBuffer: (buffer: GPUBuffer | VirtualBuffer, offset: number, data: ArrayBuffer, from: number, size: number) => {
        if (!(buffer instanceof VirtualBuffer)) throw new NotRecordable('a write into a buffer outside of the step');
        new Uint8Array(buffer.getMappedRange(), offset, size).set(new Uint8Array(data, from, size));
      },
    });
  }

  #bufferManager(): unknown {
    return only('the pool of buffers', {
      acquireBuffer: (size: number, usage: number, mappedAtCreation = false) => new VirtualBuffer(this.#buffers++, { size, usage, mappedAtCreation }),
      releaseBuffer: (buffer: GPUBuffer | VirtualBuffer, reuse?: boolean) => {
        if (!(buffer instanceof VirtualBuffer)) this.release(buffer, reuse);
      },
    });
  }

  #encoder(): unknown {
    return only('the command encoder', {
      beginComputePass: () => this.#pass(),
      finish: () => undefined,
      copyBufferToBuffer: (from: Range['buffer'], fromOffset: number, to: Range['buffer'], toOffset: number, size: number) => {
        this.commands.push({ from: { buffer: from, offset: fromOffset, size }, to: { buffer: to, offset: toOffset, size } });
      },
    });
  }

  #pass(): unknown {
    return only('the compute pass', {
      setPipeline: (pipeline: GPUComputePipeline | PendingPipeline) => {
        this.#pipeline = this.#sourceOf(pipeline);
      },
      setBindGroup: (_index: number, group: Entries) => {
        this.#group = group;
      },
      dispatchWorkgroups: (x: number, y = 1, z = 1) => this.#dispatch([x, y, z]),
      end: () => undefined,
    });
  }

  /** tfjs and our own dispatches both bind the uniforms last. */
  #dispatch(workgroups: readonly [number, number, number]): void {
    const written = this.#written ?? [0];
    const ranges = this.#group.map(({ resource: { buffer, offset = 0, size = buffer.size - offset } }, index): Binding => ({ buffer, offset, size, written: written.includes(index) }));
    const uniforms = ranges.pop()?.buffer;
    if (!this.#pipeline || !(uniforms instanceof VirtualBuffer)) throw new NotRecordable('a dispatch without uniforms');
    this.commands.push({ pipeline: this.#pipeline, bindings: ranges, uniforms, workgroups });
    this.#written = undefined;
  }

  #sourceOf(pipeline: GPUComputePipeline | PendingPipeline): PipelineSource {
    if (pipeline instanceof PendingPipeline) return pipeline;
    const known = this.#pipelines.get(pipeline) ?? { ready: Promise.resolve(pipeline) };
    this.#pipelines.set(pipeline, known);
    return known;
  }
}

/** An object with these members alone: any other one that is asked for ends the trace. */
function only(name: string, members: Readonly<Record<string, unknown>>): unknown {
  return new Proxy(members, {
    get(target, member) {
      if (typeof member === 'symbol' || member in target) return target[member as string];
      throw new NotRecordable(`${name} was asked for ${member} within the step`);
    },
  });
}
