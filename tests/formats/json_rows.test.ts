import { describe, expect, it } from 'vitest';
import { openTable } from '../../src/formats/open_table.ts';
import { inParts, read } from './read_table.ts';

const json = (text: string | Blob, wanted = ['b', 'a'], name = 'x.json') => read(text, wanted, {}, name);

describe('JSON rows', () => {
  it.each([
    ['a list', '[{"a":"x","b":1.5},\n {"b":null,"a":"[\\"}{"}]\n', 'x.json'],
    ['an object of objects', '{"0": {"a":"x","b":1.5}, "k\\"ey": {"b":null,"a":"[\\"}{","c":[1]}}', 'x.json'],
    ['lines', '{"a":"x","b":1.5}\n{"b":null,"a":"[\\"}{"}\n\n', 'x.jsonl'],
    ['lines in a file called .json', '{"a":"x","b":1.5}\r\n{"b":null,"a":"[\\"}{"}', 'x.json'],
  ])('are read from %s, in parts of any size', async (_, text, name) => {
    const rows = [[1, '1.5', 'x'], [2, '', '["}{']];
    expect(await json(inParts(text, 1000), undefined, name)).toEqual(rows);
    if (name !== 'x.json' || !text.includes('\r')) for (const size of [40, 41, 43]) expect(await json(inParts(text, size), undefined, name)).toEqual(rows);
  });

  it('may have escapes and brackets wherever the file breaks', async () => {
    const text = '[{"a":"\\\\"},{"a":"\\"]},{"},{"a":"é\\u00e9"}]';
    for (const size of [1, 2, 3, 5, 7]) expect(await json(inParts(text, size), ['a'])).toEqual([[1, '\\'], [2, '"]},{'], [3, 'éé']]);
  });

  it('are broken where a member is no object, or lacks a value', async () => {
    expect(await json('[{"a":1,"b":2}, 5, {"a":1}, {"a":{},"b":2}, {"a":3,"b":4}]')).toEqual([[1, '2', '1'], [2, '5'], [3, 'nothing'], [4, 'an object'], [5, '4', '3']]);
    expect(await json('{"a":1,"b":2}\n{"a":1,\n{"a":3,"b":4}\n', undefined, 'x.jsonl')).toEqual([[1, '2', '1'], [2, expect.any(String)], [3, '4', '3']]);
    expect(await json('{"a":1,"b":"toString"}\n{"a":1}', ['toString'], 'x.jsonl')).toEqual([[1, 'nothing'], [2, 'nothing']]);
  });

  it('have the columns of all first rows, and may be shown without some of them', async () => {
    const text = '{"a":"x"}\n5\n{"b":2,"a":"y","c":[1]}\n';
    for (const size of [3, 1000]) {
      const table = await openTable(inParts(text, size), 'x.jsonl');
      expect(table.columns).toEqual(['a', 'b', 'c']);
    }
    expect(await json(inParts(text, 3), ['a'], 'x.jsonl')).toEqual([[1, 'x'], [2, '5'], [3, 'y']]);
    expect(await read(text, ['a', 'b', 'c'], { isShown: true }, 'x.jsonl')).toEqual([[1, 'x', '', ''], [2, '5'], [3, 'y', '2', '[1]']]);
  });

  it('are told of a comma without a row', async () => {
    expect(await json('[{"a":1,"b":2},]')).toEqual([[1, '2', '1'], [2, 'a comma without one']]);
  });

  it('refuses a text that breaks off, goes on after its end, or holds columns', async () => {
    await expect(json('[{"a":1,"b":2}, {"a":')).rejects.toMatchObject({ code: 'NotJson', where: 'x.json, row 2', got: 'the end of the file' });
    await expect(json('[{"a":1,"b":2}] x')).rejects.toMatchObject({ code: 'NotJson', got: 'more text' });
    await expect(json(inParts('{"a": [1, 2]}', 1000))).rejects.toMatchObject({ code: 'UnsupportedFormat', got: 'an object of lists' });
    await expect(json('[]')).rejects.toMatchObject({ code: 'EmptyFile' });
    await expect(json(inParts('[1, 2]', 1000))).rejects.toMatchObject({ code: 'BadRow', where: 'x.json, row 1', got: '1' });
  });

  it('does not follow thousands of brackets', async () => {
    expect(await json(`{"a":1,"b":2}\n{"a":${'['.repeat(100_000)}\n`, undefined, 'x.jsonl')).toEqual([[1, '2', '1'], [2, 'more than 64 levels of nesting']]);
  });
});
