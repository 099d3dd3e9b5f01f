/** What the data of one model's training cost, and the words for it. */
import { ARM_WORDS } from './report.ts';
import type { Arm } from './run.ts';

export interface DataPath {
  /** Rows of one pass. */
  readonly rows: number;
  /** Of the tokens that training batches were computed with, those that are no padding; from 0 to 1. */
  readonly realTokens: number;
  /** Of the time of all steps, what went into waiting for rows and into putting batches together; from 0 to 1. */
  readonly waited: number;
}

/** e.g. `student distilled: 91.2 % of the computed tokens are real; 0.4 % of the time of its steps was spent waiting for data.` */
export function dataPathWords(arm: Arm, { realTokens, waited }: Pick<DataPath, 'realTokens' | 'waited'>): string {
  return `${ARM_WORDS[arm]}: ${percent(realTokens)} of the computed tokens are real; ${percent(waited)} of the time of its steps was spent waiting for data.`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
