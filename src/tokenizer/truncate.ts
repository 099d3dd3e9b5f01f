/**
 * Cuts a pair to `budget` tokens, the longer text first: the rule of the Rust `tokenizers` library.
 *
 * Each text is cut to `maxLength` before (as that library does on encoding). Then, with n1 ≤ n2 the two lengths: the
 * longer becomes max(n1, budget − n1); if both still do not fit, n1 = ⌊budget/2⌋ and n2 = ⌈budget/2⌉. With equal
 * lengths the first text counts as the shorter.
 *
 * Source: `truncate_encodings`, strategy LongestFirst, in tokenizers 0.23.
 */
export function truncatePair(first: readonly number[], second: readonly number[], maxLength: number, budget: number): [number[], number[]] {
  const a = Math.min(first.length, maxLength);
  const b = Math.min(second.length, maxLength);
  const [short, long] = longestFirst(Math.min(a, b), Math.max(a, b), budget);
  return a > b ? [first.slice(0, long), second.slice(0, short)] : [first.slice(0, short), second.slice(0, long)];
}

function longestFirst(short: number, long: number, budget: number): [number, number] {
  if (short + long <= budget) return [short, long];
  if (2 * short <= budget) return [short, budget - short];
  return [Math.floor(budget / 2), Math.ceil(budget / 2)];
}
