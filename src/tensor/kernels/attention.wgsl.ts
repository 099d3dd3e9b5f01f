import type * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, drawKey, f32, groupGrid, u32, type Shader, type UniformField } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { DRAW_WGSL, dropThreshold } from './dropout.ts';
import { inFours, inRegisters, keptVector, overFours, passingVector, placeOfPair, productOf, store, sumsOf, type HeadForm, type Vector } from './heads.wgsl.ts';
import { queriesOf, type AttentionAttrs } from './heads.ts';
import { MASKED_SCORE } from './masked_score.ts';
import { fours } from './product.wgsl.ts';
import { inQuads, QUAD_LANE } from './quads.wgsl.ts';

/** What the text of the shaders depends on. */
interface Form extends HeadForm {
  readonly dropout: boolean;
  readonly quads: boolean;
}

type Tensors = Record<string, tf.TensorInfo>;

/** Factor of dropout at (query, key): 0 or 1 / (1 − rate). */
const kept = ({ dropout }: Form, query: string, key: string) => (dropout ? `select(size.keep, 0.0, bits(size.key, (pair * size.length + ${query}) * size.length + ${key}) < size.threshold)` : '1.0');

/** Threads of a workgroup: one quad, or as many as suit hardware. */
const threads = ({ quads }: Form): number => (quads ? 4 : 64);

/** Beginning of `main`, for one invocation a pair and token `own` of so many; `stored` is false in the invocations that fill up the last quad. */
const MAIN = (form: Form, tokens: string) => `
@compute @workgroup_size(${threads(form)})
fn main(${BUILTINS}${form.quads ? `, ${QUAD_LANE}` : ''}) {
  let i = (group.y * groups.x + group.x) * ${threads(form)}u + local;
  ${form.quads ? 'let t = lane & 3u;' : ''}
  let strip = ${form.quads ? `(${tokens} + 3u) & ~3u` : tokens};
  let pairs = size.batch * size.heads;
  let stored = i / strip < pairs && i % strip < ${tokens};
  let pair = min(i / strip, pairs - 1u);
  let own = min(i % strip, ${tokens} - 1u);
  ${placeOfPair(form)}
  let here = (first + own) * width + head;`;

/**
 * Loads, and what is done with them where it counts, which changes nothing elsewhere.
 *
 * All four threads of a quad must take part in loads: those of vectors in registers stand before what is done, others in the midst of it.
 */
function where(form: Form, counts: string, vectors: readonly Vector[], sums: string): string {
  const loads = vectors.map(({ before }) => before).join(' ');
  if (!form.quads) return `if (${counts}) { ${loads} ${sums} }`;
  return inRegisters(form) ? `${loads} if (${counts}) { ${sums} }` : sums;
}

/** Bindings: vectors, and numbers behind them. */
const HEAD = (form: Form, vectors: readonly BufferDeclaration[], numbers: readonly BufferDeclaration[]) => `${form.quads ? 'enable subgroups;' : ''}
struct Size { batch: u32, length: u32, heads: u32, key: u32, threshold: u32, keep: f32, queries: u32 }
${bindings([...fours(vectors, inFours(form)), ...numbers], 'size: Size')}`;

const CONSTANTS = ({ headSize, dropout }: Form) => `
const SCALE = ${1 / Math.sqrt(headSize)};
const MASKED = ${MASKED_SCORE};
/** A score above this belongs to a real key, beside which the share of a padded one is exactly 0. */
const REAL = ${MASKED_SCORE / 2};
${dropout ? DRAW_WGSL : ''}`;

/** One invocation a query, the i-th of all that ask, with the softmax of the keys so far. */
const forwardShader = (form: Form): string => {
  const [q, sum] = [keptVector(form, 'q', 'q', 'here', 'SCALE'), sumsOf(form, 'sum')];
  const [k, v] = [passingVector(form, 'k', 'k', 'there'), passingVector(form, 'v', 'v', 'there')];
  return `
${HEAD(form, [...writes(['context']), ...reads(['q', 'k', 'v'])], [...writes(['lse']), ...reads(['mask'])])}
${CONSTANTS(form)}
${MAIN(form, 'size.queries')}
  let out = (pair / size.heads * size.queries + own) * width + head;
  ${q.before} ${sum.before}
  var top = -3.0e38;
  var total = 0.0;
  for (var key = 0u; key < size.length; key++) {
    let real = mask[first + key];
    let there = (first + key) * width + head;
    ${where(form, 'real != 0.0 || top <= REAL', [k, v], `
    ${productOf(form, 'related', q, k)}
    let score = related + (1.0 - real) * MASKED;
    let higher = max(top, score);
    let shrink = exp(top - higher);
    let weight = exp(score - higher);
    total = total * shrink + weight;
    top = higher;
    let share = weight * ${kept(form, 'own', 'key')};
    ${overFours(form, [v], (n) => `${sum.four(n)} = ${sum.four(n)} * shrink + share * ${v.four(n)};`)}`)}
  }
  if (stored) {
    ${store(form, 'context', 'out', (n) => `(${sum.four(n)} / total)`)}
    lse[pair * size.queries + own] = top + log(total);
  }
}`;
};

/** What both gradients begin with; one writes the means, the other reads them. */
const GRADIENT_HEAD = (form: Form, vectors: readonly BufferDeclaration[], means: readonly BufferDeclaration[]): string => `
${HEAD(form, vectors, [...means, ...reads(['lse', 'mask'])])}
${CONSTANTS(form)}
${MAIN(form, 'size.length')}`;

/** One invocation a token: dQ, which is 0 for one that does not ask, and Σ_t dP∘P = dC·context for the other half. */
const queryShader = (form: Form): string => {
  const [q, dc, context, sum] = [keptVector(form, 'q', 'q', 'here', 'SCALE'), keptVector(form, 'dc', 'dy', 'out'), keptVector(form, 'context', 'context', 'out'), sumsOf(form, 'sum')];
  const [k, v] = [passingVector(form, 'k', 'k', 'there'), passingVector(form, 'v', 'v', 'there')];
  return `
${GRADIENT_HEAD(form, [...writes(['dq']), ...reads(['dy', 'context', 'q', 'k', 'v'])], writes(['mean']))}
  let asks = own < size.queries;
  let query = min(own, size.queries - 1u);
  let asked = pair * size.queries + query;
  let out = (pair / size.heads * size.queries + query) * width + head;
  ${q.before} ${dc.before} ${sum.before} ${context.before}
  ${productOf(form, 'average', dc, context)}
  let total = lse[asked];
  for (var key = 0u; key < size.length; key++) {
    let real = mask[first + key];
    let there = (first + key) * width + head;
    ${where(form, 'asks && (real != 0.0 || total <= REAL)', [k, v], `
    ${productOf(form, 'related', q, k)}
    ${productOf(form, 'moved', dc, v)}
    let p = exp(related + (1.0 - real) * MASKED - total);
    let da = p * (moved * ${kept(form, 'own', 'key')} - average);
    ${overFours(form, [k], (n) => `${sum.four(n)} += da * ${k.four(n)};`)}`)}
  }
  if (stored) { ${store(form, 'dq', 'here', (n) => `select(vec4<f32>(0.0), ${sum.four(n)} * SCALE, asks)`)} }
  if (stored && asks) { mean[asked] = average; }
}`;
};

/** One invocation a key: dK and dV. */
const keyShader = (form: Form): string => {
  const [k, v, toK, toV] = [keptVector(form, 'k', 'k', 'here', 'SCALE'), keptVector(form, 'v', 'v', 'here'), sumsOf(form, 'sum_k'), sumsOf(form, 'sum_v')];
  const [q, dc] = [passingVector(form, 'q', 'q', 'there'), passingVector(form, 'dc', 'dy', 'out')];
  return `
${GRADIENT_HEAD(form, [...writes(['dk', 'dv']), ...reads(['dy', 'q', 'k', 'v'])], reads(['mean']))}
  ${k.before} ${v.before} ${toK.before} ${toV.before}
  let real = mask[first + own];
  let asked = pair * size.queries;
  let counts = real != 0.0 || lse[asked] < REAL;
  for (var query = 0u; query < size.queries; query++) {
    let there = (first + query) * width + head;
    let out = (pair / size.heads * size.queries + query) * width + head;
    ${where(form, 'counts', [q, dc], `
    ${productOf(form, 'related', q, k)}
    ${productOf(form, 'moved', dc, v)}
    let p = exp(related + (1.0 - real) * MASKED - lse[asked + query]);
    let keep = ${kept(form, 'query', 'own')};
    let da = p * (moved * keep - mean[asked + query]);
    ${overFours(form, [q, dc], (n) => `${toV.four(n)} += p * keep * ${dc.four(n)}; ${toK.four(n)} += da * ${q.four(n)};`)}`)}
  }
  if (stored) {
    ${store(form, 'dk', 'here', (n) => `(${toK.four(n)} * SCALE)`)}
    ${store(form, 'dv', 'here', toV.four)}
  }
}`;
};

/** What the shaders need to know, and the workgroups for one invocation a pair and token of so many. */
function argumentsOf(gpu: LabWebGPUBackend, { q }: Tensors, attrs: AttentionAttrs, tokens: number): { form: Form; uniform: UniformField[]; workgroups: Shader['workgroups'] } {
  const { batch, length, heads, rate, key } = attrs;
  const headSize = q!.shape[1]! / heads;
  const form = { headSize, dropout: rate > 0, quads: inQuads(gpu.adapter) && headSize % 16 === 0 };
  return {
    form,
    workgroups: groupGrid(form.quads ? batch * heads * Math.ceil(tokens / 4) : Math.ceil((batch * heads * tokens) / 64)),
    uniform: [u32(batch), u32(length), u32(heads), rate > 0 ? drawKey(key) : u32(0), u32(dropThreshold(rate)), f32(1 / (1 - rate)), u32(queriesOf(attrs))],
  };
}

/**
 * Context and log Σ_t exp(A), the latter [B·H·T] (or [B·H·queries]) for the gradient, in one dispatch.
 *
 * 4·B·T²·d operations and two exponentials a score; reads 8·B·T²·d bytes, in quads a quarter of them, and
 * for heads of more than 64 features 12·B·T²·d, in quads half of them; writes 4·B·T·(d + H).
 */
export function attentionForward(gpu: LabWebGPUBackend, { q, k, v, mask }: Tensors, attrs: AttentionAttrs): tf.TensorInfo[] {
  const { form, uniform, workgroups } = argumentsOf(gpu, { q: q! }, attrs, queriesOf(attrs));
  const [texts, pairs] = [attrs.batch * queriesOf(attrs), attrs.batch * attrs.heads * queriesOf(attrs)];
  const context = gpu.makeTensorInfo([texts, q!.shape[1]!], 'float32');
  const lse = gpu.makeTensorInfo([pairs], 'float32');
  gpu.dispatch({ wgsl: forwardShader(form), workgroups }, [context, q!, k!, v!, lse, mask!], uniform, [context, lse]);
  return [context, lse];
}

/**
 * dQ, dK and dV in two dispatches, one invocation a query and one a key.
 *
 * 14·B·T²·d operations and two exponentials a score; reads 16·B·T²·d bytes, in quads a quarter of them, and
 * for heads of more than 64 features 44·B·T²·d, in quads 23; writes 12·B·T·d + 4·B·H·T.
 */
export function attentionGradient(gpu: LabWebGPUBackend, inputs: Tensors, attrs: AttentionAttrs): tf.TensorInfo[] {
  const { dy, q, k, v, mask, context, lse } = inputs;
  const { form, uniform, workgroups } = argumentsOf(gpu, inputs, attrs, attrs.length);
  const [dq, dk, dv] = [q!, k!, v!].map(({ shape }) => gpu.makeTensorInfo(shape, 'float32'));
  const mean = gpu.makeTensorInfo(lse!.shape, 'float32');
  gpu.dispatch({ wgsl: queryShader(form), workgroups }, [dq!, dy!, context!, q!, k!, v!, mean, lse!, mask!], uniform, [dq!, mean]);
  gpu.dispatch({ wgsl: keyShader(form), workgroups }, [dk!, dv!, dy!, q!, k!, v!, mean, lse!, mask!], uniform, [dk!, dv!]);
  gpu.disposeData(mean.dataId);
  return [dq!, dk!, dv!];
}
