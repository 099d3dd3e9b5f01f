import type { Arena } from './arena.ts';
import { aligned, layOut, type Place, type Use } from './layout.ts';
import { isCopy, NotRecordable, VirtualBuffer, type BufferRange, type Command, type Dispatch, type Draw, type Range, type Recording } from './recording.ts';

/** Chunks of the arena: the inputs of a step, and what passes within it. */
const [INPUTS, FIRST_PASSING] = [0, 1];

/** A dispatch with its place in the buffer of uniforms. */
interface ReadyDispatch extends Dispatch {
  readonly compiled: GPUComputePipeline;
  readonly uniformOffset: number;
}

type Step = { readonly dispatch: ReadyDispatch } | { readonly from: Range; readonly to: Range };

/** A step as it is encoded in every run: nothing is looked up any more. */
type Call = { readonly pipeline: GPUComputePipeline; readonly group: GPUBindGroup; readonly workgroups: Dispatch['workgroups'] } | { readonly from: BufferRange; readonly to: BufferRange };

/**
 * A recorded step, ready to run again and again: one command buffer of dispatches whose bind groups are made once.
 *
 * Its own memory is two buffers: constants and uniforms. Inputs, written before each run, and what comes into being and
 * passes within the step lie in the arena that all plans share.
 */
export class Plan {
  readonly #steps: readonly Step[];
  readonly #places = new Map<VirtualBuffer, { readonly buffer: GPUBuffer | undefined; readonly place: Place }>();
  readonly #inputs: Packed;
  readonly #constants: GPUBuffer;
  readonly #uniforms: Packed;
  readonly #uniformBuffer: GPUBuffer;
  readonly #chunks: readonly number[];
  /** Where dropout keys lie among the uniforms. */
  readonly #draws: readonly Draw[];
  #calls: readonly Call[] = [];
  #generation = -1;

  private constructor(
    readonly device: GPUDevice,
    readonly arena: Arena,
    readonly recording: Recording,
    steps: readonly Step[],
  ) {
    this.#steps = steps;
    const { inputs, constants, uniforms, arena: passing } = sorted(recording);
    const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
    this.#inputs = new Packed(device, recording.inputSizes);
    for (const buffer of inputs) this.#places.set(buffer, { buffer: undefined, place: { chunk: INPUTS, offset: this.#inputs.offsets[buffer.input!]! } });
    const held = new Packed(device, constants.map(({ size }) => size));
    this.#constants = held.makeBuffer(STORAGE | COPY_DST | COPY_SRC);
    constants.forEach((buffer, i) => this.#places.set(buffer, { buffer: this.#constants, place: { chunk: 0, offset: held.put(i, buffer.bytes!) } }));
    held.write(this.#constants);
    this.#uniforms = new Packed(device, uniforms.map(({ size }) => size));
    this.#uniformBuffer = this.#uniforms.makeBuffer(UNIFORM | COPY_DST);
    uniforms.forEach(({ bytes }, i) => this.#uniforms.put(i, bytes!));
    this.#uniforms.write(this.#uniformBuffer);
    this.#draws = steps.flatMap((step) => ('dispatch' in step ? step.dispatch.uniforms.draws.map(({ offset, index }) => ({ offset: step.dispatch.uniformOffset + offset, index })) : []));
    this.#chunks = this.#layOut(passing);
  }

  /** Compiles what is not compiled yet and places every buffer; NotRecordable when something is too large for the device. */
  static async make(device: GPUDevice, arena: Arena, recording: Recording): Promise<Plan> {
    const offsets = packedOffsets(sorted(recording).uniforms.map(({ size }) => size));
    let at = 0;
    const steps: Step[] = [];
    for (const command of recording.commands) {
      steps.push(isCopy(command) ? command : { dispatch: { ...command, compiled: await command.pipeline.ready, uniformOffset: offsets[at++]! } });
    }
    return new Plan(device, arena, recording, steps);
  }

  get dispatches(): number {
    return this.#steps.filter((step) => 'dispatch' in step).length;
  }

  /** Bytes that this plan holds, without the arena. */
  get bytes(): number {
    return this.#constants.size + this.#uniformBuffer.size;
  }

  /**
   * Writes the inputs and the dropout keys of a step, and encodes its commands.
   *
   * `inputs` have the sizes that the recording's had, in its order; `draws` are the step's keys in the order announced.
   */
  encode(encoder: GPUCommandEncoder, inputs: readonly ArrayBufferView[], draws: readonly number[]): void {
    this.#bind();
    inputs.forEach((input, i) => this.#inputs.put(i, input));
    this.#inputs.write(this.arena.chunk(INPUTS));
    this.#writeDraws(draws);
    let pass: GPUComputePassEncoder | undefined;
    let pipeline: GPUComputePipeline | undefined;
    for (const call of this.#calls) {
      if ('from' in call) {
        pass?.end();
        pass = pipeline = undefined;
        encoder.copyBufferToBuffer(call.from.buffer, call.from.offset, call.to.buffer, call.to.offset, call.from.size);
        continue;
      }
      pass ??= encoder.beginComputePass();
      if (call.pipeline !== pipeline) pass.setPipeline((pipeline = call.pipeline));
      pass.setBindGroup(0, call.group);
      pass.dispatchWorkgroups(...call.workgroups);
    }
    pass?.end();
  }

  /** Where output `index` lies after a run; valid until another plan runs. */
  output(index: number): BufferRange {
    return this.#real(this.recording.outputs[index]!);
  }

  dispose(): void {
    for (const buffer of [this.#constants, this.#uniformBuffer]) buffer.destroy();
    this.#calls = [];
  }

  /** Calls name buffers of the arena, so they are made anew when it has grown. */
  #bind(): void {
    this.arena.ensure(this.#chunks);
    if (this.#generation === this.arena.generation) return;
    this.#generation = this.arena.generation;
    this.#calls = this.#steps.map((step) => ('dispatch' in step ? this.#callOf(step.dispatch) : { from: this.#real(step.from), to: this.#real(step.to) }));
  }

  #callOf({ compiled, bindings, uniforms, uniformOffset, workgroups }: ReadyDispatch): Call {
    const resources = [...bindings.map((range) => this.#real(range)), { buffer: this.#uniformBuffer, offset: uniformOffset, size: uniforms.size }];
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    return { pipeline: compiled, group: this.device.createBindGroup({ layout: compiled.getBindGroupLayout(0), entries }), workgroups };
  }

  #real({ buffer, offset, size }: Range): BufferRange {
    if (!(buffer instanceof VirtualBuffer)) return { buffer, offset, size };
    const { buffer: own, place } = this.#places.get(buffer)!;
    return { buffer: own ?? this.arena.chunk(place.chunk), offset: place.offset + offset, size };
  }

  #writeDraws(draws: readonly number[]): void {
    if (this.#draws.length === 0) return;
    for (const { offset, index } of this.#draws) this.#uniforms.putWord(offset, draws[index]!);
    this.#uniforms.write(this.#uniformBuffer);
  }

  #layOut(passing: readonly VirtualBuffer[]): readonly number[] {
    const indices = new Map(passing.map((buffer, index) => [buffer, index]));
    const use = ({ buffer }: Range, written: boolean): Use[] => (buffer instanceof VirtualBuffer && indices.has(buffer) ? [{ buffer: indices.get(buffer)!, written }] : []);
    const uses = this.recording.commands.map((command) => usesOf(command).flatMap(({ range, written }) => use(range, written)));
    const kept = this.recording.outputs.flatMap((range) => use(range, false)).map(({ buffer }) => buffer);
    const { limits } = this.device;
    const { places, chunks } = layOut(uses, passing.map(({ size }) => size), kept, Math.min(limits.maxBufferSize, 2 ** 32 - 256));
    passing.forEach((buffer, i) => this.#places.set(buffer, { buffer: undefined, place: { ...places[i]!, chunk: FIRST_PASSING + places[i]!.chunk } }));
    return [this.#inputs.size, ...chunks];
  }
}

/** The contents of buffers that are packed into one, each at an aligned offset, in main memory. */
class Packed {
  readonly offsets: readonly number[];
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: DataView;

  constructor(
    readonly device: GPUDevice,
    sizes: readonly number[],
  ) {
    this.offsets = packedOffsets(sizes);
    this.#bytes = new Uint8Array(Math.max(16, sizes.reduce((sum, size) => sum + aligned(size), 0)));
    this.#words = new DataView(this.#bytes.buffer);
  }

  get size(): number {
    return this.#bytes.length;
  }

  /** Sets the contents of one of them, not on the device yet; returns its offset. */
  put(index: number, data: ArrayBuffer | ArrayBufferView): number {
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
    this.#bytes.set(bytes, this.offsets[index]!);
    return this.offsets[index]!;
  }

  putWord(offset: number, value: number): void {
    this.#words.setUint32(offset, value, true);
  }

  /** A buffer for all of them, all zeros. */
  makeBuffer(usage: number): GPUBuffer {
    return this.device.createBuffer({ size: this.size, usage });
  }

  write(buffer: GPUBuffer): void {
    this.device.queue.writeBuffer(buffer, 0, this.#bytes);
  }
}

function packedOffsets(sizes: readonly number[]): number[] {
  let at = 0;
  return sizes.map((size) => (at += aligned(size)) - aligned(size));
}

function usesOf(command: Command): { readonly range: Range; readonly written: boolean }[] {
  if (isCopy(command)) return [{ range: command.from, written: false }, { range: command.to, written: true }];
  return command.bindings.map((range) => ({ range, written: range.written }));
}

/** The buffers of a recording by what they are; one with contents that the step also writes is refused. */
function sorted({ commands, outputs }: Recording): Record<'inputs' | 'constants' | 'uniforms' | 'arena', VirtualBuffer[]> {
  const kinds = { inputs: new Set<VirtualBuffer>(), constants: new Set<VirtualBuffer>(), uniforms: [] as VirtualBuffer[], arena: new Set<VirtualBuffer>() };
  for (const command of commands) if (!isCopy(command)) kinds.uniforms.push(command.uniforms);
  const ranges = [...commands.flatMap(usesOf), ...outputs.map((range) => ({ range, written: false }))];
  for (const { range: { buffer }, written } of ranges) {
    if (!(buffer instanceof VirtualBuffer)) continue;
    const given = buffer.input !== undefined || buffer.bytes !== undefined;
    if (given && written) throw new NotRecordable('an update in place of a value that the step uploads');
    if (buffer.input !== undefined) kinds.inputs.add(buffer);
    else if (buffer.bytes) kinds.constants.add(buffer);
    else kinds.arena.add(buffer);
  }
  return { inputs: [...kinds.inputs], constants: [...kinds.constants], uniforms: kinds.uniforms, arena: [...kinds.arena] };
}
