import { describe, expect, it } from 'vitest';
import { OBJECTIVE_LIST } from '../../../src/experiment/objective_list.ts';
import { parseFormula, type MathNode } from '../../../src/ui/objectives/formula.ts';

/** The characters that a tree shows, in order. */
function shown(node: MathNode): string {
  if (node.kind === 'space') return '';
  if (node.kind === 'root') return `√${node.of.map(shown).join('')}`;
  if (node.kind === 'script') return [node.base, ...node.above, ...node.below].map(shown).join('');
  return node.text;
}

/** A formula without spaces, marks of indices, brackets around them, and raised or lowered forms of a character. */
function plain(formula: string): string {
  const small: Record<string, string> = { '²': '2', 'ᵀ': 'T', '₊': '+', '₋': '−' };
  const indices = formula.replace(/[_^√]\(([^()]*)\)/g, (whole, inner: string) => `${whole.startsWith('√') ? '√' : ''}${inner}`);
  // An exponent behind an index is shown before it.
  const reordered = indices.replace(/_(\p{L})ᵀ/gu, 'T$1').replace(/[\s_^]/g, '');
  return reordered.replace(/[²ᵀ₊₋]/g, (character) => small[character] ?? '');
}

describe('formulas', () => {
  it.each(OBJECTIVE_LIST)('of $name: every character is shown', ({ formula }) => {
    expect(parseFormula(formula).map(shown).join('')).toBe(plain(formula));
  });

  it('have indices, exponents, sums over sets, roots and upright words', () => {
    const variable = (text: string): MathNode => ({ kind: 'variable', text });
    expect(parseFormula('z_S')).toEqual([{ kind: 'script', base: variable('z'), below: [variable('S')], above: [] }]);
    expect(parseFormula('Hid^S_i')).toEqual([{ kind: 'script', base: { kind: 'word', text: 'Hid' }, below: [variable('i')], above: [variable('S')] }]);
    expect(parseFormula('Σ_X∈{Q,K}')).toMatchObject([{ kind: 'script', base: { text: 'Σ' }, below: [{ text: 'X' }, { text: '∈' }, { text: '{' }, { text: 'Q' }, { text: ',' }, { text: 'K' }, { text: '}' }] }]);
    expect(parseFormula('√(d/R)')).toMatchObject([{ kind: 'root', of: [{ text: 'd' }, { text: '/' }, { text: 'R' }] }]);
    expect(parseFormula('mean (1 − ρ)').map(({ kind }) => kind)).toEqual(['word', 'space', 'operator', 'number', 'operator', 'variable', 'operator']);
    expect(parseFormula('ĥ^S')).toMatchObject([{ base: { kind: 'variable', text: 'ĥ' } }]);
  });
});
