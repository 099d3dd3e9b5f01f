import * as tf from '../tf.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { aligned } from './layout.ts';

/** Where each of several named tensors lies in one buffer, in bytes; neighbours in the order given. */
export interface FlatLayout {
  readonly bytes: number;
  readonly places: ReadonlyMap<string, { readonly offset: number; readonly shape: readonly number[] }>;
}

/** A contiguous part of a flat buffer, in bytes. */
export interface Span {
  readonly offset: number;
  readonly size: number;
}

const bytesOf = (shape: readonly number[]): number => 4 * shape.reduce((product, extent) => product * extent, 1);

/** One after another, each at a multiple of 256 bytes. */
export function flatLayout(shapes: ReadonlyMap<string, readonly number[]>): FlatLayout {
  let bytes = 0;
  const places = new Map([...shapes].map(([name, shape]) => {
    const offset = bytes;
    bytes += aligned(bytesOf(shape));
    return [name, { offset, shape }] as const;
  }));
  return { bytes, places };
}

/** The parts that hold these tensors, those next to each other as one; none larger than `limit` bytes. */
export function spansOf({ places }: FlatLayout, names: readonly string[], limit: number): Span[] {
  const spans: { offset: number; size: number }[] = [];
  const ranges = names.map((name) => places.get(name)!).map(({ offset, shape }) => ({ offset, size: aligned(bytesOf(shape)) }));
  for (const { offset, size } of ranges.sort((a, b) => a.offset - b.offset)) {
    const last = spans.at(-1);
    if (last && last.offset + last.size === offset && last.size + size <= limit) last.size += size;
    else spans.push({ offset, size });
  }
  return spans;
}

/** Named tensors in one buffer; the buffer is freed with the last tensor that is part of it. */
export class FlatTensors {
  readonly #buffer: GPUBuffer;
  readonly #adopted = new Map<string, tf.Tensor>();

  /** All zeros; the label names the buffer in messages of the device. */
  constructor(
    readonly backend: LabWebGPUBackend,
    readonly layout: FlatLayout,
    label: string,
  ) {
    this.#buffer = backend.device.createBuffer({ label, size: Math.max(layout.bytes, 16), usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST });
  }

  get buffer(): GPUBuffer {
    return this.#buffer;
  }

  /** The named tensor, as a view that the caller frees. */
  view(name: string): tf.Tensor {
    const { offset, shape } = this.layout.places.get(name)!;
    return this.backend.view(this.#buffer, offset, [...shape]);
  }

  /** A part of the buffer as a vector, which the caller frees. */
  span({ offset, size }: Span): tf.Tensor {
    return this.backend.view(this.#buffer, offset, [size / 4]);
  }

  /** Moves a variable's values here and makes it a view, the same one each time, unless it is one already. */
  adopt(name: string, variable: tf.Variable): void {
    const view = this.#adopted.get(name) ?? tf.keep(this.view(name));
    this.#adopted.set(name, view);
    if (variable.dataId === view.dataId) return;
    this.backend.copy(variable, view);
    variable.assign(view);
  }

  /** Frees what this holds; variables that were adopted keep their values. */
  dispose(): void {
    tf.dispose([...this.#adopted.values()]);
    this.#adopted.clear();
  }
}
