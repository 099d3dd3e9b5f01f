/** What a traced step consists of: its commands in order, on buffers of which most do not exist yet. */

/** A buffer of a traced step. It has a size and, where the step uploads it, contents; a place in memory it gets later. */
export class VirtualBuffer {
  readonly usage: number;
  readonly size: number;
  /** Contents that were given while tracing, such as a constant or the uniforms of a dispatch. */
  bytes: ArrayBuffer | undefined;
  /** Index among the step's inputs; undefined for all that is no input. */
  input: number | undefined;
  /** Where the bytes hold a value that differs from step to step. */
  draws: readonly Draw[] = [];
  mapState: GPUBufferMapState;

  constructor(
    /** In order of creation. */
    readonly id: number,
    { size, usage, mappedAtCreation = false }: GPUBufferDescriptor,
  ) {
    this.size = size;
    this.usage = usage;
    this.mapState = mappedAtCreation ? 'mapped' : 'unmapped';
  }

  getMappedRange(): ArrayBuffer {
    return (this.bytes ??= new ArrayBuffer(this.size));
  }

  unmap(): void {
    this.mapState = 'unmapped';
  }
}

/** A dropout key within the uniforms of a dispatch. */
export interface Draw {
  /** In bytes. */
  readonly offset: number;
  /** Index among the keys that were announced for the step. */
  readonly index: number;
}

/** A range of a buffer, in bytes. */
export interface Range {
  readonly buffer: GPUBuffer | VirtualBuffer;
  readonly offset: number;
  readonly size: number;
}

/** A range that exists on the device. */
export interface BufferRange extends Range {
  readonly buffer: GPUBuffer;
}

/** A range as one dispatch uses it. */
export interface Binding extends Range {
  readonly written: boolean;
}

/** A pipeline, or one that is being compiled. */
export interface PipelineSource {
  readonly ready: Promise<GPUComputePipeline>;
}

export interface Dispatch {
  readonly pipeline: PipelineSource;
  readonly bindings: readonly Binding[];
  readonly uniforms: VirtualBuffer;
  readonly workgroups: readonly [number, number, number];
}

export interface Copy {
  readonly from: Range;
  readonly to: Range;
}

export type Command = Dispatch | Copy;

/** A tensor that lives outside of the step, with the buffer that it had. */
export interface Captured {
  readonly dataId: object;
  readonly buffer: GPUBuffer;
}

export interface Recording {
  readonly commands: readonly Command[];
  /** Where the tensors lie that the trace returned. */
  readonly outputs: readonly Range[];
  readonly captured: readonly Captured[];
  /** How many inputs the step was given, and how many bytes each has. */
  readonly inputSizes: readonly number[];
  /** One for each pipeline that was not there before; settles when it is compiled. */
  readonly compiling: readonly Promise<void>[];
}

/** Ends a trace that cannot be replayed; the message names what stands in the way. */
export class NotRecordable extends Error {}

export const isCopy = (command: Command): command is Copy => 'from' in command;

/** What a command reads and writes. */
export const bindingsOf = (command: Command): readonly Binding[] =>
  isCopy(command) ? [{ ...command.from, written: false }, { ...command.to, written: true }] : command.bindings;
