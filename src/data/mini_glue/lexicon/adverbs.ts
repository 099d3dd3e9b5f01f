import type { AdverbRow } from './parse.ts';

/** Adverbs by use; `=` joins synonyms. */
export const ADVERBS: readonly AdverbRow[] = [
  { use: 'intensifier', members: 'very extremely=exceedingly utterly=totally=completely truly=genuinely really absolutely incredibly=unbelievably deeply thoroughly remarkably immensely' },
  { use: 'downtoner', members: 'slightly=marginally somewhat=rather fairly=reasonably mildly moderately vaguely partly' },
  { use: 'negator', members: 'hardly scarcely barely' },
  { use: 'manner', members: 'quickly=rapidly slowly quietly=silently loudly=noisily carefully=cautiously gently eagerly calmly nervously=anxiously' },
  { use: 'manner', members: 'proudly politely rudely bravely secretly openly suddenly gracefully clumsily patiently cheerfully angrily' },
  { use: 'frequency', members: 'always often=frequently usually sometimes=occasionally rarely=seldom' },
  { use: 'comment', polarity: 1, members: 'fortunately=luckily happily thankfully' },
  { use: 'comment', polarity: -1, members: 'unfortunately=regrettably sadly unluckily' },
];
