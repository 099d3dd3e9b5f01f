/** Added to the score of a padded key: exp() of it is exactly 0 in float32, and a row of padding stays finite. */
export const MASKED_SCORE = -10000;
