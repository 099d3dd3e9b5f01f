import { describe, expect, it } from 'vitest';
import { inParts, read } from './read_table.ts';

const csv = (text: string | Blob, wanted?: string[]) => read(text, wanted, {}, 'x.csv');

describe('comma-separated text', () => {
  it('gives the wanted columns by name', async () => {
    expect(await csv('a,more,b\n1,2,3\n4,5,6')).toEqual([[2, '3', '1'], [3, '6', '4']]);
  });

  it('reads quoted fields with separators, quotes and line breaks, and counts lines on', async () => {
    expect(await csv('a,b\r\n"1,""x""\r\ny",2\r\n,""\r\nsay "hi",4\r\n')).toEqual([[2, '2', '1,"x"\r\ny'], [4, '', ''], [5, '4', 'say "hi"']]);
  });

  it('reads the same whatever the parts that the file comes in', async () => {
    const text = '\ufeffa,b\r\n"ä\n,",😀\r\n\r\n"",x\r\n5,"6"';
    const whole = await csv(inParts(text, 1000));
    expect(whole).toEqual([[2, '😀', 'ä\n,'], [5, 'x', ''], [6, '6', '5']]);
    for (const size of [1, 2, 5, 7]) expect(await csv(inParts(text, size))).toEqual(whole);
  });

  it('knows semicolons and tabs as separators by the header', async () => {
    expect(await csv('a;b\n1,5;2\n')).toEqual([[2, '2', '1,5']]);
    expect(await csv('a\tb\n"1\t5"\t2\n')).toEqual([[2, '2', '1\t5']]);
  });

  it('tells broken rows apart and goes on at the next line', async () => {
    expect(await csv('a,b\n1,2\n1,2,3\n"x"y,2\n3,4\n')).toEqual([[2, '2', '1'], [3, '3'], [4, 'other text'], [5, '4', '3']]);
    expect(await csv('a,b\n"open,2\n3,4\n')).toEqual([[2, 'none'], [3, '4', '3']]);
  });

  it('does not let a stray quote take in the rest of a large file', async () => {
    const rows = await csv(inParts(`a,b\n"open,2\n${'3,4\n'.repeat(400_000)}`, 2 ** 18));
    expect([rows.length, rows[0], rows[1]]).toEqual([400_001, [2, 'none'], [3, '4', '3']]);
  });

  it('refuses an empty file', async () => {
    await expect(csv('\n')).rejects.toMatchObject({ code: 'EmptyFile', where: 'x.csv' });
  });
});

describe('the format of a table without a known name', () => {
  it.each([
    ['a\tb,\n1\t2\n', [[2, '1']]],
    ['a,b\n1,2\n', [[2, '1']]],
    ['a\n1\n', [[2, '1']]],
    ['{"a": 1}\n{"a": "x"}\n', [[1, '1'], [2, 'x']]],
    [' [{"a": 1}]', [[1, '1']]],
  ])('is told by its first characters: %j', async (text, rows) => {
    expect(await read(inParts(text, 1000), ['a'], {}, 'pasted')).toEqual(rows);
  });
});
