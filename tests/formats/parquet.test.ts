import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openParquet } from '../../src/formats/parquet.ts';
import { openTable } from '../../src/formats/open_table.ts';
import { read } from './read_table.ts';

const file = (name: string) => new Blob([readFileSync(join(import.meta.dirname, '..', 'fixtures', 'parquet', name))]);

describe('a Parquet table', () => {
  it('is read with its columns of one value a row', async () => {
    const { columns, format } = await openTable(file('datapage_v2.snappy.parquet'), 'x.parquet');
    expect([format, columns]).toEqual(['parquet', ['a', 'b', 'c', 'd']]);
    expect(await read(file('datapage_v2.snappy.parquet'), ['a', 'b', 'd'], {}, 'x')).toEqual([
      [1, 'abc', '1', 'true'], [2, 'abc', '2', 'true'], [3, 'abc', '3', 'true'], [4, '', '4', 'false'], [5, 'abc', '5', 'true'],
    ]);
  });

  it('reads no more than the footer and the asked columns', async () => {
    const blob = file('datapage_v2.snappy.parquet');
    const bytesFor = async (wanted: string[]) => {
      let bytes = 0;
      const table = await openParquet({ size: blob.size, slice: (start, end) => ((bytes += end - start), blob.slice(start, end)) }, 'x');
      const footer = bytes;
      for await (const batch of table.batches(wanted)) expect(batch.length).toBe(5);
      return bytes - footer;
    };
    expect([await bytesFor(['a']), await bytesFor(['d']), await bytesFor(['a', 'd'])]).toEqual([63, 39, 239]);
  });

  it('is refused when it is damaged or cut', async () => {
    const bytes = new Uint8Array(await file('datapage_v2.snappy.parquet').arrayBuffer());
    for (const end of [4, 8, bytes.length - 1, bytes.length >> 1]) await expect(read(bytes.slice(0, end), ['a'], {}, 'x')).rejects.toMatchObject({ code: 'BadParquet', where: 'x' });
    for (let at = 4; at < bytes.length; at += 7) {
      const damaged = bytes.map((byte, i) => (i === at ? byte ^ 0xff : byte));
      await read(damaged, ['a'], {}, 'x.parquet').catch((error: unknown) => expect(error).toMatchObject({ code: expect.stringMatching(/BadParquet|UnsupportedFormat|TooLarge/) }));
    }
  });
});
