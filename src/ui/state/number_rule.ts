/** What a number of the recipe may be, and how its field explains itself. */
export interface NumberRule {
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  /** Step of the field's arrows; a whole-number rule has a whole step. */
  readonly step: number;
  readonly integer: boolean;
}

/** A rule for whole numbers. */
export const whole = (label: string, min: number, max: number, hint: string, step = 1): NumberRule => ({ label, hint, min, max, step, integer: true });

/** A rule for real numbers. */
export const real = (label: string, min: number, max: number, step: number, hint: string): NumberRule => ({ label, hint, min, max, step, integer: false });
