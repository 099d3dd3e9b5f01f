/** What tables hold, in words. */
import type { DataReport, SplitReport } from '../../data/report.ts';
import { wholeNumber } from './numbers.ts';

const TITLES: Readonly<Record<string, string>> = { train: 'Training rows', dev: 'Dev rows', mismatched: 'Mismatched dev rows', test: 'Test rows', test_mismatched: 'Mismatched test rows' };

/** What tables hold, a sentence a split: rows, labels, those left out, and duplicates within the split and in those before it. */
export function reportWords({ splits, shared }: DataReport): readonly string[] {
  return splits.map((split) => {
    const others = shared.filter(({ of, rows }) => of === split.split && rows > 0).map(({ among, rows }) => `${wholeNumber(rows)} also among the ${titleOf(among).toLowerCase()}`);
    const parts = [rowsOf(split), ...labelsOf(split), ...counted(split.broken.count, 'left out'), ...counted(split.repeated, 'repeated'), ...others];
    return `${titleOf(split.split)}: ${parts.join(', ')}.`;
  });
}

const titleOf = (split: string): string => TITLES[split] ?? split;
const rowsOf = ({ rows }: SplitReport): string => wholeNumber(rows);
const counted = (count: number, what: string): string[] => (count === 0 ? [] : [`${wholeNumber(count)} ${what}`]);
const labelsOf = ({ labels }: SplitReport): string[] => (labels === undefined ? [] : [`of them ${Object.entries(labels).map(([name, rows]) => `${wholeNumber(rows)} ${name.replaceAll('_', ' ')}`).join(' and ')}`]);
