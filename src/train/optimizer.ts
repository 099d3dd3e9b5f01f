import * as tf from '../tensor/tf.ts';
import { Fault } from '../fault/fault.ts';
import { joined, splitLike, wholeShapes } from '../model/parts.ts';
import type { HostTensor } from '../model/weights.ts';
import { optimizerNamed } from './optimizers/index.ts';
import type { MomentSpec, OptimizerRule, Slot } from './optimizers/rule.ts';
import { trainedParameters, type OptimizerOptions, type ParameterGroup, type ParameterSettings } from './parameter_groups.ts';

/** A parameter that is trained, with the optimiser's tensors of it. */
export interface TrainedSlot extends Slot {
  readonly settings: ParameterSettings;
}

/** Any optimiser over named parameters; its state is the count of updates and its own tensors, keyed by name. */
export class Optimizer {
  readonly #rule: OptimizerRule;
  readonly #slots = new Map<string, TrainedSlot>();
  #updates: number;

  /** Fault `optimizer-state` when the saved state belongs to another optimiser or to other parameters. */
  constructor(
    parameters: ReadonlyMap<string, tf.Variable>,
    readonly options: OptimizerOptions,
    saved?: OptimizerState,
    groups: readonly ParameterGroup[] = [],
  ) {
    this.#rule = optimizerNamed(options.optim ?? 'adamw_torch');
    checkOptions(options);
    this.#updates = saved?.updates ?? 0;
    const shapes = new Map<string, readonly number[]>();
    const trained = trainedParameters(parameters.keys(), options, groups);
    for (const { name } of trained) for (const [kind, shape] of this.#kinds(parameters.get(name)!)) shapes.set(`${kind}/${name}`, shape);
    if (saved) checkState(this.#rule, wholeShapes(shapes), saved.moments);
    const before = saved && splitLike(shapes, saved.moments);
    for (const settings of trained) {
      const parameter = parameters.get(settings.name)!;
      const moments = Object.fromEntries(this.#kinds(parameter).map(([kind, shape]) => [kind, momentOf(shape, before?.get(`${kind}/${settings.name}`))]));
      this.#slots.set(settings.name, { parameter, moments, settings });
    }
  }

  /** Updates made so far; skipped ones do not count. */
  get updates(): number {
    return this.#updates;
  }

  /** Names of the parameters that are trained. */
  get trained(): readonly string[] {
    return [...this.#slots.keys()];
  }

  /** Everything that is updated, by the parameter's name. */
  get slots(): ReadonlyMap<string, TrainedSlot> {
    return this.#slots;
  }

  /** Counts an update that was made elsewhere. */
  count(): void {
    this.#updates += 1;
  }

  /** One update of every parameter that has a gradient; `scale` multiplies the gradients (clipping). */
  update(gradients: ReadonlyMap<string, tf.Tensor>, lr: number, scale: number): void {
    const t = ++this.#updates;
    for (const [name, gradient] of gradients) {
      const slot = this.#slots.get(name)!;
      const { rate, weightDecay } = slot.settings;
      this.#rule.update(slot, gradient, { lr: lr * rate, weightDecay, scale, t }, this.options);
    }
  }

  /** The state in main memory. */
  async save(): Promise<OptimizerState> {
    const moments = new Map<string, HostTensor>();
    for (const [name, slot] of this.#slots) {
      for (const [kind, moment] of Object.entries(slot.moments)) moments.set(`${kind}/${name}`, { shape: moment.shape, data: Float32Array.from(await moment.data()) });
    }
    return { updates: this.#updates, moments: joined(moments) };
  }

  dispose(): void {
    for (const { moments } of this.#slots.values()) tf.dispose(Object.values(moments));
    this.#slots.clear();
  }

  #kinds(parameter: tf.Variable): readonly MomentSpec[] {
    return this.#rule.moments(parameter.shape, this.options);
  }
}

/** What continues an optimiser: its tensors as `<kind>/<parameter>`, for Adam `m/…` and `v/…`. */
export interface OptimizerState {
  readonly updates: number;
  readonly moments: ReadonlyMap<string, HostTensor>;
}

function momentOf(shape: readonly number[], saved: HostTensor | undefined): tf.Variable {
  return tf.tidy(() => tf.variable(saved ? tf.tensor(saved.data, [...shape]) : tf.zeros([...shape]), false));
}

function checkOptions({ momentum = 0, nesterov = false }: OptimizerOptions): void {
  if (!nesterov || momentum > 0) return;
  throw new Fault({ code: 'optimizer-options', where: 'nesterov', expected: 'a momentum above 0', got: String(momentum), remedy: 'Set momentum, 0.9 for example, or switch nesterov off.' });
}

function checkState({ title }: OptimizerRule, shapes: ReadonlyMap<string, readonly number[]>, saved: OptimizerState['moments']): void {
  const differs = (key: string) => shapes.get(key)?.join() !== saved.get(key)?.shape.join();
  const wrong = [...new Set([...shapes.keys(), ...saved.keys()])].find(differs);
  if (wrong === undefined) return;
  const show = (shape: readonly number[] | undefined) => (shape ? `${wrong} [${shape.join(', ')}]` : `no ${wrong}`);
  throw new Fault({
    code: 'optimizer-state',
    where: 'the saved state of the optimiser',
    expected: `${show(shapes.get(wrong))}, as ${title} has for these parameters`,
    got: show(saved.get(wrong)?.shape),
    remedy: 'Continue with the optimiser and the parameters that the run began with, or start a new run.',
  });
}

/** The factor that brings a gradient of this norm down to `max_grad_norm`; 1 when it is small enough or clipping is off. */
export function clipScale(norm: number, max_grad_norm: number): number {
  return max_grad_norm > 0 ? Math.min(1, max_grad_norm / (norm + 1e-6)) : 1;
}
