/**
 * Formulas of objectives, written as plain text, as a tree that MathML shows.
 *
 * `z_S` has an index, `Hid^S_i` both, `τ²` and `Vᵀ` an exponent, `Σ_(s,t)` what it runs over, `√(…)` a radicand. Words of two
 * letters and more stand upright, single letters are variables.
 */
export type MathNode =
  | Leaf<'variable'> | Leaf<'word'> | Leaf<'number'> | Leaf<'operator'>
  | { readonly kind: 'space' }
  | { readonly kind: 'script'; readonly base: MathNode; readonly below: readonly MathNode[]; readonly above: readonly MathNode[] }
  | { readonly kind: 'root'; readonly of: readonly MathNode[] };

interface Leaf<Kind extends string> {
  readonly kind: Kind;
  readonly text: string;
}

/** Characters that are an exponent or an index by themselves. */
const RAISED: Readonly<Record<string, string>> = { '²': '2', 'ᵀ': 'T' };
const LOWERED: Readonly<Record<string, string>> = { '₊': '+', '₋': '−' };

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** The tree of a formula; no character is lost. */
export function parseFormula(text: string): readonly MathNode[] {
  return new Parser(text).nodes('');
}

class Parser {
  #at = 0;

  constructor(readonly text: string) {}

  get #next(): string {
    return this.text[this.#at] ?? '';
  }

  /** Nodes up to a closing bracket, which is passed over; to the end where it is empty. */
  nodes(end: string): MathNode[] {
    const found: MathNode[] = [];
    while (this.#next !== '' && this.#next !== end) {
      if (/\s/.test(this.#next)) this.#space(found);
      else found.push(this.#scripted(this.#atom()));
    }
    if (end !== '') this.#at += 1;
    return found.filter((node, i) => node.kind !== 'space' || separates(found[i - 1], found[i + 1]));
  }

  #space(found: MathNode[]): void {
    while (/\s/.test(this.#next)) this.#at += 1;
    found.push({ kind: 'space' });
  }

  #atom(): MathNode {
    const [match = this.#next] = /^([\p{Lu}\p{Ll}]{2,}|[\p{Lu}\p{Ll}]\p{M}?|[\d.]+|½)/u.exec(this.text.slice(this.#at)) ?? [];
    this.#at += match.length;
    if (match === '√') return { kind: 'root', of: this.#group() };
    if (match === '' || /^[\d.½]/.test(match)) return { kind: 'number', text: match };
    if (match === 'Σ' || !/^[\p{Lu}\p{Ll}]/u.test(match)) return { kind: 'operator', text: match };
    return { kind: [...match.normalize('NFC')].length > 1 ? 'word' : 'variable', text: match };
  }

  /** What follows `_`, `^` or `√`: a bracketed group without its round brackets, or one atom. */
  #group(): MathNode[] {
    if (this.#next !== '(') return [this.#atom()];
    this.#at += 1;
    return this.nodes(')');
  }

  /** An atom with the indices and exponents behind it. */
  #scripted(base: MathNode): MathNode {
    const [below, above]: [MathNode[], MathNode[]] = [[], []];
    for (;;) {
      const character = this.#next;
      if (character in RAISED) above.push(this.#mark(RAISED[character]!));
      else if (character in LOWERED) below.push(this.#mark(LOWERED[character]!));
      else if (character === '^') above.push(...this.#after());
      else if (character === '_') below.push(...this.#after(), ...this.#member());
      else break;
    }
    return below.length + above.length === 0 ? base : { kind: 'script', base, below, above };
  }

  #mark(text: string): MathNode {
    this.#at += 1;
    return { kind: /\p{L}/u.test(text) ? 'variable' : 'number', text };
  }

  #after(): MathNode[] {
    this.#at += 1;
    return this.#group();
  }

  /** An index may run over a set: `X∈{Q,K,V}`. */
  #member(): MathNode[] {
    if (this.#next !== '∈') return [];
    this.#at += 1;
    const open = this.#next;
    this.#at += 1;
    return [{ kind: 'operator', text: '∈' }, { kind: 'operator', text: open }, ...this.nodes(CLOSING[open] ?? ''), { kind: 'operator', text: CLOSING[open] ?? '' }];
  }
}

/** Operators bring their own space along; words do not. */
function separates(before: MathNode | undefined, after: MathNode | undefined): boolean {
  const wordy = (node: MathNode | undefined) => node !== undefined && (node.kind === 'word' || (node.kind === 'script' && node.base.kind !== 'operator') || sums(node));
  const plain = (node: MathNode | undefined) => node?.kind === 'operator' && !/[([{Σ]/.test(node.text);
  return (wordy(before) || wordy(after)) && !plain(before) && !plain(after);
}

/** Whether a node is a sum sign, with or without what it runs over. */
export function sums(node: MathNode): boolean {
  if (node.kind === 'script') return sums(node.base);
  return node.kind === 'operator' && node.text === 'Σ';
}
