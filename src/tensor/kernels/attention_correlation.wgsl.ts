import type * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, f32, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import type { CorrelationBounds } from './attention_correlation.ts';
import { MASKED_SCORE } from './masked_score.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** Bindings, and what is made of scores of both models, x and y. */
const shader = (buffers: readonly BufferDeclaration[], rest: string): string => `
struct Size { batch: u32, heads: u32, length: u32, threshold: f32, floor: f32, added: f32 }
${bindings(buffers, 'size: Size')}
fn finite(scores: vec2<f32>) -> vec2<f32> { return max(scores, vec2<f32>(${MASKED_SCORE}.0)); }
/** Where the vectors along keys, queries, heads and sentences begin, and where the last ones end. */
fn first_of(axis: u32) -> u32 {
  let rows = size.batch * size.heads * size.length;
  let squares = size.length * size.length;
  return min(axis, 2u) * rows + select(0u, size.batch * squares, axis > 2u) + select(0u, size.heads * squares, axis > 3u);
}
${rest}`;

const SCORES = reads(['student', 'teacher']);
const PROBABILITIES = 'fn probabilities(at: u32) -> vec2<f32> { return exp(finite(vec2<f32>(student[at], teacher[at])) - lse[at / size.length]); }';
const REAL = 'fn real(text: u32, query: u32, key: u32) -> f32 { return mask[text * size.length + query] * mask[text * size.length + key]; }';

/** One invocation a row: log Σ exp of both models' scores. */
const ROWS = shader([...writes(['lse'], 'vec2<f32>'), ...SCORES], `
fn scores(at: u32) -> vec2<f32> { return finite(vec2<f32>(student[at], teacher[at])); }
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= size.batch * size.heads * size.length) { return; }
  let start = i * size.length;
  var tops = vec2<f32>(-3.4e38);
  for (var j = 0u; j < size.length; j++) { tops = max(tops, scores(start + j)); }
  var sums = vec2<f32>(0.0);
  for (var j = 0u; j < size.length; j++) { sums += exp(scores(start + j) - tops); }
  lse[i] = tops + log(sums);
}`);

/**
 * One invocation a vector: both means, what deviations are multiplied by in the gradient, distance and whether it counts.
 *
 * Vector n of an axis begins at `start`; its element k is `stride` further, at query i + k·query and key j + k·key of text
 * b + k·text.
 */
const VECTORS = shader([...writes(['measured'], 'vec4<f32>'), ...writes(['judged'], 'vec2<f32>'), ...SCORES, ...reads(['mask']), ...reads(['lse'], 'vec2<f32>')], `
struct Vector { count: u32, start: u32, stride: u32, place: vec3<u32>, step: vec3<u32> }
${PROBABILITIES}
${REAL}
fn vector_of(v: u32) -> Vector {
  let t = size.length;
  let square = t * t;
  if (v < first_of(1u)) { return Vector(t, v * t, 1u, vec3<u32>(v / (t * size.heads), v % t, 0u), vec3<u32>(0u, 0u, 1u)); }
  if (v < first_of(2u)) {
    let n = v - first_of(1u);
    return Vector(t, n / t * square + n % t, t, vec3<u32>(n / (t * size.heads), 0u, n % t), vec3<u32>(0u, 1u, 0u));
  }
  if (v < first_of(3u)) {
    let n = v - first_of(2u);
    return Vector(size.heads, n / square * size.heads * square + n % square, square, vec3<u32>(n / square, n / t % t, n % t), vec3<u32>(0u));
  }
  let n = v - first_of(3u);
  return Vector(size.batch, n, size.heads * square, vec3<u32>(0u, n / t % t, n % t), vec3<u32>(1u, 0u, 0u));
}
fn weight(vector: Vector, k: u32) -> f32 {
  let place = vector.place + k * vector.step;
  return real(place.x, place.y, place.z);
}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= first_of(4u)) { return; }
  let vector = vector_of(i);
  var number = 0.0;
  var sums = vec2<f32>(0.0);
  for (var k = 0u; k < vector.count; k++) {
    let share = weight(vector, k);
    number += share;
    sums += share * probabilities(vector.start + k * vector.stride);
  }
  let means = sums / max(number, 1.0);
  var squares = vec2<f32>(0.0);
  var product = 0.0;
  for (var k = 0u; k < vector.count; k++) {
    let apart = weight(vector, k) * (probabilities(vector.start + k * vector.stride) - means);
    squares += apart * apart;
    product += apart.x * apart.y;
  }
  let norms = sqrt(max(squares, vec2<f32>(size.floor)));
  let whole = norms.x * norms.y + size.added;
  let counted = select(0.0, 1.0, squares.y > size.threshold);
  let for_b = counted / whole;
  let for_a = select(0.0, for_b * product * norms.y / (whole * norms.x), squares.x >= size.floor);
  measured[i] = vec4<f32>(means, for_a, for_b);
  judged[i] = vec2<f32>(counted * (1.0 - product / whole), counted);
}`);

/** One workgroup: the mean distance of each axis and how many vectors count, added up in a fixed order. */
const TOTALS = shader([...writes(['losses', 'numbers']), ...reads(['judged'], 'vec2<f32>')], `
var<workgroup> parts: array<vec2<f32>, 64>;
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  for (var axis = 0u; axis < 4u; axis++) {
    var sum = vec2<f32>(0.0);
    for (var n = first_of(axis) + local; n < first_of(axis + 1u); n += 64u) { sum += judged[n]; }
    parts[local] = sum;
    workgroupBarrier();
    for (var half = 32u; half > 0u; half >>= 1u) {
      if (local < half) { parts[local] += parts[local + half]; }
      workgroupBarrier();
    }
    if (local == 0u) {
      losses[axis] = parts[0].x / max(parts[0].y, 1.0);
      numbers[axis] = parts[0].y;
    }
    workgroupBarrier();
  }
}`);

/** One invocation a row: the gradient of its probabilities by all four axes, then through their softmax. */
const GRADIENT = shader([...writes(['gradient']), ...reads(['dy', 'numbers']), ...SCORES, ...reads(['mask']), ...reads(['lse'], 'vec2<f32>'), ...reads(['measured'], 'vec4<f32>')], `
${PROBABILITIES}
${REAL}
fn pull(axis: u32, v: u32, both: vec2<f32>) -> f32 {
  let found = measured[v];
  return dy[axis] / max(numbers[axis], 1.0) * ((both.x - found.x) * found.z - (both.y - found.y) * found.w);
}
fn slope(row: u32, j: u32, both: vec2<f32>) -> f32 {
  let t = size.length;
  let query = row % t;
  let matrix = row / t;
  let text = matrix / size.heads;
  let sum = pull(0u, row, both) + pull(1u, first_of(1u) + matrix * t + j, both)
    + pull(2u, first_of(2u) + (text * t + query) * t + j, both) + pull(3u, first_of(3u) + (matrix % size.heads * t + query) * t + j, both);
  return real(text, query, j) * sum;
}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= size.batch * size.heads * size.length) { return; }
  let start = i * size.length;
  var mean = 0.0;
  for (var j = 0u; j < size.length; j++) {
    let both = probabilities(start + j);
    mean += both.x * slope(i, j, both);
  }
  for (var j = 0u; j < size.length; j++) {
    let both = probabilities(start + j);
    gradient[start + j] = both.x * (slope(i, j, both) - mean);
  }
}`);

function argumentsOf({ shape }: tf.TensorInfo, { threshold, floor, added }: CorrelationBounds) {
  const [batch, heads, length] = shape as [number, number, number];
  const [rows, squares] = [batch * heads * length, length ** 2];
  return { rows, vectors: 2 * rows + (batch + heads) * squares, uniform: [u32(batch), u32(heads), u32(length), f32(threshold), f32(floor), f32(added)] };
}

/**
 * Distances [4], numbers of vectors [4], and for the gradient log Σ exp of all rows and what was measured of all vectors, in
 * three dispatches: 18 exponentials and some 120 other operations an element; reads 208·B·H·T² bytes, writes
 * 8·B·H·T + 24·(2·B·H·T + (B + H)·T²) bytes.
 */
export function attentionCorrelationForward(gpu: LabWebGPUBackend, { student, teacher, mask }: Tensors, bounds: CorrelationBounds): tf.TensorInfo[] {
  const { rows, vectors, uniform } = argumentsOf(student!, bounds);
  const make = (...shape: number[]) => gpu.makeTensorInfo(shape, 'float32');
  const [losses, numbers, lse, measured, judged] = [make(4), make(4), make(rows, 2), make(vectors, 4), make(vectors, 2)];
  gpu.dispatch({ wgsl: ROWS, workgroups: gridFor(rows) }, [lse, student!, teacher!], uniform, [lse]);
  gpu.dispatch({ wgsl: VECTORS, workgroups: gridFor(vectors) }, [measured, judged, student!, teacher!, mask!, lse], uniform, [measured, judged]);
  gpu.dispatch({ wgsl: TOTALS, workgroups: [1, 1, 1] }, [losses, numbers, judged], uniform, [losses, numbers]);
  gpu.disposeData(judged.dataId);
  return [losses, numbers, lse, measured];
}

/** The student's gradient in one dispatch: four exponentials and some 90 other operations an element; reads 176·B·H·T² bytes, writes 4·B·H·T². */
export function attentionCorrelationGradient(gpu: LabWebGPUBackend, { dy, numbers, student, teacher, mask, lse, measured }: Tensors, bounds: CorrelationBounds): tf.TensorInfo[] {
  const { rows, uniform } = argumentsOf(student!, bounds);
  const gradient = gpu.makeTensorInfo(student!.shape, 'float32');
  gpu.dispatch({ wgsl: GRADIENT, workgroups: gridFor(rows) }, [gradient, dy!, numbers!, student!, teacher!, mask!, lse!, measured!], uniform, [gradient]);
  return [gradient];
}
