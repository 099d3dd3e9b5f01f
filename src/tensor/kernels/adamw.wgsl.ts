/** The update that the shaders of AdamW have in common. */

/** WGSL expressions of what differs between the shaders. */
export interface UpdateFactors {
  /** On the gradient. */
  readonly scale: string;
  readonly rate: string;
  readonly decay: string;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ. */
  readonly correction1: string;
  readonly correction2: string;
}

/** Members of the uniform `c` that the update reads: β₁, 1 − β₁, β₂, 1 − β₂, ε; in single precision 1 − β₂ loses a hundred thousandth of itself. */
export const UPDATE_MEMBERS = 'beta1: f32, rest1: f32, beta2: f32, rest2: f32, eps: f32';

/** Values of these members. */
export const updateConstants = ({ beta1, beta2, eps }: { readonly beta1: number; readonly beta2: number; readonly eps: number }): number[] => [beta1, 1 - beta1, beta2, 1 - beta2, eps];

/** Statements that update element `i`, or four of them, of the buffers p, m and v by g. */
export const updateElement = ({ scale, rate, decay, correction1, correction2 }: UpdateFactors): string => `
  let gi = g[i] * ${scale};
  let mi = m[i] * c.beta1 + gi * c.rest1;
  let vi = v[i] * c.beta2 + gi * gi * c.rest2;
  m[i] = mi;
  v[i] = vi;
  let pi = p[i];
  p[i] = pi - ${rate} * (mi / ${correction1} / (sqrt(vi / ${correction2}) + c.eps) + ${decay} * pi);`;
