import { SIZES, type Size } from '../steps/problem.ts';

export const TINY: Size = SIZES.tiny;

/** One thing that is varied, all else as in `tiny`. */
interface Axis {
  readonly title: string;
  readonly values: readonly number[];
  sizeAt(value: number): Size;
}

export const AXES = {
  layers: { title: 'layers of the student (the teacher has twice as many)', values: [1, 2, 3], sizeAt: (n: number) => ({ ...TINY, studentLayers: n, teacherLayers: 2 * n }) },
  width: { title: 'width (heads of 32 features, inner layers four times as wide)', values: [64, 128, 256], sizeAt: (n: number) => ({ ...TINY, width: n, heads: n / 32, feedForward: 4 * n }) },
  length: { title: 'tokens of a text', values: [16, 32, 64], sizeAt: (n: number) => ({ ...TINY, length: n }) },
  batch: { title: 'texts of a batch', values: [8, 16, 32], sizeAt: (n: number) => ({ ...TINY, batch: n }) },
} as const satisfies Record<string, Axis>;

export type AxisName = keyof typeof AXES;

export interface GrowthPoint {
  readonly value: number;
  /** Of the products, all layers whole. */
  readonly operations: number;
  /** Processor time of a step by side. */
  readonly milliseconds: Readonly<Record<string, number>>;
}

/** What bench/growth.json holds. */
export interface Growth {
  readonly host: string;
  readonly base: Size;
  readonly axes: Readonly<Record<AxisName, readonly GrowthPoint[]>>;
}

/** Operations of the products of a step: the teacher forward, the student forward and twice that backward. */
export function operationsOf({ batch, length, width, feedForward, teacherLayers, studentLayers }: Size): number {
  const layer = 2 * batch * length * (4 * width ** 2 + 2 * width * feedForward + 2 * length * width);
  return layer * (teacherLayers + 3 * studentLayers);
}
