/** What a tensor holds, in numbers: for the inspector, whatever the dtype. */
import { widenBF16, widenF16 } from './float16.ts';
import type { SafetensorsTensor } from './safetensors.ts';

export interface TensorStats {
  /** Of the finite values; all 0 where there are none. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** √(Σ(x − mean)²/n), the deviation of all values, not of a sample. */
  readonly std: number;
  /** Values that are NaN or infinite. */
  readonly nonFinite: number;
  /** How many finite values fall into each of the equal intervals from min to max. */
  readonly histogram: readonly number[];
}

const BINS = 24;

type Numbers = ArrayLike<number>;

const views = <T>(make: (buffer: ArrayBufferLike, offset: number, length: number) => T, unit: number) => (bytes: Uint8Array): T => {
  const b = bytes.byteOffset % unit === 0 ? bytes : bytes.slice();
  return make(b.buffer, b.byteOffset, b.byteLength / unit);
};

const halves = views((b, at, n) => new Uint16Array(b, at, n), 2);

/** The values of each dtype as numbers; 64-bit integers beyond 2^53 lose their last digits. Packed 4-, 6- and 8-bit floats are absent. */
const NUMBERS: ReadonlyMap<string, (bytes: Uint8Array) => Numbers> = new Map<string, (bytes: Uint8Array) => Numbers>([
  ['F64', views((b, at, n) => new Float64Array(b, at, n), 8)],
  ['F32', views((b, at, n) => new Float32Array(b, at, n), 4)],
  ['F16', (bytes) => widenF16(halves(bytes))],
  ['BF16', (bytes) => widenBF16(halves(bytes))],
  ['I64', (bytes) => Float64Array.from(views((b, at, n) => new BigInt64Array(b, at, n), 8)(bytes), Number)],
  ['U64', (bytes) => Float64Array.from(views((b, at, n) => new BigUint64Array(b, at, n), 8)(bytes), Number)],
  ['I32', views((b, at, n) => new Int32Array(b, at, n), 4)],
  ['U32', views((b, at, n) => new Uint32Array(b, at, n), 4)],
  ['I16', views((b, at, n) => new Int16Array(b, at, n), 2)],
  ['U16', halves],
  ['I8', views((b, at, n) => new Int8Array(b, at, n), 1)],
  ['U8', (bytes) => bytes],
  ['BOOL', (bytes) => bytes],
]);

/** Statistics of a tensor's values; undefined for dtypes whose values are packed below a byte or are 8-bit floats. */
export function tensorStats({ dtype, bytes }: SafetensorsTensor): TensorStats | undefined {
  const values = NUMBERS.get(dtype)?.(bytes);
  return values && statsOf(values);
}

function statsOf(values: Numbers): TensorStats {
  let [min, max, sum, finite] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    finite++;
  }
  const nonFinite = values.length - finite;
  if (finite === 0) return { min: 0, max: 0, mean: 0, std: 0, nonFinite, histogram: new Array<number>(BINS).fill(0) };
  const mean = sum / finite;
  const { squares, histogram } = spread(values, mean, min, max);
  return { min, max, mean, std: Math.sqrt(squares / finite), nonFinite, histogram };
}

/** Sum of squared deviations, and the histogram. */
function spread(values: Numbers, mean: number, min: number, max: number): { squares: number; histogram: number[] } {
  const histogram = new Array<number>(BINS).fill(0);
  const scale = max > min ? BINS / (max - min) : 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    squares += (value - mean) ** 2;
    histogram[Math.min(BINS - 1, Math.floor((value - min) * scale))]!++;
  }
  return { squares, histogram };
}
