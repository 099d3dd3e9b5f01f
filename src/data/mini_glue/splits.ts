/** Which split a text belongs to, and in which order labels and depths come. */
import { Generator } from '../../random/generator.ts';
import { hashText } from './held_out.ts';
import { DEPTHS, type Depth } from './types.ts';

export type Split = 'train' | 'tuning' | 'dev';

/**
 * The only place where a text may occur: of 20 texts 10 belong to train, 2 to tuning, 4 to dev and 4 to the corpus.
 * Case, spaces and marks make no difference. The seed makes none either, so a model that was trained under one seed has
 * not met the dev rows of another one.
 */
export function homeOf(text: string): Split | 'corpus' {
  const place = hashText(text.toLowerCase().replace(/[^a-z0-9]+/g, ' ').trim()) % 20;
  if (place < 10) return 'train';
  return place < 12 ? 'tuning' : place < 16 ? 'dev' : 'corpus';
}

export interface Slot {
  readonly depth: Depth;
  readonly label: number;
}

const BLOCK = 120;

/**
 * Label and depth of each row: in every block of 120 rows the depths have the given shares and each depth has its
 * labels in equal numbers. A shorter table is the beginning of a longer one.
 */
export function slots(seed: number, step: number, rows: number, depths: readonly number[], labels: number): Slot[] {
  const block = DEPTHS.flatMap((depth) => {
    const count = Math.round((depths[depth] ?? 0) * BLOCK);
    return Array.from({ length: count }, (_, i): Slot => ({ depth, label: i % labels }));
  });
  const rng = new Generator(seed, 'shuffle', step);
  const out: Slot[] = [];
  while (out.length < rows) out.push(...rng.shuffle(block));
  return out.slice(0, rows);
}
