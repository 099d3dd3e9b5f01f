/** Random draws that were recorded in the original code, given back in the order in which they were made. */
import type { Draws } from '../../corpus/draws.ts';
import { badManifest, type Options } from '../options.ts';

/** What a draw is called in the record. */
type Kind = 'random' | 'randint' | 'shuffle';

/**
 * Draws of a list of `["random", value, …]`, `["randint", low, high, value, …]` and `["shuffle", n, order, …]`, and how many
 * are left. Fault `bad-manifest` when another draw is asked for than the one that comes next.
 */
export function recordedDraws(options: Options, name: string): { readonly draws: Draws; readonly left: () => number } {
  const record = options.lists(name);
  const where = `${options.where}, ${name}`;
  let at = 0;
  const next = (kind: Kind, ...bounds: readonly number[]): unknown => {
    const [recorded, ...values] = record[at++] ?? [];
    if (recorded !== kind || bounds.some((bound, i) => values[i] !== bound)) throw badManifest(`${where}[${at - 1}]`, [kind, ...bounds].join(' '), JSON.stringify([recorded, ...values.slice(0, bounds.length)]));
    return values[bounds.length];
  };
  const draws: Draws = {
    uniform: () => asNumber(next('random'), where),
    between: (low, high) => asNumber(next('randint', low, high), where),
    order(n) {
      const order = next('shuffle', n);
      return Array.from({ length: n }, (_, i) => asNumber(Array.isArray(order) ? order[i] : undefined, where));
    },
  };
  return { draws, left: () => record.length - at };
}

/** Draws of nothing but values in [0, 1). */
export function recordedUniforms(values: readonly number[], where: string): Draws {
  let at = 0;
  const other = () => asNumber(undefined, where);
  return { uniform: () => asNumber(values[at++], where), between: other, order: () => [other()] };
}

function asNumber(value: unknown, where: string): number {
  if (typeof value === 'number') return value;
  throw badManifest(where, 'a recorded number', JSON.stringify(value) ?? 'nothing');
}
