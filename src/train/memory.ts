import type * as tf from '../tensor/tf.ts';
import { dispose, tensor } from '../tensor/tf.ts';
import { changed, changeTensors, type BankRows } from '../tensor/kernels/bank_rows.ts';
import { Fault } from '../fault/fault.ts';
import type { HostTensor } from '../model/weights.ts';
import type { MemoryChanges } from './job.ts';

/** Tensors that objectives carry from step to step, with the old values at hand until a step is certain. */
export class Memory {
  readonly #before = new Map<string, tf.Tensor>();

  /** Fault `memory-state` when the saved values are those of other memories. */
  constructor(
    readonly variables: ReadonlyMap<string, tf.Variable>,
    saved?: ReadonlyMap<string, HostTensor>,
  ) {
    if (!saved) return;
    for (const name of new Set([...variables.keys(), ...saved.keys()])) {
      const [variable, value] = [variables.get(name), saved.get(name)];
      if (!variable || variable.shape.join() !== value?.shape.join()) throw otherMemory(name, variable, value);
      const restored = tensor(value.data, variable.shape);
      variable.assign(restored);
      restored.dispose();
    }
  }

  /** Takes changes, by name, and frees the tensors that held them. `replace`: writes rows in place, keeps what it needs to bring them back, and does so itself. */
  write(changes: MemoryChanges, replace?: (bank: tf.Variable, rows: BankRows) => void): void {
    for (const [name, change] of Object.entries(changes)) {
      const variable = this.variables.get(name);
      if (!variable) throw otherMemory(name, undefined, 'rows' in change ? change.values : change);
      if (replace && 'rows' in change) replace(variable, change);
      else this.#assign(name, variable, changed(variable, change));
      dispose(changeTensors(change));
    }
  }

  #assign(name: string, variable: tf.Variable, value: tf.Tensor): void {
    if (!this.#before.has(name)) this.#before.set(name, variable.clone());
    variable.assign(value);
    value.dispose();
  }

  /** The values that were assigned since the last `keep`, each with the tensor that the memory was before. */
  get written(): { readonly before: tf.Tensor; readonly value: tf.Tensor }[] {
    return [...this.#before].map(([name, before]) => ({ before, value: this.variables.get(name)! }));
  }

  /** Keeps what was written. */
  keep(): void {
    for (const old of this.#before.values()) old.dispose();
    this.#before.clear();
  }

  /** Brings back what was there before the last `keep`. */
  undo(): void {
    for (const [name, old] of this.#before) this.variables.get(name)!.assign(old);
    this.keep();
  }

  /** The values in main memory. */
  async save(): Promise<Map<string, HostTensor>> {
    const saved = new Map<string, HostTensor>();
    for (const [name, variable] of this.variables) saved.set(name, { shape: variable.shape, data: Float32Array.from(await variable.data()) });
    return saved;
  }
}

function otherMemory(name: string, variable: tf.Variable | undefined, value: { readonly shape: readonly number[] } | undefined): Fault {
  const show = (found: { readonly shape: readonly number[] } | undefined) => (found ? `${name} [${found.shape.join(', ')}]` : `no ${name}`);
  return new Fault({
    code: 'memory-state',
    where: 'the memory of an objective',
    expected: show(variable),
    got: show(value),
    remedy: 'Continue with the objectives and the rows that the run began with, or start a new run.',
  });
}
