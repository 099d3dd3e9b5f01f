/** What a run held of a GPU's memory, beside what was estimated. */
import type { MemoryPlan } from '../model/memory.ts';
import { mostBytesOnDevice } from '../tensor/limits.ts';
import { byteSize as size } from './byte_size.ts';

/** What the buffers of a GPU held at most while a stage was open: in its steps, and before and between them. */
export class HeldMemory {
  #steps = 0;
  #beside = 0;

  constructor() {
    mostBytesOnDevice();
  }

  /** To be called behind each step. */
  inStep(): void {
    this.#steps = Math.max(this.#steps, mostBytesOnDevice() ?? 0);
  }

  /** To be called behind what was done before or between steps: a teacher's reading, scoring. */
  besideSteps(): void {
    this.#beside = Math.max(this.#beside, mostBytesOnDevice() ?? 0);
  }

  /** Estimate and measurement in words; none off the GPU, and where no step was made. */
  told({ training, total }: MemoryPlan, replayed: boolean): string[] {
    if (this.#steps === 0) return [];
    const held = `at most ${size(this.#steps)} in the buffers of the GPU`;
    if (!replayed) return [`Memory of the steps: ${held}. They ran one operation at a time, for which there is no estimate: tfjs frees and uses buffers again as they come.`];
    const beside = this.#beside > this.#steps ? `; with reading and scoring ${size(total)}, and at most ${size(this.#beside)}` : '';
    return [`Memory of the steps: ${size(training)} by the estimate, and ${held}${beside}.`];
  }
}
