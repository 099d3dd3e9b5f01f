/** Which words occur in the corpus but in no training row. */
import { key, mix32 } from '../../random/counter.ts';
import { HELD_OUT_SEED, HELD_OUT_SHARE } from './difficulty.ts';
import { LEXICON } from './lexicon/index.ts';
import type { Entry } from './lexicon/types.ts';

/** FNV-1a over UTF-16 units, then mixed: 32 bits that depend on the text alone. */
export function hashText(text: string, salt = 0): number {
  let h = 0x811c9dc5 ^ salt;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix32(h);
}

/** Words that share a bucket are held out in equal shares, so that no property tells the two sets apart. */
function bucket(entry: Entry): string {
  switch (entry.kind) {
    case 'noun': return `${entry.kind} ${entry.category} ${entry.polarity} ${entry.hypernym ?? ''}`;
    case 'name': return `${entry.kind} ${entry.gender}`;
    case 'verb': return `${entry.kind} ${entry.frame} ${entry.polarity} ${entry.subject} ${entry.object ?? ''}`;
    case 'adjective': return `${entry.kind} ${entry.domain} ${entry.polarity} ${entry.applies}`;
    case 'adverb': return `${entry.kind} ${entry.use} ${entry.polarity}`;
  }
}

/** Words of the lexicon that stand in fixed phrases of a task's sentences: "it is true that", "dear visitors". */
const FRAME_WORDS: ReadonlySet<string> = new Set(['true', 'false', 'find', 'town', 'visitor', 'story', 'friend', 'write', 'hear', 'give']);

/** Words that carry a structure (hypernyms, verbs with a clause, negators, fixed phrases) are seen in training. */
function isStructural(entry: Entry, hypernyms: ReadonlySet<string>): boolean {
  return FRAME_WORDS.has(entry.word)
    || (entry.kind === 'noun' && (hypernyms.has(entry.word) || entry.hypernym === undefined))
    || (entry.kind === 'verb' && (entry.frame === 'clausal' || entry.frame === 'infinitive'))
    || (entry.kind === 'adverb' && entry.use === 'negator');
}

function synonymsOf(entry: Entry): readonly string[] {
  return entry.kind === 'name' ? [] : entry.synonyms;
}

/**
 * The held-out words under a seed: a third of each class (structural words aside), balanced over category, frame and polarity. Of a group of
 * synonyms at least one stays seen.
 */
export function heldOutWords(seed = HELD_OUT_SEED): ReadonlySet<string> {
  const k = key(seed, 'split');
  const entries: readonly Entry[] = [
    ...LEXICON.nouns, ...LEXICON.names, ...LEXICON.verbs, ...LEXICON.adjectives, ...LEXICON.adverbs,
  ];
  const hypernyms = new Set(LEXICON.nouns.flatMap((n) => (n.hypernym === undefined ? [] : [n.hypernym])));
  const ranked = entries
    .map((entry) => ({ entry, bucket: bucket(entry), rank: hashText(entry.word, k) }))
    .sort((a, b) => (a.bucket < b.bucket ? -1 : a.bucket > b.bucket ? 1 : a.rank - b.rank));
  const held = new Set<string>();
  const structural = new Set(entries.filter((e) => isStructural(e, hypernyms)).map((e) => e.word));
  let due = 0;
  for (const { entry } of ranked) {
    if (structural.has(entry.word)) continue;
    due += HELD_OUT_SHARE;
    const synonyms = synonymsOf(entry);
    const lastSeen = synonyms.length > 0 && synonyms.every((s) => held.has(s));
    if (due < 0.5 || held.has(entry.word) || lastSeen) continue;
    held.add(entry.word);
    due -= 1;
  }
  return held;
}

/** True when the word (a citation form) occurs in no training row under the seed. */
export function isHeldOut(word: string, seed = HELD_OUT_SEED): boolean {
  return heldOutWords(seed).has(word);
}
