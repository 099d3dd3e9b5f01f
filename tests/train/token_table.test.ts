import { describe, expect, it } from 'vitest';
import { isWhole, rowsOfTable, tableBytes, TokenTableWriter } from '../../src/train/token_table.ts';

const ROWS = [[101, 7, 102], [], Array.from({ length: 211 }, (_, i) => 3 * i + 1), [5]].map((ids) => ({ ids, typeIds: ids.map((_, i) => Number(i > 1)) }));
const LABELS = [{ label: 2 }, { label: 0, depth: 3 }, { label: 0.5 }, { label: 1 }];

function tableOf(vocabulary: number) {
  const writer = new TokenTableWriter(ROWS.length, vocabulary);
  for (const row of ROWS) writer.add(row);
  return writer.finish();
}

describe.each([[2 ** 16, Uint16Array, 2], [2 ** 16 + 1, Int32Array, 4]])('a table of ids below %i', (vocabulary, kind, width) => {
  it('gives its rows back, with their labels', () => {
    const table = tableOf(vocabulary);
    expect(table.ids).toBeInstanceOf(kind);
    expect([isWhole(table), tableBytes(table)]).toEqual([true, 4 * 5 + 215 * width + 215]);
    const rows = rowsOfTable(table, LABELS);
    expect(rows.map(({ ids, typeIds }) => ({ ids: Array.from(ids), typeIds: Array.from(typeIds) }))).toEqual(ROWS);
    expect(rows.map(({ label, depth }) => [label, depth])).toEqual([[2, undefined], [0, 3], [0.5, undefined], [1, undefined]]);
    expect(rows.map((row) => 'depth' in row && row.depth !== undefined)).toEqual([false, true, false, false]);
  });
});

it('is not whole when a part is missing, or rows do not follow one another', () => {
  const table = tableOf(300);
  const broken = [{ ids: table.ids.slice(1) }, { typeIds: table.typeIds.slice(1) }, { starts: new Int32Array(0) }, { starts: table.starts.map((start, i) => (i === 2 ? 2 : start)) }, { starts: table.starts.map((start) => start + 1) }];
  expect(broken.map((part) => isWhole({ ...table, ...part }))).toEqual([false, false, false, false, false]);
});

it('takes as many labels as it has rows', () => {
  expect(() => rowsOfTable(tableOf(300), LABELS.slice(1))).toThrow('a table of 4 rows for 3 labels');
});
