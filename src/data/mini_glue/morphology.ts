/** Regular English inflection; irregular forms are written out in the lexicon's tables. */

const VOWEL = /[aeiou]/;
const SIBILANT = /(s|x|z|ch|sh)$/;
const CONSONANT_Y = /[^aeiou]y$/;
/** One vowel letter between consonants, the last not w, x or y, in a word of one syllable: stop, hug, plan. */
const DOUBLES = /^[^aeiou]*(qu)?[aeiou][^aeiouwxy]$/;

/** Adds the ending -s of plurals and of the third person: dog → dogs, box → boxes, berry → berries. */
export function withS(word: string): string {
  if (SIBILANT.test(word)) return `${word}es`;
  if (CONSONANT_Y.test(word)) return `${word.slice(0, -1)}ies`;
  return `${word}s`;
}

/** Third person singular: go → goes, push → pushes. */
export function thirdPerson(base: string): string {
  return /[^aeiou]o$/.test(base) ? `${base}es` : withS(base);
}

function stem(base: string): string {
  return DOUBLES.test(base) ? base + base.slice(-1) : base;
}

/** Regular past and participle: bake → baked, cry → cried, stop → stopped, visit → visited. */
export function pastOf(base: string): string {
  if (base.endsWith('e')) return `${base}d`;
  if (CONSONANT_Y.test(base)) return `${base.slice(0, -1)}ied`;
  return `${stem(base)}ed`;
}

/** The -ing form: bake → baking, flee → fleeing, lie → lying, run → running. */
export function progressiveOf(base: string): string {
  if (base.endsWith('ie')) return `${base.slice(0, -2)}ying`;
  if (base.endsWith('e') && !base.endsWith('ee')) return `${base.slice(0, -1)}ing`;
  return `${stem(base)}ing`;
}

const SOUNDED_AS_CONSONANT = /^(uni(?![mn])|use|usu|uti|euro|one)/;
const SILENT_H = /^(hour|honest|honour|heir)/;

/** The indefinite article before a word: a dog, an owl, a uniform, an honest, an Irish. */
export function article(words: string): 'a' | 'an' {
  const next = words.toLowerCase();
  if (SILENT_H.test(next)) return 'an';
  return VOWEL.test(next.charAt(0)) && !SOUNDED_AS_CONSONANT.test(next) ? 'an' : 'a';
}
