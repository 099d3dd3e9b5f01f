import type { Generator } from '../../../random/generator.ts';
import type { Tense } from '../grammar.ts';
import type { TemplateSet, Words } from '../types.ts';

/** Sign of an opinion: 1 praises, −1 blames. */
export type Sign = -1 | 1;

export function opposite(sign: Sign): Sign {
  return sign === 1 ? -1 : 1;
}

/**
 * Operators that change or decide what a sentence says of its topic. Those that begin with `-` reverse the sign of
 * what they govern; the others choose between two opinions.
 */
export type Operator =
  | '-not' | '-never' | '-hardly' | '-fail' | '-anything_but' | '-far_from' | '-by_no_means' | '-untrue' | '-nobody'
  | '-wrongly' | '-wrong_to_say' | 'although' | 'although_after' | 'but' | 'even_if' | 'despite' | 'unlike' | 'opinion'
  | 'about' | 'called';

/** What is being talked about, and the operators that were used so far. */
export interface Context {
  readonly rng: Generator;
  readonly words: Words;
  readonly templates: TemplateSet;
  readonly tense: Tense;
  readonly used: Operator[];
  /** Set when a sentence frame was used that no training row has. */
  devFrame: boolean;
}

/** One of the operators, those of dev only where dev templates are wanted; it is noted in the context. */
export function choose(c: Context, train: readonly Operator[], dev: readonly Operator[] = []): Operator {
  const operator = c.rng.pick(c.templates === 'dev' ? [...train, ...dev] : train);
  c.used.push(operator);
  return operator;
}

/**
 * Operators that no training row has. None of them reverses: that an unknown phrase turns a sentence round cannot be
 * known, only guessed.
 */
export const DEV_OPERATORS: readonly Operator[] = ['even_if'];

/** Pairs of operators that never meet in one training row. */
export const DEV_PAIRS: readonly (readonly [Operator, Operator])[] = [
  ['-wrongly', '-fail'], ['-untrue', '-anything_but'], ['although', '-never'], ['but', '-far_from'], ['unlike', '-not'],
  ['opinion', '-hardly'], ['about', '-fail'], ['called', '-not'], ['-wrong_to_say', '-not'], ['despite', '-never'],
  ['-nobody', '-hardly'], ['-nobody', 'about'], ['opinion', '-by_no_means'], ['although', '-by_no_means'],
];

/** True when the operators make a combination that is kept for dev and tuning rows. */
export function isDevCombination(used: readonly Operator[]): boolean {
  return DEV_OPERATORS.some((o) => used.includes(o)) || DEV_PAIRS.some(([a, b]) => used.includes(a) && used.includes(b));
}

