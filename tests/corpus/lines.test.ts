import { describe, expect, it } from 'vitest';
import { linesOf } from '../../src/corpus/lines.ts';
import { gathered, inParts } from './parts.ts';

const lines = async (bytes: Uint8Array | string, size?: number, most?: number) => (await gathered(linesOf(inParts(bytes, size), 'a.txt', most))).flat();

describe('lines of a text in parts', () => {
  it.each([1, 2, 3, 5, 11, 1000])('are the same however the parts are cut: %i bytes', async (size) => {
    const text = 'é1\r\n\n  日本 \nlast';
    expect((await lines(text, size)).map((line) => line.text)).toEqual(['é1', '', '  日本 ', 'last']);
  });

  it('say where they stand in the file', async () => {
    const text = 'ab\r\nüc\n\nd';
    const bytes = new TextEncoder().encode(text);
    const found = await lines(text, 3);
    expect(found.map(({ from, to }) => new TextDecoder().decode(bytes.subarray(from, to)))).toEqual(['ab\r\n', 'üc\n', '\n', 'd']);
  });

  it('leave a byte order mark out, at the beginning alone', async () => {
    expect((await lines('\uFEFFa\n\uFEFFb\n')).map((line) => line.text)).toEqual(['a', '\uFEFFb']);
  });

  it('are none for an empty text', async () => {
    expect(await lines('')).toEqual([]);
  });

  it.each([
    ['Latin-1', Uint8Array.of(0x61, 0x0a, 0x63, 0x61, 0x66, 0xe9, 0x0a), 'other bytes, as in Latin-1 or UTF-16'],
    ['UTF-16 with a mark', Uint8Array.of(0x61, 0x0a, 0xff, 0xfe, 0x61, 0x00, 0x0a), 'other bytes, as in Latin-1 or UTF-16'],
    ['UTF-16 without one', Uint8Array.of(0x61, 0x0a, 0x62, 0x00, 0x0a), 'bytes of 0, as in UTF-16 or a binary file'],
  ])('name the line that is no UTF-8: %s', async (_name, bytes, got) => {
    await expect(lines(bytes)).rejects.toThrow(`a.txt, line 2: expected UTF-8 text, got ${got}. Save the file as UTF-8 text.`);
  });

  it('end with an error before a line of 50 MB is gathered', async () => {
    let given = 0;
    async function* endless() {
      yield new TextEncoder().encode('first\n');
      for (; given < 50; given++) yield new Uint8Array(2 ** 20).fill(0x61);
    }
    const reading = gathered(linesOf(endless(), 'a.txt'));
    await expect(reading).rejects.toThrow('a.txt, line 2: expected lines of at most 32 MB, got a longer one. Give one article or book a line, and line feeds between them.');
    expect(given).toBeLessThan(34);
  });

  it('refuse a line that is too long within one part', async () => {
    await expect(lines('ab\nabcdefgh\n', 100, 7)).rejects.toThrow('a.txt, line 2');
    expect((await lines('ab\nabcdefg\n', 100, 7)).length).toBe(2);
  });
});
