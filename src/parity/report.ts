import type { CaseResult } from './run.ts';

const WORDS = { passed: 'ok', failed: 'FAIL', skipped: 'skip' } as const;

/** One case as a line: how it went, the largest difference with its tolerance, and why it failed or was skipped. */
export function caseLine({ group, name, status, compared, worst, why }: CaseResult): string {
  const difference = worst ? `${number(worst.difference)} of ${number(worst.tolerance)} (${compared} compared, worst ${worst.of})` : '';
  return [WORDS[status].padEnd(4), `${group}/${name}`.padEnd(58), difference, why && `— ${why}`].filter(Boolean).join('  ');
}

/** The counts, as the last line of a run. */
export function totalLine(results: readonly CaseResult[]): string {
  const count = (status: CaseResult['status']) => results.filter((one) => one.status === status).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
}

const number = (value: number): string => (value === 0 ? '0' : value.toExponential(1));
