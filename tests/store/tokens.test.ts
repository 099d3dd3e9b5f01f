import { expect, it, vi } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import { KeptTokens } from '../../src/store/tokens.ts';
import { TokenTableWriter, type TokenTable } from '../../src/train/token_table.ts';
import { freshDatabase, keysOf } from './fixtures.ts';

const DAY = 24 * 3600 * 1000;
const MEBI = 2 ** 20;

function tableOf(seed: number, vocabulary = 30_522): TokenTable {
  const writer = new TokenTableWriter(3, vocabulary);
  for (let row = 0; row < 3; row++) writer.add({ ids: Array.from({ length: 2 + row }, (_, i) => seed + 7 * i), typeIds: [0, 1, 1, 0].slice(0, 2 + row) });
  return writer.finish();
}

/** A table that takes so many bytes. */
function large(bytes: number): TokenTable {
  const count = Math.floor((bytes - 8) / 3);
  return { starts: Int32Array.of(0, count), ids: new Uint16Array(count), typeIds: new Uint8Array(count) };
}

function store(database: Database = freshDatabase()) {
  const clock = { time: 1000 * DAY };
  return { database, clock, kept: new KeptTokens(database, () => clock.time) };
}

it.each([[30_522], [250_002]])('gives a table of a vocabulary of %i back as it was', async (vocabulary) => {
  const { kept } = store();
  const table = tableOf(11, vocabulary);
  await kept.put('a', 'the dev rows', table);
  expect(await kept.get('a')).toEqual({ table });
  expect(await kept.get('b')).toEqual({});
  expect(await kept.list()).toEqual([{ key: 'a', name: 'the dev rows', rows: 3, bytes: 16 + 9 * (vocabulary > 2 ** 16 ? 5 : 3), usedAt: 1000 * DAY }]);
});

it.each([
  ['one bit of an id', (table: TokenTable) => ({ ...table, ids: table.ids.map((id, i) => (i === 4 ? id ^ 1 : id)) })],
  ['a token type', (table: TokenTable) => ({ ...table, typeIds: table.typeIds.map((type) => 1 - type) })],
  ['the place of a row', (table: TokenTable) => ({ ...table, starts: table.starts.map((start, i) => (i === 1 ? 3 : start)) })],
  ['the width of ids', (table: TokenTable) => ({ ...table, ids: Int32Array.from(table.ids) })],
  ['a part', ({ starts, ids }: TokenTable) => ({ starts, ids })],
  ['everything', () => 'x'],
])('tells that %s changed, and forgets the table', async (_what, change) => {
  const { database, kept } = store();
  await kept.put('a', 'rows', tableOf(11));
  await kept.put('b', 'rows', tableOf(13));
  await database.relaxed('readwrite', async (entries) => {
    const request = entries.get(['tokens', 'a']);
    await new Promise((resolve) => (request.onsuccess = resolve));
    const stored = request.result as TokenTable & { digest: string };
    const changed: unknown = change(stored);
    entries.put(typeof changed === 'object' ? { digest: stored.digest, ...changed } : changed, ['tokens', 'a']);
  });
  expect(await kept.get('a')).toEqual({ damaged: true });
  expect([await kept.get('a'), (await kept.list()).map(({ key }) => key)]).toEqual([{}, ['b']]);
});

it('deletes what was not used for 30 days', async () => {
  const { clock, kept } = store();
  await kept.put('a', 'rows', tableOf(1));
  await kept.put('b', 'rows', tableOf(2));
  clock.time += 29 * DAY;
  await kept.get('a');
  clock.time += 2 * DAY;
  expect(await kept.sweep()).toBe(1);
  expect((await kept.list()).map(({ key }) => key)).toEqual(['a']);
});

it('deletes what was used longest ago of more than 256 MiB, and keeps nothing larger', async () => {
  const { clock, kept } = store();
  for (const [key, size] of [['a', 100], ['b', 101], ['c', 40]] as const) {
    clock.time += 1;
    await kept.put(key, 'rows', large(size * MEBI));
  }
  clock.time += 1;
  await kept.get('a');
  clock.time += 1;
  await kept.put('d', 'rows', large(50 * MEBI));
  expect((await kept.list()).map(({ key }) => key)).toEqual(['d', 'a', 'c']);
  await kept.put('e', 'rows', large(257 * MEBI));
  expect((await kept.list()).map(({ key }) => key)).toEqual(['d', 'a', 'c']);
});

it('deletes one table, or all', async () => {
  const { database, kept } = store();
  for (const key of ['a', 'b', 'c']) await kept.put(key, 'rows', tableOf(5));
  await kept.delete('b');
  expect((await kept.list()).map(({ key }) => key).toSorted()).toEqual(['a', 'c']);
  await kept.delete();
  expect([await keysOf(database, 'tokens'), await keysOf(database, 'tokens-entry')]).toEqual([[], []]);
});

it('finds a table whose use cannot be noted', async () => {
  const { kept } = store();
  await kept.put('a', 'rows', tableOf(3));
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('', 'QuotaExceededError');
  });
  expect(await kept.get('a')).toEqual({ table: tableOf(3) });
  await expect(kept.put('b', 'rows', tableOf(4))).rejects.toMatchObject({ code: 'storage-full' });
  vi.restoreAllMocks();
});
