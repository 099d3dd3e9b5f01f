import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gunzip, isGzip } from '../../src/formats/gzip.ts';
import { readTsv, type TsvLayout } from '../../src/formats/tsv.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string, wanted = ['b', 'a'], layout?: TsvLayout) => readTsv(bytes(text), 'x.tsv', wanted, layout).rows.map(({ line, values }) => [line, ...values]);

describe('tab-separated text', () => {
  it('gives the wanted columns by name', () => {
    expect(read('a\tmore\tb\n1\t2\t3\n4\t5\t6\n')).toEqual([[2, '3', '1'], [3, '6', '4']]);
  });

  it('takes quotes as ordinary text', () => {
    expect(read('a\tb\n"1\t2\n3"\t""\n')).toEqual([[2, '2', '"1'], [3, '""', '3"']]);
  });

  it('reads byte order mark, CRLF and a last line without its end', () => {
    expect(read('\ufeffa\tb\r\n1\t2\r\n3\t4')).toEqual([[2, '2', '1'], [3, '4', '3']]);
  });

  it('keeps empty fields, blanks and other control characters', () => {
    expect(read('a\tb\n\t \n<img onerror=x>\t\0\n')).toEqual([[2, ' ', ''], [3, '\0', '<img onerror=x>']]);
  });

  it('knows a file without a header by its number of columns', () => {
    const layout = { withoutHeader: ['x', 'a', 'b'] };
    expect(read('1\t2\t3\n4\t5\t6\n', ['b', 'a'], layout)).toEqual([[1, '3', '2'], [2, '6', '5']]);
    expect(read('b\ta\n1\t2\n', ['b', 'a'], layout)).toEqual([[2, '1', '2']]);
    expect(() => read('1\t2\n', ['b', 'a'], layout)).toThrow(expect.objectContaining({ code: 'MissingColumn' }));
  });

  it('leaves out broken rows only as far as the layout allows', () => {
    const text = `a\tb\n${'1\t2\n'.repeat(300)}broken\n`;
    expect(readTsv(bytes(text), 'x', ['a'], { brokenShare: 0.01 })).toMatchObject({ broken: [302], rows: { length: 300 } });
    expect(() => readTsv(bytes(text), 'x', ['a'])).toThrow(expect.objectContaining({ code: 'BadRow', where: 'x, row 302', expected: '2 columns', got: '1' }));
  });

  it.each([
    ['', 'EmptyFile', 'x.tsv'],
    ['\n\n', 'EmptyFile', 'x.tsv'],
    ['a\tb\n', 'EmptyFile', 'x.tsv'],
    ['a\tc\n1\t2\n', 'MissingColumn', 'x.tsv, row 1'],
    ['a\tb\n1\t2\n1\t2\t3\n', 'BadRow', 'x.tsv, row 3'],
    ['a\tb\n1\t2\n\n3\t4\n', 'BadRow', 'x.tsv, row 3'],
  ])('refuses %j', (text, code, where) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code, where }));
  });

  it('says which columns came', () => {
    expect(() => read('sentence\tscore\n1\t2\n')).toThrow('expected the columns "b", "a", got the columns "sentence", "score"');
  });

  it('names the line that is not UTF-8', () => {
    const broken = Uint8Array.of(...bytes('a\tb\n1\t2\n'), 0xe4, 0x09, 0x31, 0x0a);
    expect(() => readTsv(broken, 'x.tsv', ['a'])).toThrow(expect.objectContaining({ code: 'NotUtf8', where: 'x.tsv, line 3' }));
  });
});

describe('gzip', () => {
  const text = Buffer.alloc(300_007, 'abcdefg ');

  it('unpacks', async () => {
    const packed = new Uint8Array(gzipSync(text));
    expect(isGzip(packed)).toBe(true);
    expect(isGzip(text)).toBe(false);
    expect(Buffer.compare(await gunzip(packed, 'x.gz', 300_007), text)).toBe(0);
  });

  it('stops at the cap', async () => {
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(64 * 2 ** 20)));
    await expect(gunzip(bomb, 'x.gz', 2 ** 20)).rejects.toMatchObject({ code: 'TooLarge', where: 'x.gz' });
  });

  it('refuses a damaged or cut file', async () => {
    const packed = new Uint8Array(gzipSync(text));
    await expect(gunzip(packed.subarray(0, packed.length - 9), 'x.gz', 2 ** 20)).rejects.toMatchObject({ code: 'UnsupportedFormat' });
    await expect(gunzip(packed.map((b, i) => (i === 40 ? b ^ 0xff : b)), 'x.gz', 2 ** 20)).rejects.toMatchObject({ code: 'UnsupportedFormat' });
  });
});
