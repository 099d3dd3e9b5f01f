import { describe, expect, it } from 'vitest';
import { inRegisters } from '../../src/tensor/kernels/product_in_registers.wgsl.ts';
import type { Orientation, Product } from '../../src/tensor/kernels/product.wgsl.ts';

const product = (a: Orientation, b: Orientation): Product => ({
  name: 'product_y',
  factors: [[{ buffer: 'x', orientation: a }, { buffer: 'w', orientation: b }]],
  size: ['rows', 'outputs', 'inputs'],
  store: ({ at, value }) => `y[(${at}) / 4u] = ${value};`,
});

/** The loop over k of a tile of 4 × 4 values. */
function loopOf(a: Orientation, b: Orientation, vectors = true): string[] {
  const text = inRegisters({ rows: 4, columns: 4, threads: 4, quads: true, depth: 1 }).source(product(a, b), vectors);
  const lines = text.split('\n').map((line) => line.trim()).filter(Boolean);
  return lines.slice(lines.findIndex((line) => line.startsWith('for (var f')), lines.findIndex((line) => line.startsWith('for (var i')));
}

describe('the text of products in registers', () => {
  it('reads one row of A in a thread, the other three by swaps', () => {
    expect(loopOf('rows', 'columns')).toMatchInlineSnapshot(`
      [
        "for (var f = 0u; 4u * f < K; f += 1u) {",
        "let f0 = f + 0u; let b0_0 = mat4x4<f32>(four_w(n0 + f0), four_w(n1 + f0), four_w(n2 + f0), four_w(n3 + f0));",
        "{",
        "let v0_0 = four_x(m0_0 + f0);",
        "let v1_0 = quadSwapX(v0_0);",
        "let v2_0 = quadSwapY(v0_0);",
        "let v3_0 = quadSwapDiagonal(v0_0);",
        "{ let a0 = v0_0; c[0] = c[0] + a0 * b0_0; }",
        "{ let a0 = v1_0; c[1] = c[1] + a0 * b0_0; }",
        "{ let a0 = v2_0; c[2] = c[2] + a0 * b0_0; }",
        "{ let a0 = v3_0; c[3] = c[3] + a0 * b0_0; }",
        "}",
        "}",
      ]
    `);
  });

  it('reads one k of A in a thread, and meets rows of B in the same order', () => {
    expect(loopOf('columns', 'rows')).toMatchInlineSnapshot(`
      [
        "for (var f = 0u; 4u * f < K; f += 1u) {",
        "let f0 = f + 0u; let b0_0 = mat4x4<f32>(four_w((4u * f0 + (t ^ 0u)) * along_n + n0), four_w((4u * f0 + (t ^ 1u)) * along_n + n0), four_w((4u * f0 + (t ^ 2u)) * along_n + n0), four_w((4u * f0 + (t ^ 3u)) * along_n + n0));",
        "{",
        "let v0_0 = four_x((4u * f0 + (t ^ 0u)) * along_m + m0);",
        "let v1_0 = quadSwapX(v0_0);",
        "let v2_0 = quadSwapY(v0_0);",
        "let v3_0 = quadSwapDiagonal(v0_0);",
        "{ let a0 = vec4<f32>(v0_0[0], v1_0[0], v2_0[0], v3_0[0]); c[0] = c[0] + b0_0 * a0; }",
        "{ let a0 = vec4<f32>(v0_0[1], v1_0[1], v2_0[1], v3_0[1]); c[1] = c[1] + b0_0 * a0; }",
        "{ let a0 = vec4<f32>(v0_0[2], v1_0[2], v2_0[2], v3_0[2]); c[2] = c[2] + b0_0 * a0; }",
        "{ let a0 = vec4<f32>(v0_0[3], v1_0[3], v2_0[3], v3_0[3]); c[3] = c[3] + b0_0 * a0; }",
        "}",
        "}",
      ]
    `);
  });

  it('guards the ends of rows that are not of whole fours', () => {
    expect(loopOf('rows', 'columns', false).slice(0, 3)).toMatchInlineSnapshot(`
      [
        "for (var f = 0u; 4u * f < K; f += 1u) {",
        "let f0 = f + 0u; let b0_0 = mat4x4<f32>(load_w(n0 + 4u * f0, K - 4u * f0), load_w(n1 + 4u * f0, K - 4u * f0), load_w(n2 + 4u * f0, K - 4u * f0), load_w(n3 + 4u * f0, K - 4u * f0));",
        "{",
      ]
    `);
  });
});
