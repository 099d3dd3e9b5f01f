/** Taking down what a step asks of WebGPU, in place of doing it. */
import type * as tf from '../tf.ts';
import { keepPipelines } from '../plan/pipelines.ts';
import { Recorder } from '../plan/recorder.ts';
import type { Range, Recording } from '../plan/recording.ts';
import { internals } from './internals.ts';
import type { LabWebGPUBackend } from './webgpu.ts';

/** A step to be recorded, and what it is given. */
export interface Trace {
  /** Tensors whose values differ from step to step; they are in main memory, and stay there. */
  readonly inputs: readonly tf.Tensor[];
  /** Dropout keys of the step. */
  readonly draws: readonly number[];
  /** The step; returns the tensors that are needed after it. */
  run(): readonly tf.Tensor[];
}

/** All that a backend changes while it takes down commands: tfjs's members, and whether a step is traced. */
const WORKING_STATE = [
  'device', 'queue', 'bufferManager', 'pipelineCache', 'commandEncoder', 'computePassEncoder', 'dispatchCountInPass',
  'commandQueueOwnedIds', 'tensorDataPendingDisposal', 'uniformPendingDisposal', 'stagingPendingDisposal', 'tracing',
] as const;

type WorkingState = Record<(typeof WORKING_STATE)[number], unknown>;

/** No command taken down, and nothing waiting to be freed. */
const idleState = () => ({
  commandEncoder: null,
  computePassEncoder: null,
  dispatchCountInPass: 0,
  commandQueueOwnedIds: new WeakSet(),
  tensorDataPendingDisposal: [],
  uniformPendingDisposal: [],
  stagingPendingDisposal: [],
});

/**
 * One trace of a step by a backend.
 *
 * tfjs's operations reach WebGPU through members of the backend alone: device, queue, pool of buffers, cache of pipelines,
 * the encoder and the pass that are open, and lists of what is freed at the next submit. There are two sets of them: the
 * real one, and the trace's, with the recorder's stand-ins in it. `enter` and `leave` exchange the set that the backend
 * has for the one that waits here, whole, so that no list of one set is ever freed by the other. Tensors are in neither:
 * those made within the trace have virtual buffers, all others keep their own.
 */
export class Tracing {
  readonly recorder: Recorder;
  readonly #inputs: ReadonlySet<object>;
  /** Tensors with lower numbers existed before. */
  readonly #firstId: number;
  readonly #kept: Record<string, GPUComputePipeline>;
  /** Pipelines that the trace asks for, before those that are kept. */
  readonly #pipelines: Record<string, GPUComputePipeline>;
  #waiting: WorkingState;

  constructor(
    readonly backend: LabWebGPUBackend,
    { inputs, draws }: Pick<Trace, 'inputs' | 'draws'>,
  ) {
    const { bufferManager: pool } = backend;
    this.recorder = new Recorder(backend.device, (buffer, reuse) => void pool.releaseBuffer(buffer, reuse), draws);
    this.#inputs = new Set(inputs.map(({ dataId }) => dataId));
    this.#firstId = internals(backend).nextDataId();
    this.#kept = internals(backend).pipelineCache;
    this.#pipelines = Object.create(this.#kept) as Record<string, GPUComputePipeline>;
    this.#waiting = { ...this.recorder.standIns, ...idleState(), pipelineCache: this.#pipelines, tracing: this };
  }

  /** From now on the backend's commands are recorded; none may wait for its submit. */
  enter(): void {
    this.#exchange();
  }

  /** From now on the backend's commands run again. */
  leave(): void {
    this.backend.flush();
    this.#exchange();
  }

  /** Runs something on the real device in the middle of the trace, and submits it; the trace goes on where it was. */
  outside(action: () => void): void {
    this.#exchange();
    try {
      action();
      this.backend.flush();
    } finally {
      this.#exchange();
    }
  }

  /** Whether a tensor is one of the step's inputs. */
  isInput(dataId: object): boolean {
    return this.#inputs.has(dataId);
  }

  /** Whether a tensor was there before the step, and is none of its inputs. */
  isFromBefore(dataId: object): boolean {
    return (dataId as { id: number }).id < this.#firstId && !this.#inputs.has(dataId);
  }

  /** What was recorded; pipelines of the trace are kept by the backend once they are compiled. */
  recording(outputs: readonly Range[], inputSizes: readonly number[]): Recording {
    const { commands, captured } = this.recorder;
    return { commands, outputs, captured, inputSizes, compiling: keepPipelines(this.#pipelines, this.#kept) };
  }

  #exchange(): void {
    const state = this.backend as unknown as WorkingState;
    const had = Object.fromEntries(WORKING_STATE.map((name) => [name, state[name]])) as WorkingState;
    Object.assign(state, this.#waiting);
    this.#waiting = had;
  }
}
