/** Browser storage errors as faults that a person can act on; the browser's own messages are often empty. */
import { Fault, type FaultReport } from '../fault/fault.ts';

type Template = Omit<FaultReport, 'where'>;

const WHERE = 'the browser’s storage';

const FULL: Template = {
  code: 'storage-full',
  expected: 'room for more data',
  got: 'the browser’s refusal to store more (quota reached or disk full)',
  remedy: 'Delete old runs in the list, or free disk space, then save again; what was saved before is intact.',
};

const UNREADABLE: Template = {
  code: 'store-unreadable',
  expected: 'a database that the browser can read',
  got: 'a read error',
  remedy: 'Reload the page; if that does not help, export what can be opened and clear this site’s data in the browser.',
};

/** By `name` of the browser's error. */
const BY_NAME: Readonly<Record<string, Template>> = {
  QuotaExceededError: FULL,
  VersionError: {
    code: 'store-newer',
    expected: 'a database of this version of Distill Lab',
    got: 'one that a newer version has written',
    remedy: 'Reload the page to get the newer version; the stored runs are untouched.',
  },
  UnknownError: UNREADABLE,
  NotReadableError: UNREADABLE,
  InvalidStateError: {
    ...UNREADABLE,
    code: 'store-closed',
    got: 'a connection that the browser closed (site data cleared?)',
  },
};

/**
 * The fault for an error of IndexedDB.
 *
 * An aborted transaction may carry no error at all, which happens when the disk is full; such a `null` counts as full.
 * @param error what was thrown; a `Fault`, or an error that storage does not throw, is returned as it is
 */
export function storageFault(error: unknown): unknown {
  if (error instanceof Fault) return error;
  if (error === null || error === undefined) return new Fault({ where: WHERE, ...FULL });
  const name = error instanceof Error ? error.name : '';
  const template = BY_NAME[name];
  if (template === undefined) return error;
  const message = error instanceof Error && error.message !== '' ? ` (${error.message})` : '';
  return new Fault({ where: WHERE, ...template, got: template.got + message });
}
