/** What BERT's normalizer does to characters that the tokenizer library treats in another way than the Rust library. */
import { isJsonObject } from '../formats/text.ts';

/** Han characters beyond the basic plane, which BERT sets apart one by one; the bounds are the Rust library's. */
const FAR_HAN = /[\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/gu;

/** Capitals whose lower case depends on their neighbours in JavaScript: a Greek sigma at the end of a word. */
const CAPITAL_SIGMA = /Σ/g;

/**
 * A text as BERT's normalizer is to see it: far Han characters between blanks, and the capital sigma as σ wherever it
 * stands. The text itself for any other normalizer.
 */
export function forNormalizer(normalizer: unknown, text: string): string {
  if (!isJsonObject(normalizer) || normalizer.type !== 'BertNormalizer') return text;
  const apart = normalizer.handle_chinese_chars === false ? text : text.replace(FAR_HAN, ' $& ');
  return normalizer.lowercase === false ? apart : apart.replace(CAPITAL_SIGMA, 'σ');
}
