/** What becomes of rows that cannot be read: the file is refused with all of them told, or they are left out with a note. */
import { FormatError } from '../formats/format_error.ts';
import type { BrokenRow } from '../formats/table.ts';

/** Rows that are kept for a person to look at; more are only counted. */
const KEPT = 1000;
/** Rows named in a sentence. */
const NAMED = 5;

/** The broken rows of one table. */
export class BrokenRows {
  count = 0;
  readonly first: BrokenRow[] = [];

  add(rows: readonly BrokenRow[]): void {
    this.count += rows.length;
    for (const row of rows) if (this.first.length < KEPT) this.first.push(row);
  }

  /**
   * Judges a table of so many rows in all. A note when its broken rows are left out: if a person agreed, or if they have
   * another number of columns and are no more than the share `tolerated`. FormatError of the first one otherwise, and
   * EmptyFile when none is left.
   */
  settle(where: string, rows: number, agreed: boolean, tolerated: number): string | undefined {
    const [first] = this.first;
    if (rows === 0) throw new FormatError('EmptyFile', where, 'rows below the header', 'only the header', 'Give the whole file.');
    if (first === undefined) return undefined;
    const isTolerated = this.count <= tolerated * rows && this.first.every(({ fault }) => fault.code === 'BadRow');
    if (!agreed && !isTolerated) throw this.#refusal(first.fault);
    if (this.count === rows) throw new FormatError('EmptyFile', where, 'rows that can be read', `${rows} broken ones, the first: ${first.fault.message}`, 'Check that the file belongs to the task.');
    const why = this.first.every(({ fault }) => fault.code === 'BadRow' && /columns$/.test(fault.expected)) ? 'with a wrong number of columns' : 'that could not be read';
    return `${where}: ${this.count === 1 ? '1 row' : `${this.count} rows`} ${why} ${this.count === 1 ? 'is' : 'are'} left out (${this.#named()}).`;
  }

  #named(): string {
    return `${this.count === 1 ? 'row' : 'rows'} ${this.first.slice(0, NAMED).map(({ line }) => line).join(', ')}${this.count > NAMED ? ' …' : ''}`;
  }

  #refusal({ code, where, expected, got, remedy }: FormatError): FormatError {
    const all = this.count === 1 ? '' : ` ${this.count} rows are broken (${this.#named()}).`;
    return new FormatError(code, where, expected, got, `${remedy}${all} To leave broken rows out, say so: “Leave out rows that cannot be read” on the page, --skip_broken_rows on a command line.`);
  }
}
