import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { gunzip, isGzip } from '../../src/formats/gzip.ts';
import { inParts, read } from './read_table.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('tab-separated text', () => {
  it('gives the wanted columns by name', async () => {
    expect(await read('a\tmore\tb\n1\t2\t3\n4\t5\t6\n')).toEqual([[2, '3', '1'], [3, '6', '4']]);
  });

  it('tells two columns of one name apart', async () => {
    expect(await read('a\ta\tb\n1\t2\t3\n', ['a', 'a', 'b'])).toEqual([[2, '1', '2', '3']]);
    expect(await read('a;a\n1;2\n', ['a', 'a'], {}, 'x.csv')).toEqual([[2, '1', '2']]);
    expect(await read('a\tb\n1\t2\n', ['a', 'a'])).toEqual([[2, '1', '1']]);
  });

  it('takes quotes as ordinary text', async () => {
    expect(await read('a\tb\n"1\t2\n3"\t""\n')).toEqual([[2, '2', '"1'], [3, '""', '3"']]);
  });

  it('reads byte order mark, CRLF and a last line without its end', async () => {
    expect(await read('\ufeffa\tb\r\n1\t2\r\n3\t4')).toEqual([[2, '2', '1'], [3, '4', '3']]);
  });

  it('keeps empty fields, blanks and other control characters', async () => {
    expect(await read('a\tb\n\t \n<img onerror=x>\t\0\n')).toEqual([[2, ' ', ''], [3, '\0', '<img onerror=x>']]);
  });

  it('knows a file without a header by its number of columns', async () => {
    const layout = { withoutHeader: ['x', 'a', 'b'] };
    expect(await read('1\t2\t3\n4\t5\t6\n', ['b', 'a'], layout)).toEqual([[1, '3', '2'], [2, '6', '5']]);
    expect(await read('b\ta\n1\t2\n', ['b', 'a'], layout)).toEqual([[2, '1', '2']]);
    expect(await read('a\tb\tc\n1\t2\t3\n', ['b', 'a'], layout)).toEqual([[2, '2', '1']]);
  });

  it('tells broken rows apart, empty lines among them but for those at the end', async () => {
    expect(await read('a\tb\n1\t2\n1\t2\t3\n\n5\t6\n\n\n')).toEqual([[2, '2', '1'], [3, '3'], [4, '1'], [5, '6', '5']]);
  });

  it('reads the same whatever the parts that the file comes in', async () => {
    const text = 'a\tb\r\nä€\t😀\r\n\r\n3\t4\n';
    const whole = await read(inParts(text, 1000));
    expect(whole).toEqual([[2, '😀', 'ä€'], [3, '1'], [4, '4', '3']]);
    for (const size of [1, 2, 5, 7]) expect(await read(inParts(text, size))).toEqual(whole);
  });

  it('reads packed files', async () => {
    const packed = new Uint8Array(gzipSync('a\tb\n1\t2\n'));
    expect(await read(packed, ['a'], {}, 'x.tsv.gz')).toEqual([[2, '1']]);
    await expect(read(packed.subarray(0, packed.length - 9), ['a'])).rejects.toMatchObject({ code: 'UnsupportedFormat', where: 'x.tsv' });
  });

  it('refuses a file without a row, and one that is no table', async () => {
    await expect(read('')).rejects.toMatchObject({ code: 'EmptyFile', where: 'x.tsv' });
    await expect(read('\n\n')).rejects.toMatchObject({ code: 'EmptyFile', where: 'x.tsv' });
    await expect(read(inParts(`a\tb\n${'x'.repeat(2 ** 24 + 1)}`, 2 ** 20))).rejects.toMatchObject({ code: 'TooLarge', where: 'x.tsv, row 2' });
  });

  it('names the line that is not UTF-8, wherever the file breaks', async () => {
    const broken = Uint8Array.of(...bytes('a\tb\n1\té\n'), 0xe4, 0x09, 0x31, 0x0a);
    for (const size of [1, 2, 3, 5, 100]) await expect(read(inParts(broken, size))).rejects.toMatchObject({ code: 'NotUtf8', where: 'x.tsv, line 3' });
    await expect(read(Uint8Array.of(0x61, 0xc3))).rejects.toMatchObject({ code: 'NotUtf8', where: 'x.tsv, line 1' });
    await expect(read(Uint8Array.of(...bytes('PK\x03\x04'), 0xff, 0xfe))).rejects.toMatchObject({ code: 'NotUtf8' });
  });

  it('knows UTF-16 by its mark', async () => {
    for (const mark of [[0xff, 0xfe], [0xfe, 0xff]]) await expect(read(inParts(Uint8Array.of(...mark, 0x61, 0, 0x09, 0), 100))).rejects.toMatchObject({ code: 'UnsupportedFormat', got: 'UTF-16 text', remedy: 'Save the file as UTF-8 text.' });
  });

  it('tells how far it is', async () => {
    const seen: number[] = [];
    await read(inParts('a\tb\n1\t2\n', 5), ['a'], { onBytes: (done, total) => seen.push(done, total) });
    expect(seen).toEqual([5, 8, 8, 8]);
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
