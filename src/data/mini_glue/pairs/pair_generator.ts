import type { Generator } from '../../../random/generator.ts';
import type { Example } from '../../task.ts';
import type { Request, TaskGenerator, Words } from '../types.ts';
import { MAX_WORDS } from './difficulty.ts';
import { Cast } from './scene.ts';

/** What one row of a pair task is made from. */
export interface Draft<K> extends Request {
  readonly rng: Generator;
  readonly words: Words;
  readonly cast: Cast;
  /** The task's knobs at the requested depth. */
  readonly knobs: K;
}

/** The two texts of a row. */
export type Pair = readonly [text: string, textPair: string];

/** What the draw gives, or undefined when the lexicon has no word left that fits (a RangeError of `Words`). */
export function attempt<T>(draw: () => T): T | undefined {
  try {
    return draw();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Length in words and marks: a space ends a word, and so does every mark before it. */
function length(pair: Pair): number {
  let count = pair.length;
  for (const text of pair) for (let i = 0; i < text.length; i++) count += ' ,.?:'.includes(text.charAt(i)) ? 1 : 0;
  return count;
}

/**
 * A task generator from a function that makes the two texts; rows that are too long for the models, or whose texts are
 * the same, are refused. RangeError for a depth without knobs.
 */
export function pairGenerator<K>(task: string, knobs: readonly K[], make: (draft: Draft<K>) => Pair | undefined): TaskGenerator {
  return {
    task,
    generate(rng: Generator, request: Request): Example | undefined {
      const { depth, label, words } = request;
      const atDepth = knobs[depth];
      if (atDepth === undefined) throw new RangeError(`${task}: expected a depth of 0 to ${knobs.length - 1}, got ${depth}`);
      const pair = attempt(() => make({ ...request, rng, cast: new Cast(rng, words), knobs: atDepth }));
      if (!pair || pair[0] === pair[1] || length(pair) > MAX_WORDS) return undefined;
      return { text: pair[0], textPair: pair[1], label, depth };
    },
  };
}
