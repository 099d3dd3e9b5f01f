/**
 * cola: is the sentence acceptable English (1) or not (0)?
 *
 * Every unacceptable sentence differs from an acceptable one of the same construction at one place only, and the
 * constructions are symmetric: each word stands as often on either side. Depth is the distance and the embedding that
 * lie between the words that decide.
 */
import type { Generator } from '../../../random/generator.ts';
import type { Example } from '../../task.ts';
import { sentence } from '../grammar.ts';
import type { Request, TaskGenerator } from '../types.ts';
import { AGREEMENT } from './agreement.ts';
import { BINDING } from './binding.ts';
import { resolve } from './context.ts';
import { STRUCTURE } from './structure.ts';

const PHENOMENA = [...AGREEMENT, ...BINDING, ...STRUCTURE];
const BY_TEMPLATES = {
  train: PHENOMENA.filter((p) => !p.devOnly),
  dev: PHENOMENA.filter((p) => p.devOnly),
} as const;

export const COLA: TaskGenerator = {
  task: 'cola',
  generate(rng: Generator, { depth, label, words, templates }: Request): Example | undefined {
    const built = rng.pick(BY_TEMPLATES[templates]).build({ rng, words, depth });
    if (built === undefined) return undefined;
    const text = resolve(built, label === 1);
    return { text: text.endsWith('?') ? sentence(text.slice(0, -2), '?') : sentence(text), label, depth };
  },
};
