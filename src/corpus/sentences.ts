/** An article → its sentences. */

/** Characters that are looked at together: a segmenter's time grows with the square of its text. */
const WINDOW = 2000;
const LARGEST_WINDOW = 16 * WINDOW;

/** Abbreviations that a name, a number or the rest of a sentence follows. */
const ABBREVIATIONS = new Set([
  'mr', 'mrs', 'ms', 'messrs', 'dr', 'prof', 'st', 'sr', 'jr', 'gen', 'col', 'maj', 'lt', 'capt', 'cpt', 'sgt', 'rev', 'hon', 'gov', 'sen', 'rep', 'pres', 'adm', 'mt', 'ft',
  'no', 'nos', 'fig', 'figs', 'vol', 'vols', 'pp', 'p', 'ch', 'sec', 'eq', 'ed', 'eds', 'vs', 'v', 'cf', 'ca', 'c', 'approx', 'b', 'd', 'r', 'e.g', 'i.e', 'viz', 'al',
  'jan', 'feb', 'mar', 'apr', 'jun', 'jul', 'aug', 'sep', 'sept', 'oct', 'nov', 'dec',
]);

/** Words that begin a new sentence after an abbreviation of initials, as in "in the U.S. The". */
const BEGINNERS = new Set(['the', 'a', 'an', 'in', 'on', 'at', 'it', 'he', 'she', 'they', 'we', 'this', 'that', 'these', 'those', 'there', 'his', 'her', 'its', 'their', 'as', 'after', 'by', 'for', 'from', 'however', 'when', 'while', 'with', 'but', 'and']);

/**
 * The sentences of a text in their order, blanks at both ends left out.
 *
 * Unicode's rules (UAX #29) as `Intl.Segmenter` has them, for English; a sentence goes on after a title, a month, an initial
 * and the like, and where a small letter follows. The reference uses NLTK's Punkt, whose trained model is not at hand in a browser.
 */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let open = '';
  for (const piece of pieces(text)) {
    if (open !== '' && !goesOn(open, piece)) {
      sentences.push(open.trim());
      open = '';
    }
    open += piece;
  }
  return [...sentences, open.trim()].filter((sentence) => sentence !== '');
}

/** Whether a sentence that was cut here goes on. */
function goesOn(before: string, after: string): boolean {
  if (/^\p{Ll}/u.test(after)) return true;
  const word = /(\S+)\.\s*$/.exec(before.slice(-40))?.[1]?.replace(/^[("'“‘[]+/, '');
  if (word === undefined) return false;
  if (/^(?:\p{L}\.)+\p{L}$/u.test(word) || /^\p{Lu}$/u.test(word)) return ABBREVIATIONS.has(word.toLowerCase()) || !BEGINNERS.has(/^\p{L}+/u.exec(after)?.[0].toLowerCase() ?? '');
  return ABBREVIATIONS.has(word.toLowerCase());
}

/** Sentences by Unicode's rules, with the blanks after them; a window ends with the last whole sentence in it. */
function* pieces(text: string): Generator<string> {
  const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
  let size = WINDOW;
  for (let at = 0; at < text.length; ) {
    const isLast = at + size >= text.length;
    const segments = Array.from(segmenter.segment(text.slice(at, at + size)), ({ segment }) => segment);
    if (!isLast && segments.length < 2 && size < LARGEST_WINDOW) {
      size *= 2;
      continue;
    }
    const whole = isLast || segments.length < 2 ? segments : segments.slice(0, -1);
    yield* whole;
    at += whole.reduce((sum, { length }) => sum + length, 0);
    size = WINDOW;
  }
}
