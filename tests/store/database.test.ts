import './fixtures.ts';
import { get, set } from 'idb-keyval';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { sha256OfText } from '../../src/store/digest.ts';
import { storageFault } from '../../src/store/storage_fault.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('the database', () => {
  it('refuses one of a newer version and leaves it as it is', async () => {
    const name = crypto.randomUUID();
    const newer = await opened(name, 2, (database) => database.createObjectStore('entries').put(7, 'k'));
    newer.close();
    await expect(get('k', openDatabase(name).relaxed)).rejects.toMatchObject({ code: 'store-newer' });
    const again = await opened(name, 2, () => undefined);
    expect(again.objectStoreNames.contains('entries')).toBe(true);
    again.close();
  });

  it('makes way for a newer version in another tab, and then says so', async () => {
    const name = crypto.randomUUID();
    const old = openDatabase(name);
    await set('k', 1, old.relaxed);
    const newer = await opened(name, 2, () => undefined);
    await expect(get('k', old.relaxed)).rejects.toMatchObject({ code: 'store-newer' });
    newer.close();
  });

  it('opens itself again after it was closed', async () => {
    const database = openDatabase(crypto.randomUUID());
    await set('k', 11, database.relaxed);
    await database.close();
    expect(await get<number>('k', database.strict)).toBe(11);
  });

  it('says that the browser has none', async () => {
    vi.stubGlobal('indexedDB', undefined);
    await expect(get('k', openDatabase('none').relaxed)).rejects.toMatchObject({ code: 'no-storage' });
  });
});

describe('storage errors', () => {
  it.each([
    ['QuotaExceededError', 'storage-full'],
    ['VersionError', 'store-newer'],
    ['UnknownError', 'store-unreadable'],
    ['NotReadableError', 'store-unreadable'],
    ['InvalidStateError', 'store-closed'],
  ])('%s is %s', (name, code) => {
    expect(storageFault(new DOMException('', name))).toMatchObject({ code });
  });

  it('of another kind stay what they are', () => {
    const error = new TypeError('not about storage');
    expect(storageFault(error)).toBe(error);
  });
});

describe('checksums', () => {
  it('are SHA-256', async () => {
    expect(await sha256OfText('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  it('say what is missing outside secure contexts', async () => {
    vi.stubGlobal('crypto', {});
    await expect(sha256OfText('abc')).rejects.toMatchObject({ code: 'insecure-context' });
  });
});

function opened(name: string, version: number, upgrade: (database: IDBDatabase) => unknown): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => void upgrade(request.result);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error('blocked'));
  });
}
