import * as tf from '../tf.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { Fault } from '../../fault/fault.ts';
import { emptyPool } from '../backends/internals.ts';
import { Arena } from './arena.ts';
import { contentsOf, firstDifference, onSameState, writtenBuffers } from './check.ts';
import { difference } from './difference.ts';
import { withoutCopies } from './direct.ts';
import { Plan } from './plan.ts';
import { Readback } from './readback.ts';
import { NotRecordable, type Recording } from './recording.ts';

/** How steps run: replayed from a record, operation by operation as tfjs runs them, or both ways on the same state, compared. */
export type Execution = 'plan' | 'tape' | 'check';

/** A step on the device, given as what differs between steps of one key and what is done. */
export interface DeviceProgram<M> {
  /** Steps of equal keys do the same on inputs of equal shapes. */
  readonly key: string;
  readonly inputs: readonly tf.Tensor[];
  readonly draws: readonly number[];
  /** The step; all that remains of it beside what is read back is written in place. */
  run(): Outcome<M>;
}

export interface Outcome<M> {
  /** Float32, read back and freed. */
  readonly read: readonly tf.Tensor[];
  /** What JavaScript knows of a step of this key, such as the names of its numbers. */
  readonly meaning: M;
}

/** A program that was submitted. */
export interface Submitted<M> {
  readonly meaning: M;
  /** What was read of it, in the order of its outcome. */
  readonly read: Promise<readonly Float32Array[]>;
}

interface Entry<M> {
  readonly plan: Plan;
  readonly meaning: M;
  runs: number;
}

/** Is told how many kernels a new plan has to compile, and gives what hears how many are done. */
export type OnCompile = (kernels: number) => (done: number) => void;

/** Plans kept at most; a further key makes the one go that was not used for the longest time. */
const MOST_PLANS = 48;

/**
 * Runs programs by their plan: the first of a key is traced, which runs nothing, and every one is replayed as one command
 * buffer.
 *
 * Run 2, 4, 8 … of a key is traced again, and must give the same record. A program that cannot be recorded, or whose record
 * differs, runs as tfjs runs it from then on, and `refusals` says why.
 */
export class Planner<M> {
  /** In the order of their last use. */
  readonly #plans = new Map<string, Entry<M>>();
  readonly #refused = new Map<string, string>();
  readonly #arena: Arena;
  readonly #readback: Readback;
  #traces = 0;
  #made = 0;
  #submitted = 0;

  constructor(
    readonly backend: LabWebGPUBackend,
    readonly execution: Execution,
    readonly onCompile?: OnCompile,
  ) {
    this.#arena = new Arena(backend.device);
    this.#readback = new Readback(backend.device);
  }

  /** Why some programs are not replayed, each reason once. */
  get refusals(): readonly string[] {
    return [...new Set(this.#refused.values())];
  }

  /** Whether more than half of the programs so far were of a key that no plan was kept of, so that they were traced first. */
  get recordsAnew(): boolean {
    return 2 * this.#made > this.#submitted;
  }

  /** Bytes on the device that plans hold, how many programs were traced, and dispatches of each plan. */
  get report(): { readonly bytes: number; readonly traces: number; readonly plans: readonly { readonly key: string; readonly dispatches: number; readonly runs: number }[] } {
    const plans = [...this.#plans].map(([key, { plan, runs }]) => ({ key, dispatches: plan.dispatches, runs }));
    const bytes = [...this.#plans.values()].reduce((sum, { plan }) => sum + plan.bytes, this.#arena.bytes);
    return { bytes, traces: this.#traces, plans };
  }

  /** Runs a program and reads back what it gives; Fault `plan-differs` when a check finds other bits. */
  async run(program: DeviceProgram<M>): Promise<{ readonly values: readonly Float32Array[]; readonly meaning: M }> {
    const { read, meaning } = await this.submit(program);
    return { values: await read, meaning };
  }

  /** As `run`, but is done when a replayed program is submitted; one that is not replayed is read at once. */
  async submit(program: DeviceProgram<M>): Promise<Submitted<M>> {
    this.#submitted += 1;
    const values = program.inputs.map((tensor) => this.backend.hostValues(tensor));
    const entry = this.execution === 'tape' ? undefined : await this.#entry(program);
    if (!entry) return this.#runDirectly(program);
    entry.runs += 1;
    const replayed = () => this.#replay(entry.plan, values, program.draws);
    if (this.execution === 'plan') return { meaning: entry.meaning, read: replayed() };
    return { meaning: entry.meaning, read: Promise.resolve(await this.#check(program, entry.plan, replayed)) };
  }

  /** Replays a step, then runs it directly on the same state, and compares what both left behind. */
  async #check(program: DeviceProgram<M>, { recording }: Plan, replayed: () => Promise<Float32Array[]>): Promise<readonly Float32Array[]> {
    const buffers = writtenBuffers(recording);
    const watched = async (run: () => Promise<readonly Float32Array[]>) => {
      const values = await run();
      return { values, words: [...values.map((one) => new Uint32Array(one.buffer, one.byteOffset, one.length)), ...(await contentsOf(this.backend, buffers))] };
    };
    const directly = async () => (await this.#runDirectly(program)).read;
    const [replay, direct] = await onSameState(this.backend, buffers, [() => watched(replayed), () => watched(directly)]);
    const found = firstDifference(replay.words, direct.words);
    if (found !== undefined) throw planDiffers(program.key, found);
    return direct.values;
  }

  /** Frees the memory in which plans run; it comes back when one runs again. */
  rest(): void {
    this.#arena.dispose();
    this.#readback.dispose();
  }

  dispose(): void {
    for (const { plan } of this.#plans.values()) plan.dispose();
    this.#plans.clear();
    this.rest();
  }

  async #runDirectly(program: DeviceProgram<M>): Promise<Submitted<M>> {
    const { read, meaning } = program.run();
    const values = await Promise.all(read.map((tensor) => tensor.data<'float32'>()));
    tf.dispose([...read]);
    // tfjs keeps a buffer of every size that it ever freed, and steps of other shapes have others.
    emptyPool(this.backend);
    return { meaning, read: Promise.resolve(values) };
  }

  async #replay(plan: Plan, values: readonly ArrayBufferView[], draws: readonly number[]): Promise<Float32Array[]> {
    this.backend.flush();
    const encoder = this.backend.device.createCommandEncoder();
    plan.encode(encoder, values, draws);
    const reads = plan.recording.outputs.map((_, index) => this.#readback.copy(encoder, plan.output(index)));
    this.backend.device.queue.submit([encoder.finish()]);
    return Promise.all(reads.map(async (read) => new Float32Array(await read())));
  }

  /** The plan of a program; undefined where it is to run directly. */
  async #entry(program: DeviceProgram<M>): Promise<Entry<M> | undefined> {
    if (this.#refused.has(program.key)) return undefined;
    try {
      const known = this.#plans.get(program.key);
      if (!known?.plan.recording.captured.every((captured) => this.backend.holds(captured))) return await this.#make(program);
      this.#plans.delete(program.key);
      this.#plans.set(program.key, known);
      if (isPowerOfTwo(known.runs + 1)) await this.#verify(known, program);
      return known;
    } catch (error) {
      if (!(error instanceof NotRecordable)) throw error;
      this.#forget(program.key);
      this.#refused.set(program.key, error.message);
      return undefined;
    }
  }

  async #make(program: DeviceProgram<M>): Promise<Entry<M>> {
    this.#made += 1;
    const { recording, meaning } = this.#record(program);
    await this.#compiled(recording);
    const entry = { plan: await Plan.make(this.backend.device, this.#arena, recording), meaning, runs: 0 };
    this.#forget(program.key);
    if (this.#plans.size >= MOST_PLANS) this.#forget(this.#plans.keys().next().value!);
    this.#plans.set(program.key, entry);
    return entry;
  }

  async #compiled({ compiling }: Recording): Promise<void> {
    const tell = compiling.length > 0 ? this.onCompile?.(compiling.length) : undefined;
    let done = 0;
    await Promise.all(compiling.map((one) => one.then(() => tell?.((done += 1)))));
  }

  async #verify({ plan }: Entry<M>, program: DeviceProgram<M>): Promise<void> {
    const { recording } = this.#record(program);
    const found = await difference(plan.recording, recording);
    if (found !== undefined) throw new NotRecordable(found);
  }

  /** Traces a program; the tensors that it makes are freed. */
  #record(program: DeviceProgram<M>): { readonly recording: Recording; readonly meaning: M } {
    let outcome: Outcome<M> | undefined;
    this.#traces += 1;
    try {
      const recording = withoutCopies(this.backend.record({ ...program, run: () => (outcome = program.run()).read }));
      return { recording, meaning: outcome!.meaning };
    } finally {
      tf.dispose([...(outcome?.read ?? [])]);
    }
  }

  #forget(key: string): void {
    this.#plans.get(key)?.plan.dispose();
    this.#plans.delete(key);
  }
}

const planDiffers = (key: string, found: string) => new Fault({
  code: 'plan-differs',
  where: `the plan ${key}`,
  expected: 'the bits of the same step run one operation at a time',
  got: found,
  remedy: 'Run without plans (execution "tape"), and report the plan with its model and objectives.',
});

const isPowerOfTwo = (n: number): boolean => n > 1 && (n & (n - 1)) === 0;

/** Types and shapes of tensors, as part of a key. */
export const shapesOf = (tensors: readonly tf.Tensor[]): string => tensors.map(({ dtype, shape }) => `${dtype}[${shape.join()}]`).join(' ');

/** The WebGPU backend, if it is the one that runs. */
export function recordingBackend(): LabWebGPUBackend | undefined {
  const backend = tf.backend();
  return 'record' in backend ? (backend as LabWebGPUBackend) : undefined;
}
