/** How programs tell the error that they end with. */
import { toReport } from '../../src/fault/fault.ts';

/** What a program prints of an error: its message; with its place in the code when it is a defect of the lab. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return toReport(error).code === 'internal' ? (error.stack ?? error.message) : error.message;
}

/** Prints the error of a program that ends with it. */
export function printError(error: unknown): void {
  console.error(errorText(error));
  process.exitCode = 1;
}
