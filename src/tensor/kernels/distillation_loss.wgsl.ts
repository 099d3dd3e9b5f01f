import type * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, f32, gridFor, u32, type UniformField } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** τ, β, and whether losses are averaged over the rows or added. */
export type DistillationAttrs = {
  readonly temperature: number;
  readonly weight: number;
  readonly mean: boolean;
};

/** Bindings, and log Σ exp(z/τ) of a row of either model's logits. */
const HEAD = (buffers: readonly BufferDeclaration[]) => `
struct Size { rows: u32, classes: u32, hard: f32, soft: f32, temperature: f32 }
${bindings([...buffers, ...reads(['teacher', 'student']), ...reads(['labels'], 'i32')], 'size: Size')}
${['teacher', 'student'].map((name) => `
fn log_total_${name}(start: u32, temperature: f32) -> f32 {
  var top = -3.4e38;
  for (var j = 0u; j < size.classes; j++) { top = max(top, ${name}[start + j] / temperature); }
  var sum = 0.0;
  for (var j = 0u; j < size.classes; j++) { sum += exp(${name}[start + j] / temperature - top); }
  return top + log(sum);
}`).join('')}`;

/** 64 threads, each of which adds every 64th row; the first adds what they found. A label outside of the classes is no class. */
const FORWARD = `
${HEAD(writes(['hard', 'soft']))}
var<workgroup> sums: array<vec2<f32>, 64>;
@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) local: u32) {
  var sum = vec2<f32>(0.0);
  for (var row = local; row < size.rows; row += 64u) {
    let start = row * size.classes;
    let label = labels[row];
    if (label >= 0 && label < i32(size.classes)) { sum.x += log_total_student(start, 1.0) - student[start + u32(label)]; }
    let log_p = log_total_teacher(start, size.temperature);
    let log_q = log_total_student(start, size.temperature);
    for (var j = 0u; j < size.classes; j++) {
      let p = teacher[start + j] / size.temperature - log_p;
      sum.y += exp(p) * (p - (student[start + j] / size.temperature - log_q));
    }
  }
  sums[local] = sum;
  workgroupBarrier();
  if (local != 0u) { return; }
  var all = vec2<f32>(0.0);
  for (var i = 0u; i < 64u; i++) { all += sums[i]; }
  hard[0] = all.x * size.hard;
  soft[0] = all.y * size.soft;
}`;

/** One thread a row. */
const GRADIENT = `
${HEAD([...writes(['gradient']), ...reads(['d_hard', 'd_soft'])])}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= size.rows) { return; }
  let start = i * size.classes;
  let total = log_total_student(start, 1.0);
  let log_p = log_total_teacher(start, size.temperature);
  let log_q = log_total_student(start, size.temperature);
  for (var j = 0u; j < size.classes; j++) {
    let hot = select(0.0, 1.0, i32(j) == labels[i]);
    let from_hard = exp(student[start + j] - total) - hot;
    let from_soft = exp(student[start + j] / size.temperature - log_q) - exp(teacher[start + j] / size.temperature - log_p);
    gradient[start + j] = d_hard[0] * size.hard * from_hard + d_soft[0] * size.soft / size.temperature * from_soft;
  }
}`;

function uniformOf({ student }: Tensors, { temperature, weight, mean }: DistillationAttrs): UniformField[] {
  const [rows, classes] = student!.shape as [number, number];
  const share = mean ? 1 / rows : 1;
  return [u32(rows), u32(classes), f32((1 - weight) * share), f32(weight * temperature ** 2 * share), f32(temperature)];
}

/** Both scalars in one dispatch of one workgroup: 4·N·C exponentials and 20·N·C other operations; reads 32·N·C bytes. */
export function distillationLosses(gpu: LabWebGPUBackend, inputs: Tensors, attrs: DistillationAttrs): tf.TensorInfo[] {
  const [hard, soft] = [gpu.makeTensorInfo([], 'float32'), gpu.makeTensorInfo([], 'float32')];
  gpu.dispatch({ wgsl: FORWARD, workgroups: [1, 1, 1] }, [hard, soft, inputs.teacher!, inputs.student!, inputs.labels!], uniformOf(inputs, attrs), [hard, soft]);
  return [hard, soft];
}

/** The student's gradient [N, C] in one dispatch: 6·N·C exponentials and 24·N·C other operations; reads 36·N·C bytes, writes 4·N·C. */
export function distillationGradient(gpu: LabWebGPUBackend, inputs: Tensors, attrs: DistillationAttrs): tf.TensorInfo[] {
  const { teacher, student, labels, hard, soft } = inputs;
  const gradient = gpu.makeTensorInfo(student!.shape, 'float32');
  gpu.dispatch({ wgsl: GRADIENT, workgroups: gridFor(student!.shape[0]!) }, [gradient, hard!, soft!, teacher!, student!, labels!], uniformOf(inputs, attrs), [gradient]);
  return [gradient];
}
