import type { BufferRange } from './recording.ts';

/** Brings small results back to main memory through buffers that are used again. */
export class Readback {
  readonly #free: GPUBuffer[] = [];

  constructor(readonly device: GPUDevice) {}

  /** Encodes the copy of a range; what it returns is called once the commands are submitted, and gives the bytes. */
  copy(encoder: GPUCommandEncoder, { buffer, offset, size }: BufferRange): () => Promise<ArrayBuffer> {
    const staging = this.#take(size);
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
    return async () => {
      await staging.mapAsync(GPUMapMode.READ, 0, size);
      const bytes = staging.getMappedRange(0, size).slice(0);
      staging.unmap();
      this.#free.push(staging);
      return bytes;
    };
  }

  dispose(): void {
    for (const buffer of this.#free.splice(0)) buffer.destroy();
  }

  #take(size: number): GPUBuffer {
    const index = this.#free.findIndex((buffer) => buffer.size >= size);
    if (index >= 0) return this.#free.splice(index, 1)[0]!;
    return this.device.createBuffer({ label: 'readback', size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  }
}
