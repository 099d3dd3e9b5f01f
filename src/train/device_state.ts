/** What of a training lies on the GPU from step to step. */
import * as tf from '../tensor/tf.ts';
import { emptyPool } from '../tensor/backends/internals.ts';
import type { LabWebGPUBackend } from '../tensor/backends/webgpu.ts';
import { FlatTensors, flatLayout, spansOf, type FlatLayout, type Span } from '../tensor/plan/flat.ts';
import type { FlatKind, FlatSlot } from '../tensor/plan/flat_adamw.ts';
import type { Memory } from './memory.ts';
import type { Optimizer, TrainedSlot } from './optimizer.ts';

/** The flat buffers of a training: each tensor at the same place in all of them. */
interface Flat extends Readonly<Record<'parameter' | 'gradient', FlatTensors>> {
  /** Where AdamW runs on the device. */
  readonly moments?: Readonly<Record<'m' | 'v', FlatTensors>>;
}

/** The parts of the flat buffers that are updated together, as views; a slot where AdamW does it. */
export type UpdatedSpans = readonly { readonly gradient: tf.Tensor; readonly slot?: FlatSlot }[];

/** Name of the part of a buffer that holds the numbers of the update. */
const NUMBERS = 'numbers';

/**
 * Parameters, gradients and AdamW's moments in one buffer each, what objectives remember in buffers of its own, and the
 * numbers of the update.
 */
export class DeviceState {
  /** Every parameter's gradient, summed over micro-batches. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>;
  /**
   * What the gradient is multiplied by, the number of updates, and whether all terms so far are finite: a step that is
   * submitted cannot know whether those before it were left out.
   */
  readonly numbers: tf.Tensor;
  readonly #flat: Flat;
  readonly #memories: ReadonlyMap<string, FlatTensors>;
  readonly #layout: FlatLayout;
  readonly #spans = new Map<string, UpdatedSpans>();

  constructor(
    readonly backend: LabWebGPUBackend,
    readonly optimizer: Optimizer,
    readonly memory: Memory,
    /** Whether AdamW runs on the device. */
    readonly updates: boolean,
  ) {
    this.#clearPool();
    const slots = [...optimizer.slots.values()].sort((a, b) => kindOf(a).localeCompare(kindOf(b)));
    this.#layout = flatLayout(new Map(slots.map(({ settings, parameter }) => [settings.name, parameter.shape])));
    const flat = (label: string) => new FlatTensors(backend, this.#layout, label);
    this.numbers = tf.keep(new FlatTensors(backend, flatLayout(new Map([[NUMBERS, [3]]])), 'numbers of the update').view(NUMBERS));
    tf.tidy(() => backend.copy(tf.tensor1d([0, optimizer.updates, 0]), this.numbers));
    this.#flat = { parameter: flat('parameters'), gradient: flat('gradients'), ...(updates && { moments: { m: flat('moments m'), v: flat('moments v') } }) };
    this.#memories = new Map([...memory.variables].map(([name, { shape }]) => [name, new FlatTensors(backend, flatLayout(new Map([[name, shape]])), name)]));
    this.gradients = new Map([...this.#layout.places.keys()].map((name) => [name, tf.keep(this.#flat.gradient.view(name))]));
    this.adopt();
  }

  /** Variables come into the flat buffers, and come back after somebody assigned to them. */
  adopt(): void {
    for (const [name, { parameter, moments }] of this.optimizer.slots) {
      this.#flat.parameter.adopt(name, parameter);
      this.#flat.moments?.m.adopt(name, moments.m!);
      this.#flat.moments?.v.adopt(name, moments.v!);
    }
    for (const [name, flat] of this.#memories) flat.adopt(name, this.memory.variables.get(name)!);
  }

  /** The parts of the flat buffers that hold these parameters. */
  spansOf(names: readonly string[]): UpdatedSpans {
    const key = names.join();
    const spans = this.#spans.get(key) ?? this.#makeSpans(names);
    this.#spans.set(key, spans);
    return spans;
  }

  /** Frees the buffers of gradients; moments are the optimiser's, parameters the job's. */
  dispose(): void {
    tf.dispose([this.numbers, ...this.gradients.values()]);
    for (const { gradient, slot } of [...this.#spans.values()].flat()) tf.dispose([gradient, ...(slot ? [slot.parameter, slot.m, slot.v] : [])]);
    this.#spans.clear();
    const { parameter, gradient, moments } = this.#flat;
    for (const flat of [parameter, gradient, ...(moments ? [moments.m, moments.v] : []), ...this.#memories.values()]) flat.dispose();
    this.#clearPool();
  }

  /** What tfjs keeps for later would be held beside the step for good, or by whatever comes behind it. */
  #clearPool(): void {
    this.backend.flush();
    emptyPool(this.backend);
  }

  #makeSpans(names: readonly string[]): UpdatedSpans {
    const limit = this.backend.device.limits.maxStorageBufferBindingSize;
    const part = (flat: FlatTensors, span: Span) => tf.keep(flat.span(span));
    const { parameter, gradient: gradients, moments } = this.#flat;
    return spansOf(this.#layout, names, limit).map((span) => {
      const gradient = part(gradients, span);
      return { gradient, ...(moments && { slot: { parameter: part(parameter, span), m: part(moments.m, span), v: part(moments.v, span), gradient, kinds: this.#kindsIn(span, names) } }) };
    });
  }

  /** Neighbours that are updated alike count as one. */
  #kindsIn({ offset, size }: Span, names: readonly string[]): FlatKind[] {
    const places = names.map((name) => ({ slot: this.optimizer.slots.get(name)!, offset: this.#layout.places.get(name)!.offset }));
    const inside = places.filter((place) => place.offset >= offset && place.offset < offset + size).sort((a, b) => a.offset - b.offset);
    return inside.flatMap(({ slot, offset: at }, i) => {
      if (i > 0 && kindOf(slot) === kindOf(inside[i - 1]!.slot)) return [];
      const { rate, weightDecay } = slot.settings;
      return [{ begin: (at - offset) / 4, rate, weightDecay }];
    });
  }
}

/** Parameters of one kind are updated alike. */
const kindOf = ({ settings: { rate, weightDecay } }: TrainedSlot): string => `${weightDecay} ${rate}`;
