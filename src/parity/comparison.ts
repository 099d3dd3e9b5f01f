import * as tf from '../tensor/tf.ts';
import { magnitude, MASKED, type GoldenTensors } from './golden_tensors.ts';
import type { Tolerance } from './manifest.ts';

/** What we computed: on the device or in main memory. */
export type Computed = tf.Tensor | ArrayLike<number>;

/** One quantity against its bound; the largest ratio of the two is a case's worst. */
export interface Difference {
  /** Name of the tensor or value, as in the file. */
  readonly of: string;
  readonly difference: number;
  readonly tolerance: number;
}

/** How one quantity is measured, and what is allowed. */
export interface Rule {
  readonly measure: keyof typeof MEASURES;
  readonly tolerance: number;
}

/** Distance of computed x from expected y; G is the largest magnitude of the case's values, or gradients. */
const MEASURES = {
  /** max|x − y| / max(max|y|, 1e-3·G) */
  relative: (x: ArrayLike<number>, y: ArrayLike<number>, scale: number) => ratio(furthest(x, y), Math.max(magnitude(y), 1e-3 * scale)),
  /** max|x − y| */
  absolute: (x: ArrayLike<number>, y: ArrayLike<number>) => furthest(x, y),
  /** max of |xᵢ − yᵢ| / max(|yᵢ|, 1e-6·max|y|): for rates, which span many powers of ten */
  elementwise: (x: ArrayLike<number>, y: ArrayLike<number>) => {
    const floor = 1e-6 * magnitude(y);
    return furthest(x, y, (yi) => Math.max(Math.abs(yi), floor));
  },
} as const;

/** A difference on a scale; none is 0 on any scale. */
const ratio = (difference: number, scale: number): number => (difference === 0 ? 0 : difference / scale);

/** max|xᵢ − yᵢ| / unit(yᵢ); a masked score only has to be masked in both. NaN when any difference is. */
function furthest(x: ArrayLike<number>, y: ArrayLike<number>, unit: (expected: number) => number = () => 1): number {
  let worst = 0;
  for (let i = 0; i < y.length; i++) {
    const [xi, yi] = [x[i]!, y[i]!];
    if (yi <= MASKED && xi <= MASKED) continue;
    const difference = xi === yi ? 0 : ratio(Math.abs(xi - yi), unit(yi));
    if (!(difference <= worst)) worst = difference;
    if (Number.isNaN(worst)) return worst;
  }
  return worst;
}

/** Holds what one case computes against the file, tensor by tensor. */
export class Comparison {
  readonly differences: Difference[] = [];
  readonly #compared = new Set<string>();
  readonly #scales = new Map<string, number>();

  constructor(
    readonly tensors: GoldenTensors,
    readonly owned: readonly string[],
    readonly tolerance: Tolerance,
  ) {}

  /** Compares by the manifest's metric and tolerance, or by a rule of the group's own. RangeError when the sizes differ. */
  async near(name: string, got: Computed, rule?: Rule): Promise<void> {
    const expected = this.tensors.values(name);
    const x = await valuesOf(got);
    this.#compared.add(name);
    if (x.length !== expected.length) throw new RangeError(`${name}: expected ${expected.length} values, got ${x.length}`);
    const { measure, tolerance } = rule ?? { measure: 'relative', tolerance: this.#usual(name) };
    this.differences.push({ of: name, difference: MEASURES[measure](x, expected, this.#scale(name)), tolerance });
    if (x.some(Number.isNaN)) throw new RangeError(`${name}: some values are NaN`);
  }

  /** Compares the tensor only if the file has it: what it leaves out was not recorded. */
  async nearIfThere(name: string, got: () => Computed, rule?: Rule): Promise<void> {
    if (this.tensors.has(name)) await this.near(name, got(), rule);
  }

  /** A gradient that the file leaves out is zero: it may not exceed the tolerance on the scale of the others. */
  async gradient(name: string, got: Computed | undefined): Promise<void> {
    if (this.tensors.has(name)) return this.near(name, got ?? new Float32Array(this.tensors.values(name).length));
    if (!got) return;
    const values = await valuesOf(got);
    const difference = ratio(furthest(values, new Float32Array(values.length)), 1e-3 * this.#scale(name));
    this.differences.push({ of: `${name} (zero)`, difference, tolerance: this.#usual(name) });
  }

  /** A plain number that must be the same as the file's. */
  exact(name: string, got: number): void {
    this.#compared.add(name);
    this.differences.push({ of: name, difference: Math.abs(got - this.tensors.scalar(name)), tolerance: 0 });
  }

  /** A plain number against one that is no tensor, |x − y| / max(|y|, 1e-3); NaN equals NaN. */
  number(of: string, got: number, expected: number, tolerance: number): void {
    const difference = Object.is(got, expected) ? 0 : Math.abs(got - expected) / Math.max(Math.abs(expected), 1e-3);
    this.differences.push({ of, difference, tolerance });
  }

  /** Lists that must be the same; the difference is the number of places that are not. */
  same(of: string, got: readonly number[], expected: readonly number[]): void {
    const places = Array.from({ length: Math.max(got.length, expected.length) }, (_, i) => got[i] !== expected[i]);
    this.differences.push({ of, difference: places.filter(Boolean).length, tolerance: 0 });
  }

  /** Owned tensors that nothing was compared with. */
  left(): readonly string[] {
    return this.owned.filter((name) => !this.#compared.has(name));
  }

  #usual(name: string): number {
    return name.startsWith('grad/') ? this.tolerance.gradients : this.tolerance.values;
  }

  /** G among the case's tensors of the same kind, `expected` or `grad`. */
  #scale(name: string): number {
    const kind = name.slice(0, name.indexOf('/') + 1);
    const known = this.#scales.get(kind) ?? this.tensors.scale(this.owned.filter((other) => other.startsWith(kind)));
    this.#scales.set(kind, known);
    return known;
  }
}

async function valuesOf(got: Computed): Promise<number[]> {
  return Array.from(got instanceof tf.Tensor ? await got.data() : got);
}
