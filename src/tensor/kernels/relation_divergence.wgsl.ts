import type * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { inFours, keptVector, overFours, passingVector, productOf, store, sumsOf, type HeadForm, type Vector } from './heads.wgsl.ts';
import { MASKED_SCORE } from './masked_score.ts';
import { fours } from './product.wgsl.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** Sizes of the two models' vectors, which the text of the shaders depends on. */
interface Forms {
  readonly x: HeadForm;
  readonly y: HeadForm;
}

/** The vectors of tokens i and t of a model. */
const ownOf = (form: HeadForm, model: 'x' | 'y'): Vector => keptVector(form, `own_${model}`, model, `i * ${form.headSize}u`);
const otherOf = (form: HeadForm, model: 'x' | 'y'): Vector => passingVector(form, `other_${model}`, model, `(pair + t) * ${form.headSize}u`);

/** Bindings, mask and vectors of both models first, and the beginning of `main`: row i is token `own` of its text and head, whose rows begin at `pair`. */
const shader = ({ x, y }: Forms, buffers: readonly BufferDeclaration[], rest: string): string => `
struct Size { rows: u32, length: u32, heads: u32 }
${bindings([...reads(['mask']), ...fours(reads(['x']), inFours(x)), ...fours(reads(['y']), inFours(y)), ...buffers], 'size: Size')}
const MASKED = ${MASKED_SCORE}.0;
/** A relation above this is one with a real key, beside which the share of a padded one is exactly 0. */
const REAL = ${MASKED_SCORE / 2}.0;
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= size.rows) { return; }
  let own = i % size.length;
  let pair = i - own;
  let text = i / (size.length * size.heads) * size.length;
  ${ownOf(x, 'x').before}
  ${ownOf(y, 'y').before}
  ${rest}
}`;

/** Relations of tokens i and t before masking, student's and teacher's. */
const relationsTo = ({ x, y }: Forms): string => `
    ${otherOf(x, 'x').before}
    ${productOf(x, 'x_related', ownOf(x, 'x'), otherOf(x, 'x'))}
    ${otherOf(y, 'y').before}
    ${productOf(y, 'y_related', ownOf(y, 'y'), otherOf(y, 'y'))}
    let related = vec2<f32>(x_related * ${1 / Math.sqrt(x.headSize)}, y_related * ${1 / Math.sqrt(y.headSize)});`;

/** One invocation a query: both softmaxes and the divergence of the keys so far. */
const forwardShader = (forms: Forms): string => shader(forms, [...writes(['losses']), ...writes(['lse'], 'vec2<f32>')], `
  var tops = vec2<f32>(-3.0e38);
  var totals = vec2<f32>(0.0);
  var gap = 0.0;
  for (var t = 0u; t < size.length; t++) {
    let real = mask[text + t];
    if (real == 0.0 && min(tops.x, tops.y) > REAL) { continue; }
    ${relationsTo(forms)}
    let masked = max(related + (1.0 - real) * MASKED, vec2<f32>(MASKED));
    let higher = max(tops, masked);
    let shrink = exp(tops - higher);
    let weights = exp(masked - higher);
    totals = totals * shrink + weights;
    gap = gap * shrink.y + weights.y * (masked.y - masked.x);
    tops = higher;
  }
  let sums = tops + log(totals);
  lse[i] = sums;
  losses[i] = gap / totals.y - sums.y + sums.x;`);

/** One invocation a token: Σ_t (dA[i, t] + dA[t, i])·x_t, where both have one product. */
const gradientShader = (forms: Forms): string => {
  const sum = sumsOf(forms.x, 'sum');
  return shader(forms, [...fours(writes(['dx']), inFours(forms.x)), ...reads(['dy']), ...reads(['lse'], 'vec2<f32>')], `
  ${sum.before}
  let own_penalty = (1.0 - mask[text + own]) * MASKED;
  for (var t = 0u; t < size.length; t++) {
    ${relationsTo(forms)}
    let penalty = (1.0 - mask[text + t]) * MASKED;
    let forth = exp(max(related + penalty, vec2<f32>(MASKED)) - lse[i]);
    let back = exp(max(related + own_penalty, vec2<f32>(MASKED)) - lse[pair + t]);
    let pull = dy[i] * (forth.x - forth.y) + dy[pair + t] * (back.x - back.y);
    ${overFours(forms.x, [otherOf(forms.x, 'x')], (n) => `${sum.four(n)} += pull * ${otherOf(forms.x, 'x').four(n)};`)}
  }
  ${store(forms.x, 'dx', `i * ${forms.x.headSize}u`, (n) => `(${sum.four(n)} * ${1 / Math.sqrt(forms.x.headSize)})`)}`);
};

function argumentsOf(student: tf.TensorInfo, teacher: tf.TensorInfo) {
  const [batch, heads, length, size] = student.shape as [number, number, number, number];
  const rows = batch * heads * length;
  return { rows, forms: { x: { headSize: size }, y: { headSize: teacher.shape[3]! } }, uniform: [u32(rows), u32(length), u32(heads)], workgroups: gridFor(rows) };
}

/**
 * Divergences, and log Σ exp of both models' relations [B·R·T, 2] for the gradient, in one dispatch.
 *
 * 2·B·R·T²·(D + E) operations and four exponentials a relation; reads 4·B·R·T²·(D + E) bytes, of vectors of more than 64
 * features twice that; writes 12·B·R·T.
 */
export function relationDivergenceForward(gpu: LabWebGPUBackend, { student, teacher, mask }: Tensors): tf.TensorInfo[] {
  const { rows, forms, uniform, workgroups } = argumentsOf(student!, teacher!);
  const [losses, lse] = [gpu.makeTensorInfo(student!.shape.slice(0, 3), 'float32'), gpu.makeTensorInfo([rows, 2], 'float32')];
  gpu.dispatch({ wgsl: forwardShader(forms), workgroups }, [mask!, student!, teacher!, losses, lse], uniform, [losses, lse]);
  return [losses, lse];
}

/**
 * The student's gradient in one dispatch.
 *
 * 2·B·R·T²·(2·D + E) operations and four exponentials a relation; reads 4·B·R·T²·(D + E) bytes, of vectors of more than 64
 * features 4·B·R·T²·(3·D + 2·E); writes 4·B·R·T·D.
 */
export function relationDivergenceGradient(gpu: LabWebGPUBackend, { dy, student, teacher, mask, lse }: Tensors): tf.TensorInfo[] {
  const { forms, uniform, workgroups } = argumentsOf(student!, teacher!);
  const dx = gpu.makeTensorInfo(student!.shape, 'float32');
  gpu.dispatch({ wgsl: gradientShader(forms), workgroups }, [mask!, student!, teacher!, dx, dy!, lse!], uniform, [dx]);
  return [dx];
}
