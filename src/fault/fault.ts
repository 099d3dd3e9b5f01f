/**
 * The one error that a person sees: what was expected, what came, where, and what to do.
 *
 * Imports nothing; every layer may throw it. A worker sends `toReport()` to the page, the command line prints it.
 */

export interface FaultReport {
  /** Stable identifier, e.g. `unknown-label`; tests and scripts rely on it. */
  readonly code: string;
  /** File, row, column, tensor or option the fault was found at. */
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  /** One sentence: what the person can do. */
  readonly remedy: string;
}

export class Fault extends Error implements FaultReport {
  readonly code: string;
  readonly where: string;
  readonly expected: string;
  readonly got: string;
  readonly remedy: string;

  constructor(report: FaultReport) {
    super(describe(report));
    this.name = 'Fault';
    this.code = report.code;
    this.where = report.where;
    this.expected = report.expected;
    this.got = report.got;
    this.remedy = report.remedy;
  }

  toReport(): FaultReport {
    const { code, where, expected, got, remedy } = this;
    return { code, where, expected, got, remedy };
  }
}

/** The report as one sentence after another, for a terminal or an alert. */
export function describe(report: FaultReport): string {
  return `${report.where}: expected ${report.expected}, got ${report.got}. ${report.remedy}`;
}

/** Any thrown value as a report; an error that is not a Fault keeps its own message. */
export function toReport(error: unknown): FaultReport {
  if (error instanceof Fault) return error.toReport();
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    where: 'Distill Lab',
    expected: 'the operation to finish',
    got: message,
    remedy: 'This is a defect of the lab: please report it with the message above.',
  };
}
