import type * as tf from '../tf.ts';
import { bindings, reads, writes, type BufferDeclaration } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { inFours, keptVector, overFours, passingVector, placeOfHead, productOf, store, sumsOf, type HeadForm } from './heads.wgsl.ts';
import { MASKED_SCORE } from './masked_score.ts';
import { fours } from './product.wgsl.ts';
import type { AttentionShape } from './heads.ts';

type Tensors = Record<string, tf.TensorInfo>;

/** Bindings: buffers, behind them vectors. */
const declared = (form: HeadForm, buffers: readonly BufferDeclaration[], vectors: readonly BufferDeclaration[]) => `
struct Size { batch: u32, length: u32, heads: u32 }
const SCALE = ${1 / Math.sqrt(form.headSize)};
${bindings([...buffers, ...fours(vectors, inFours(form))], 'size: Size')}`;

/** One invocation a query. */
const forwardShader = (form: HeadForm): string => {
  const [q, k] = [keptVector(form, 'q', 'q', 'here', 'SCALE'), passingVector(form, 'k', 'k', 'there')];
  return `
${declared(form, [...writes(['scores']), ...reads(['mask'])], reads(['q', 'k']))}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  ${placeOfHead(form)}
  ${q.before}
  for (var t = 0u; t < size.length; t++) {
    let there = (first + t) * width + head;
    ${k.before}
    ${productOf(form, 'score', q, k)}
    scores[i * size.length + t] = score + (1.0 - mask[first + t]) * ${MASKED_SCORE}.0;
  }
}`;
};

/** One invocation a token: dQ from its row of dA, dK from its column. */
const gradientShader = (form: HeadForm): string => {
  const [toQ, toK] = [sumsOf(form, 'sum_q'), sumsOf(form, 'sum_k')];
  const [q, k] = [passingVector(form, 'q', 'q', 'there'), passingVector(form, 'k', 'k', 'there')];
  return `
${declared(form, reads(['dy']), [...writes(['dq', 'dk']), ...reads(['q', 'k'])])}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  ${placeOfHead(form)}
  ${toQ.before} ${toK.before}
  for (var t = 0u; t < size.length; t++) {
    let there = (first + t) * width + head;
    let forth = dy[i * size.length + t];
    let back = dy[(pair + t) * size.length + own];
    ${k.before} ${q.before}
    ${overFours(form, [q, k], (n) => `${toQ.four(n)} += forth * ${k.four(n)}; ${toK.four(n)} += back * ${q.four(n)};`)}
  }
  ${store(form, 'dq', 'here', (n) => `(${toQ.four(n)} * SCALE)`)}
  ${store(form, 'dk', 'here', (n) => `(${toK.four(n)} * SCALE)`)}
}`;
};

/** Scores in one dispatch: 2·B·T²·d operations; reads 4·B·T²·d bytes, of heads of more than 64 features twice that; writes 4·B·H·T². */
export function attentionScoresForward(gpu: LabWebGPUBackend, { q, k, mask }: Tensors, { batch, length, heads }: AttentionShape): tf.TensorInfo[] {
  const scores = gpu.makeTensorInfo([batch, heads, length, length], 'float32');
  const form = { headSize: q!.shape[1]! / heads };
  gpu.dispatch({ wgsl: forwardShader(form), workgroups: gridFor(batch * heads * length) }, [scores, mask!, q!, k!], [u32(batch), u32(length), u32(heads)], [scores]);
  return [scores];
}

/** dQ and dK in one dispatch: 4·B·T²·d operations; reads 8·B·T²·(d + H) bytes, writes 8·B·T·d. */
export function attentionScoresGradient(gpu: LabWebGPUBackend, { dy, q, k }: Tensors, { batch, length, heads }: AttentionShape): tf.TensorInfo[] {
  const [dq, dk] = [gpu.makeTensorInfo(q!.shape, 'float32'), gpu.makeTensorInfo(k!.shape, 'float32')];
  const form = { headSize: q!.shape[1]! / heads };
  gpu.dispatch({ wgsl: gradientShader(form), workgroups: gridFor(batch * heads * length) }, [dy!, dq, dk, q!, k!], [u32(batch), u32(length), u32(heads)], [dq, dk]);
  return [dq, dk];
}
