import * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, f32, gridFor } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { simdOf } from '../wasm/simd.ts';
import { UPDATE_MEMBERS, updateConstants, updateElement } from './adamw.wgsl.ts';

/** What one update of one parameter depends on; `scale` is the clipping factor on the gradient. */
export interface AdamWStep {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ, computed in double precision. */
  readonly correction1: number;
  readonly correction2: number;
  readonly scale: number;
}

/** A parameter with its moments; all three are updated in place. */
export interface AdamWSlot {
  readonly parameter: tf.Variable;
  readonly m: tf.Variable;
  readonly v: tf.Variable;
}

type Update = (slot: AdamWSlot, gradient: tf.Tensor, step: AdamWStep) => void;

/** Composed from stock operations: for backends without an in-place form, and the oracle of its test. */
const plain: Update = ({ parameter, m, v }, gradient, s) =>
  tf.tidy(() => {
    const g = tf.mul(gradient, s.scale);
    m.assign(tf.add(tf.mul(m, s.beta1), tf.mul(g, 1 - s.beta1)));
    v.assign(tf.add(tf.mul(v, s.beta2), tf.mul(tf.square(g), 1 - s.beta2)));
    const direction = tf.div(tf.div(m, s.correction1), tf.add(tf.sqrt(tf.div(v, s.correction2)), s.eps));
    parameter.assign(tf.sub(parameter, tf.mul(s.lr, tf.add(direction, tf.mul(parameter, s.weightDecay)))));
  });

/** One pass. */
const wasm: Update = ({ parameter, m, v }, gradient, s) => {
  const simd = simdOf(tf.backend());
  const [p, first, second, g] = [parameter, m, v, gradient].map((t) => simd.at(t)) as [number, number, number, number];
  const rests = [s.beta1, 1 - s.beta1, s.beta2, 1 - s.beta2] as const;
  simd.kernels.adamW(parameter.size, p, first, second, g, s.lr, ...rests, s.eps, s.weightDecay, s.correction1, s.correction2, s.scale);
};

const WGSL = `
struct Constants { ${UPDATE_MEMBERS}, lr: f32, decay: f32, correction1: f32, correction2: f32, scale: f32 }
${bindings([...writes(['p', 'm', 'v']), ...reads(['g'])], 'c: Constants')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  if (i >= arrayLength(&p)) { return; }
  ${updateElement({ scale: 'c.scale', rate: 'c.lr', decay: 'c.decay', correction1: 'c.correction1', correction2: 'c.correction2' })}
}`;

const webgpu: Update = ({ parameter, m, v }, gradient, s) => {
  const fields = [...updateConstants(s), s.lr, s.weightDecay, s.correction1, s.correction2, s.scale];
  const shader = { name: 'AdamW', wgsl: WGSL, workgroups: gridFor(parameter.size) };
  (tf.backend() as LabWebGPUBackend).dispatch(shader, [parameter, m, v, gradient], fields.map(f32), [parameter, m, v]);
};

const FORMS: Record<string, Update> = { wasm, webgpu };

/**
 * AdamW with decoupled weight decay, in place.
 *
 *   g ← scale·g;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²
 *   p ← p − lr·( (m/c₁) / (√(v/c₂) + ε) + λ·p ),  c₁ = 1 − β₁ᵗ, c₂ = 1 − β₂ᵗ
 *
 * 17 operations an element, a root and three divisions among them; reads 16 and writes 12 bytes of each.
 *
 * Source: Loshchilov & Hutter 2019, Algorithm 2; the order of operations is PyTorch's `AdamW`.
 */
export function adamWUpdate(slot: AdamWSlot, gradient: tf.Tensor, step: AdamWStep, form: Update = FORMS[tf.getBackend()] ?? plain): void {
  form(slot, gradient, step);
}

/** The plain form, for tests that compare the native ones with it. */
export const adamWPlain: Update = plain;
