import type { Arena } from './arena.ts';
import type { Packed } from './packed.ts';
import { placementOf, type Place, type Placement } from './placement.ts';
import { isCopy, VirtualBuffer, type BufferRange, type Copy, type Dispatch, type Draw, type Range, type Recording } from './recording.ts';

/** Chunks of the arena: the inputs of a step, and what passes within it. */
const [INPUTS, FIRST_PASSING] = [0, 1];

/** A dispatch whose pipeline is compiled, and where its uniforms lie. */
interface ReadyDispatch extends Dispatch {
  readonly compiled: GPUComputePipeline;
  readonly uniformOffset: number;
}

type Step = ReadyDispatch | Copy;

/** A step as it is encoded in every run: nothing is looked up any more. */
type Call = { readonly pipeline: GPUComputePipeline; readonly group: GPUBindGroup; readonly workgroups: Dispatch['workgroups'] } | { readonly from: BufferRange; readonly to: BufferRange };

/**
 * A recorded step, ready to run again and again: one command buffer of dispatches whose bind groups are made once.
 *
 * Its own memory is two buffers: constants and uniforms. Inputs, written before each run, and what comes into being and
 * passes within the step lie in the arena that all plans share.
 */
export class Plan {
  readonly #places: Placement['places'];
  /** Of the step that is encoded next. */
  readonly #inputs: Packed;
  readonly #uniforms: Packed;
  readonly #uniformBuffer: GPUBuffer;
  readonly #constants: GPUBuffer;
  /** Where dropout keys lie among the uniforms. */
  readonly #draws: readonly Draw[];
  /** Bytes of the chunks of the arena that it runs in. */
  readonly #chunks: readonly number[];
  #calls: readonly Call[] = [];
  #generation = -1;

  private constructor(
    readonly device: GPUDevice,
    readonly arena: Arena,
    readonly recording: Recording,
    readonly steps: readonly Step[],
    { places, inputs, constants, uniforms, chunks }: Placement,
  ) {
    const { STORAGE, UNIFORM, COPY_SRC, COPY_DST } = GPUBufferUsage;
    this.#places = places;
    this.#inputs = inputs;
    this.#constants = device.createBuffer({ label: 'constants of a plan', size: constants.size, usage: STORAGE | COPY_DST | COPY_SRC });
    constants.writeTo(device.queue, this.#constants);
    this.#uniforms = uniforms;
    this.#uniformBuffer = device.createBuffer({ label: 'uniforms of a plan', size: uniforms.size, usage: UNIFORM | COPY_DST });
    uniforms.writeTo(device.queue, this.#uniformBuffer);
    this.#draws = steps.flatMap((step) => (isCopy(step) ? [] : step.uniforms.draws.map(({ offset, index }) => ({ offset: step.uniformOffset + offset, index }))));
    this.#chunks = [inputs.size, ...chunks];
  }

  /**
   * Waits for what is not compiled yet, and places every buffer.
   *
   * NotRecordable when the step writes over a value that it was given, or a buffer is too large for the device.
   */
  static async make(device: GPUDevice, arena: Arena, recording: Recording): Promise<Plan> {
    const placement = placementOf(recording, Math.min(device.limits.maxBufferSize, 2 ** 32 - 256));
    const steps: Step[] = [];
    let dispatches = 0;
    for (const command of recording.commands) {
      if (isCopy(command)) steps.push(command);
      else steps.push({ ...command, compiled: await command.pipeline.ready, uniformOffset: placement.uniforms.offsets[dispatches++]! });
    }
    return new Plan(device, arena, recording, steps, placement);
  }

  get dispatches(): number {
    return this.steps.filter((step) => !isCopy(step)).length;
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
    this.#write(inputs, draws);
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

  #write(inputs: readonly ArrayBufferView[], draws: readonly number[]): void {
    const { queue } = this.device;
    inputs.forEach((input, i) => this.#inputs.put(i, input));
    this.#inputs.writeTo(queue, this.arena.chunk(INPUTS));
    if (this.#draws.length === 0) return;
    for (const { offset, index } of this.#draws) this.#uniforms.putWord(offset, draws[index]!);
    this.#uniforms.writeTo(queue, this.#uniformBuffer);
  }

  /** Calls name buffers of the arena, so they are made anew when it has grown. */
  #bind(): void {
    this.arena.ensure(this.#chunks);
    if (this.#generation === this.arena.generation) return;
    this.#generation = this.arena.generation;
    this.#calls = this.steps.map((step) => (isCopy(step) ? { from: this.#real(step.from), to: this.#real(step.to) } : this.#callOf(step)));
  }

  #callOf({ compiled, bindings, uniforms, uniformOffset, workgroups }: ReadyDispatch): Call {
    const resources = [...bindings.map((range) => this.#real(range)), { buffer: this.#uniformBuffer, offset: uniformOffset, size: uniforms.size }];
    const entries = resources.map((resource, binding) => ({ binding, resource }));
    return { pipeline: compiled, group: this.device.createBindGroup({ layout: compiled.getBindGroupLayout(0), entries }), workgroups };
  }

  #real({ buffer, offset, size }: Range): BufferRange {
    if (!(buffer instanceof VirtualBuffer)) return { buffer, offset, size };
    const place = this.#places.get(buffer)!;
    return { buffer: this.#bufferOf(place), offset: place.offset + offset, size };
  }

  #bufferOf(place: Place): GPUBuffer {
    switch (place.kind) {
      case 'input': return this.arena.chunk(INPUTS);
      case 'constant': return this.#constants;
      case 'passing': return this.arena.chunk(FIRST_PASSING + place.chunk);
    }
  }
}
