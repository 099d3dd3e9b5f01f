import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openParquet } from '../../src/formats/parquet.ts';
import { planColumns, type ChooseColumns } from '../../src/formats/parquet_columns.ts';
import { parquetFile } from '../fixtures/parquet_file.ts';
import { read } from './read_table.ts';

const column = (name: string, width: number, rows = 53) => Array.from({ length: rows }, (_, i) => `${name}${i}${'é'.repeat((i * width) % 31)}`);
const COLUMNS = { sentence: column('s', 7), wide: column('w', 3).map((text) => text.repeat(29)), label: column('l', 1).map((_, i) => String(i % 2)), other: column('o', 2).map((text) => text.repeat(11)) };

/** The smaller file, and how many bytes of the whole one it took. */
async function parted(bytes: Uint8Array<ArrayBuffer>, choose: ChooseColumns) {
  let taken = 0;
  const of = ({ start, end }: { start: number; end: number }) => ((taken += end - start), bytes.slice(start, end));
  const plan = await planColumns(bytes.length, async (span) => of(span), choose);
  if (!plan) return undefined;
  const file = new Blob(plan.parts.map((part) => (part instanceof Uint8Array ? part : of(part))));
  expect(file.size).toBe(plan.size);
  return { file, taken, columns: plan.columns };
}

describe('some columns of a Parquet file', () => {
  it.each([[2 ** 20, 1], [7, 8]])('are a file of their own, in groups of %i rows', async (rowsInGroup, groups) => {
    const whole = parquetFile(COLUMNS, rowsInGroup);
    expect(whole.length).toBeGreaterThan(60_000);
    const part = (await parted(whole, () => ['label', 'sentence']))!;
    expect(part.columns).toEqual(['sentence', 'label']);
    expect(part.taken).toBeLessThan(22_000);
    expect((await openParquet(part.file, 'part')).columns).toEqual(['sentence', 'label']);
    expect(await read(part.file, ['label', 'sentence'], {}, 'part.parquet')).toEqual(COLUMNS.sentence.map((text, i) => [i + 1, String(i % 2), text]));
    expect(new Set((await read(part.file, ['label'], {}, 'part.parquet')).map(([line]) => line)).size).toBe(53);
    expect(groups).toBe(Math.ceil(53 / rowsInGroup));
  });

  it('are read from the end of the file where that is at hand', async () => {
    const whole = parquetFile({ a: column('a', 5), b: column('b', 3).map((text) => text.repeat(29)), c: column('c', 17) });
    const part = (await parted(whole, () => ['b', 'c']))!;
    expect(part.taken).toBeLessThan(whole.length);
    expect(await read(part.file, ['c'], {}, 'x.parquet')).toEqual(column('c', 17).map((text, i) => [i + 1, text]));
  });

  it('are not parted where nothing would be saved', async () => {
    const whole = parquetFile(COLUMNS);
    expect(await parted(whole, (all) => all)).toBeUndefined();
    expect(await parted(whole, () => undefined)).toBeUndefined();
    expect(await parted(whole, () => [])).toBeUndefined();
    expect(await parted(parquetFile({ a: ['1'], b: ['2'] }), () => ['a'])).toBeUndefined();
  });

  it('are not parted where the footer is damaged, and nothing else is thrown', async () => {
    const whole = parquetFile(COLUMNS, 11);
    const from = whole.length - 8 - new DataView(whole.buffer).getUint32(whole.length - 8, true);
    let parts = 0;
    for (let at = from; at < whole.length; at += 5) {
      const damaged = whole.map((byte, i) => (i === at ? byte ^ 0xff : byte));
      if (await planColumns(damaged.length, async ({ start, end }) => damaged.slice(start, end), () => ['label'])) parts++;
    }
    expect(parts).toBeLessThan((whole.length - from) / 5);
    expect(await parted(new Uint8Array(20_011), () => ['a'])).toBeUndefined();
  });

  it('leave nested columns alone', async () => {
    const small = new Uint8Array(readFileSync(join(import.meta.dirname, '..', 'fixtures', 'parquet', 'datapage_v2.snappy.parquet')));
    const seen: (readonly string[])[] = [];
    // The footer of the fixture, behind bytes that only its length tells of.
    const padded = Uint8Array.from([...small.subarray(0, 4), ...new Uint8Array(20_000), ...small.subarray(4)]);
    await planColumns(padded.length, async ({ start, end }) => padded.slice(start, end), (names) => (seen.push(names), ['a']));
    expect(seen).toEqual([['a', 'b', 'c', 'd']]);
  });
});
