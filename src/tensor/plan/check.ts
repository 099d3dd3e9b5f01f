import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { bindingsOf, VirtualBuffer, type Recording } from './recording.ts';

/** Buffers that live on after a recorded step and are written by it. */
export function writtenBuffers({ commands }: Recording): GPUBuffer[] {
  const written = commands.flatMap(bindingsOf).filter((range) => range.written);
  return [...new Set(written.flatMap(({ buffer }) => (buffer instanceof VirtualBuffer ? [] : [buffer])))];
}

/** Runs two forms of a step on the same state, one after the other; the state is that of the second in the end. */
export async function onSameState<T>(backend: LabWebGPUBackend, buffers: readonly GPUBuffer[], forms: readonly [() => Promise<T>, () => Promise<T>]): Promise<[T, T]> {
  const { device } = backend;
  const before = buffers.map(({ size }) => device.createBuffer({ label: 'state before a check', size, usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST }));
  const copyAll = (from: readonly GPUBuffer[], to: readonly GPUBuffer[]) => {
    backend.flush();
    const encoder = device.createCommandEncoder();
    from.forEach((buffer, i) => encoder.copyBufferToBuffer(buffer, 0, to[i]!, 0, buffer.size));
    device.queue.submit([encoder.finish()]);
  };
  try {
    copyAll(buffers, before);
    const first = await forms[0]();
    copyAll(before, buffers);
    return [first, await forms[1]()];
  } finally {
    for (const buffer of before) buffer.destroy();
  }
}

/** The contents of buffers, each as 32-bit words. */
export async function contentsOf(backend: LabWebGPUBackend, buffers: readonly GPUBuffer[]): Promise<Uint32Array[]> {
  const contents: Uint32Array[] = [];
  for (const buffer of buffers) contents.push(new Uint32Array(await backend.download({ buffer, offset: 0, size: buffer.size })));
  return contents;
}

/** Where two lists of words differ first, in words; undefined where they do not. */
export function firstDifference(a: readonly Uint32Array[], b: readonly Uint32Array[]): string | undefined {
  for (const [i, words] of a.entries()) {
    const at = words.findIndex((word, j) => word !== b[i]![j]);
    if (at >= 0) return `word ${at} of ${words.length} in buffer ${i + 1} of ${a.length}: ${words[at]!.toString(16)} and ${b[i]![at]!.toString(16)}`;
  }
  return undefined;
}
