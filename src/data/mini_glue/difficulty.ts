/** Every knob of mini-GLUE's difficulty. Changing one changes the data: raise GRAMMAR_VERSION with it. */

export const GRAMMAR_VERSION = 5;
/** SHA-256 of a sample of this version's rows and documents; raise the version and retrain the teachers to change it. */
export const GRAMMAR_DIGEST = '9fd1c2db0d59a001ae47004ffa531d28d79066c502be2d8793c6214b6ff9c92a';

/** Seed of the choice of held-out words: one choice for all data seeds, so that no finetuned teacher ever saw them. */
export const HELD_OUT_SEED = 2;
/** Share of each word class that no training row contains. */
export const HELD_OUT_SHARE = 1 / 3;
/** Share of the drawn content words of dev and tuning rows that are held out: what pretraining knows of them decides. */
export const HELD_OUT_DRAWS = 1 / 3;
/** Share of dev and tuning rows whose template no training row uses. */
export const DEV_TEMPLATES = 0.2;

/** Shares of the depths 0 … 3. */
export const TRAIN_DEPTHS: readonly number[] = [0.25, 0.2, 0.3, 0.25];
export const DEV_DEPTHS: readonly number[] = [0.25, 0.25, 0.25, 0.25];

/** sst-2. */
export const SENTIMENT = {
  /** Single opinions in a frame of their own ("what a film") rather than as a plain clause. */
  framed: 0.45,
  /**
   * Relative weights of the ways to spend an operator. Reversals are the minority, so that the words of a deep sentence
   * still lean towards its label: with as many reversals as not, they cancel what depth 0 teaches, and nothing is learned.
   */
  ways: { predicate: 1, contrast: 2, report: 1, remark: 5 },
  /** Contrasts whose other half speaks of a part or of another thing. */
  aside: 0.5,
  /** Remarks of others that go against the sentence's own opinion. */
  against: 0.25,
  /** Clauses that open with agreement ("it is true that"), which changes nothing. */
  agreed: 0.4,
} as const;

/** cola. */
export const ACCEPTABILITY = {
  /** Nouns between subject and verb that have the other number. */
  misleading: 0.75,
} as const;
