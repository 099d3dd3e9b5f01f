/**
 * One IndexedDB database with one object store, as two `UseStore` of idb-keyval.
 *
 * idb-keyval's own `createStore` knows neither durability nor aborting: a value that cannot be cloned leaves the puts
 * before it committed, and a full disk rejects with `null`. Here a callback that fails aborts its whole transaction,
 * and a write resolves only when its transaction is complete.
 */
import type { UseStore } from 'idb-keyval';
import { Fault } from '../fault/fault.ts';
import { storageFault } from './storage_fault.ts';

/** Version of the layout of keys and values; a higher one on disk is refused, never changed. */
export const STORE_VERSION = 1;
const ENTRIES = 'entries';

export interface Database {
  /** For data that a later transaction confirms. */
  readonly relaxed: UseStore;
  /** Flushed to the disk before it resolves: for the entries that make data count. */
  readonly strict: UseStore;
  /** Closes the connection; the next use opens it again. */
  close(): Promise<void>;
}

/**
 * A database that opens itself on first use and again after the browser closed it.
 * @throws Fault `no-storage` on use where the browser has no IndexedDB
 */
export function openDatabase(name: string): Database {
  let connection: Promise<IDBDatabase> | undefined;
  const forget = (): void => {
    connection = undefined;
  };
  const connected = (): Promise<IDBDatabase> => {
    if (connection === undefined) {
      connection = connect(name, forget);
      connection.catch(forget);
    }
    return connection;
  };
  const begun = (mode: IDBTransactionMode, durability: IDBTransactionDurability): Promise<IDBTransaction> => {
    const begin = (database: IDBDatabase): IDBTransaction => database.transaction(ENTRIES, mode, { durability });
    return connected().then(begin).catch((error: unknown) => {
      if (!isClosed(error)) throw error;
      forget();
      return connected().then(begin);
    });
  };
  const use = (durability: IDBTransactionDurability): UseStore => async (mode, callback) => {
    try {
      return await complete(await begun(mode, durability), callback);
    } catch (error) {
      throw storageFault(error);
    }
  };
  const close = async (): Promise<void> => {
    const open = connection;
    forget();
    (await open)?.close();
  };
  return { relaxed: use('relaxed'), strict: use('strict'), close };
}

/** The database of the app; nothing is opened before its first use. */
export const labDatabase: Database = openDatabase('distill-lab');

/** All keys that begin with `prefix`: arrays sort after strings and numbers in IndexedDB, so `[]` is above them. */
export function under(...prefix: readonly string[]): IDBKeyRange {
  return IDBKeyRange.bound([...prefix], [...prefix, []]);
}

function connect(name: string, onClosed: () => void): Promise<IDBDatabase> {
  if (typeof indexedDB === 'undefined') {
    return Promise.reject(new Fault({
      code: 'no-storage',
      where: 'saved runs',
      expected: 'a browser with IndexedDB',
      got: 'none',
      remedy: 'Leave private browsing or allow this site to store data, then reload the page.',
    }));
  }
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, STORE_VERSION);
    request.onupgradeneeded = () => request.result.createObjectStore(ENTRIES);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = onClosed;
      // A newer version of the app in another tab waits until every older connection is closed.
      database.onversionchange = () => {
        onClosed();
        database.close();
      };
      resolve(database);
    };
  });
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidStateError';
}

async function complete<T>(
  transaction: IDBTransaction,
  callback: (store: IDBObjectStore) => T | PromiseLike<T>,
): Promise<T> {
  // idb-keyval claims the `on…` properties of the transaction for itself.
  const ended = new Promise<boolean>((resolve) => {
    transaction.addEventListener('complete', () => resolve(true));
    transaction.addEventListener('abort', () => resolve(false));
  });
  try {
    const result = await callback(transaction.objectStore(ENTRIES));
    if (await ended) return result;
  } catch (error) {
    if (abort(transaction)) await ended;
    throw transaction.error ?? error;
  }
  throw transaction.error;
}

/** False when the transaction had already ended. */
function abort(transaction: IDBTransaction): boolean {
  try {
    transaction.abort();
    return true;
  } catch {
    return false;
  }
}
