/** The memory in which plans run, one at a time: chunks that grow to the largest that any plan asked for. */
export class Arena {
  #chunks: GPUBuffer[] = [];
  #generation = 0;

  constructor(readonly device: GPUDevice) {}

  /** Changes whenever a chunk is replaced by a larger one. */
  get generation(): number {
    return this.#generation;
  }

  get bytes(): number {
    return this.#chunks.reduce((sum, { size }) => sum + size, 0);
  }

  chunk(index: number): GPUBuffer {
    return this.#chunks[index]!;
  }

  /** Makes every chunk at least as large as given, in bytes. Commands that were submitted before still see the old ones. */
  ensure(sizes: readonly number[]): void {
    sizes.forEach((size, index) => {
      const old = this.#chunks[index];
      if (old && old.size >= size) return;
      old?.destroy();
      this.#chunks[index] = this.device.createBuffer({ label: `arena, chunk ${index}`, size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
      this.#generation += 1;
    });
  }

  dispose(): void {
    for (const chunk of this.#chunks) chunk.destroy();
    this.#chunks = [];
  }
}
