/** The reference's number of processes, which means nothing here. */
import type { Context } from '../command_line/command.ts';
import { integer } from '../command_line/option.ts';

export const processes = integer(1, 4096, 'accepted and not used: one process does the work');

/** Says so, once, where it was given. */
export function processesNote(given: number | undefined, { log }: Context): void {
  if (given !== undefined && given > 1) log.write(`--n_processes ${given}: one process does the work here.\n`);
}
