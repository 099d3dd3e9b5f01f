import { DESCRIPTIVE } from './adjectives_descriptive.ts';
import { EVALUATIVE } from './adjectives_evaluative.ts';
import { ADVERBS } from './adverbs.ts';
import { FEMININE_NAMES, MASCULINE_NAMES } from './names.ts';
import { LIVING } from './nouns_living.ts';
import { THINGS } from './nouns_things.ts';
import { WORLD } from './nouns_world.ts';
import { parseAdjectives, parseAdverbs, parseNouns, parseVerbs } from './parse.ts';
import type { Gender, Lexicon, Name } from './types.ts';
import { INTRANSITIVE } from './verbs_intransitive.ts';
import { SOCIAL } from './verbs_social.ts';
import { COMPLEMENT, ON_THINGS } from './verbs_things.ts';

function names(words: string, gender: Gender): Name[] {
  return words.split(' ').map((word) => ({ kind: 'name', word, gender }));
}

/** Every content word that mini-GLUE knows. */
export const LEXICON: Lexicon = {
  nouns: parseNouns([...LIVING, ...THINGS, ...WORLD]),
  names: [...names(FEMININE_NAMES, 'feminine'), ...names(MASCULINE_NAMES, 'masculine')],
  verbs: parseVerbs([...INTRANSITIVE, ...SOCIAL, ...ON_THINGS, ...COMPLEMENT]),
  adjectives: parseAdjectives([...EVALUATIVE, ...DESCRIPTIVE]),
  adverbs: parseAdverbs(ADVERBS),
};
