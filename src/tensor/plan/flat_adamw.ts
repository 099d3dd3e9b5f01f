import type * as tf from '../tf.ts';
import { bindings, reads, writes } from '../backends/bindings.ts';
import { BUILTINS, ELEMENT_INDEX, f32, gridFor, u32 } from '../backends/shader.ts';
import type { LabWebGPUBackend } from '../backends/webgpu.ts';
import { UPDATE_MEMBERS, updateConstants, updateElement } from '../kernels/adamw.wgsl.ts';

/** One invocation four elements, since parts are of whole fours, as is each of the `kinds` of parameters that lie one behind the other in them. */
const wgsl = (kinds: number): string => `
struct Constants { size: u32, ${UPDATE_MEMBERS}, ${Array.from({ length: kinds }, (_, k) => `begin${k}: u32, rate${k}: f32, decay${k}: f32`).join(', ')} }
${bindings([...writes(['p', 'm', 'v'], 'vec4<f32>'), ...reads(['g'], 'vec4<f32>'), ...reads(['state', 'step'])], 'c: Constants')}
@compute @workgroup_size(64)
fn main(${BUILTINS}) {
  ${ELEMENT_INDEX}
  let factor = state[0];
  if (4u * i >= c.size || factor < 0.0) { return; }
  var rate = c.rate0;
  var decay = c.decay0;
  ${Array.from({ length: kinds - 1 }, (_, k) => `if (4u * i >= c.begin${k + 1}) { rate = c.rate${k + 1}; decay = c.decay${k + 1}; }`).join('\n  ')}
  let at = 2u * u32(state[1] - step[1]);
  ${updateElement({ scale: 'factor', rate: 'step[0] * rate', decay: 'decay', correction1: 'step[at]', correction2: 'step[at + 1u]' })}
}`;

/** What holds for all parameters from one place of a part on. */
export interface FlatKind {
  /** Elements of the part before it, in whole fours. */
  readonly begin: number;
  /** Multiplies the learning rate. */
  readonly rate: number;
  readonly weightDecay: number;
}

/** Equal parts of flat buffers, of whole fours, with the kinds of parameters in them, in order. */
export interface FlatSlot {
  readonly parameter: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
  readonly gradient: tf.Tensor;
  readonly kinds: readonly FlatKind[];
}

export interface FlatAdamWConstants {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
}

/**
 * AdamW in place over parts of flat buffers, in one dispatch; nothing is changed where the factor of `state` is negative.
 *
 *   g ← factor·g;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  p ← p − lr·rate·( (m/c₁)/(√(v/c₂) + ε) + λp )
 *   `state` [2]: factor, t; `step` [2 + 2n]: lr, t₀, then c₁ = 1 − β₁ᵗ and c₂ = 1 − β₂ᵗ for t = t₀ + 1 … t₀ + n.
 * 18 operations an element, a root and three divisions among them; reads 16 and writes 12 bytes of each.
 *
 * Source: as `adamWUpdate` of the kernels.
 */
export function flatAdamW(backend: LabWebGPUBackend, slot: FlatSlot, state: tf.Tensor, step: tf.Tensor, betas: FlatAdamWConstants): void {
  const { parameter, m, v, gradient, kinds } = slot;
  const byKind = kinds.flatMap(({ begin, rate, weightDecay }) => [u32(begin), f32(rate), f32(weightDecay)]);
  const constants = [u32(parameter.size), ...updateConstants(betas).map(f32), ...byKind];
  backend.dispatch({ name: 'FlatAdamW', wgsl: wgsl(kinds.length), workgroups: gridFor(parameter.size / 4) }, [parameter, m, v, gradient, state, step], constants, [parameter, m, v]);
}
