import { createReadStream, existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { unpacked } from '../../src/corpus/unpack.ts';
import { gathered, inParts } from './parts.ts';

const DUMP = resolve(import.meta.dirname, '../../../shared/data/text/wikipedia/enwiki-dump-sample.xml.bz2');

/** "abc" a hundred times and a run of 300 "d", as bzip2 1.0.8 packs them. */
const SMALL = Uint8Array.from(Buffer.from('QlpoOTFBWSZTWTmFx1sAAACRAIAgPAAACCAAMMAClUb1G+1C4RYi13fnhdyRThQkDmFx1sA=', 'base64'));

const read = async (bytes: Uint8Array, size?: number) => Buffer.concat(await gathered(unpacked(inParts(bytes, size), 'a.bz2')));
const EXPECTED = 'abc'.repeat(100) + 'd'.repeat(300);

describe('packed files', () => {
  it.each([1, 3, 64])('in bzip2 give their text: parts of %i bytes', async (size) => {
    expect((await read(SMALL, size)).toString()).toBe(EXPECTED);
  });

  it('in bzip2 may hold several streams', async () => {
    expect((await read(Buffer.concat([SMALL, SMALL]))).toString()).toBe(EXPECTED + EXPECTED);
  });

  it.each([
    ['cut', SMALL.subarray(0, SMALL.length - 20), 'an early end'],
    ['with another bit', SMALL.map((byte, i) => (i === SMALL.length - 15 ? byte ^ 4 : byte)), /a wrong|an early end|no b|that is not there|without a table/],
    ['of something else', new TextEncoder().encode('BZh9 is no archive'), 'no block where one should begin'],
  ])('in bzip2 that are %s give one error', async (_name, bytes, got) => {
    await expect(read(bytes)).rejects.toThrow(/^a\.bz2: expected a whole bzip2 file, got .*\. Download the file again\.$/);
    await expect(read(bytes)).rejects.toThrow(got);
  });

  it('in gzip give their text', async () => {
    expect((await read(gzipSync(EXPECTED), 5)).toString()).toBe(EXPECTED);
    await expect(read(gzipSync(EXPECTED).subarray(0, 20))).rejects.toThrow('a.bz2: expected a whole gzip file');
  });

  it('are told by their first bytes; all others are given as they are', async () => {
    expect((await read(new TextEncoder().encode(EXPECTED))).toString()).toBe(EXPECTED);
    expect((await read(new Uint8Array(0))).length).toBe(0);
  });

  it.skipIf(!existsSync(DUMP))(`unpack a dump of Wikipedia${existsSync(DUMP) ? '' : ' (skipped: no ../shared/data)'}`, async () => {
    const hash = createHash('sha256');
    let size = 0;
    for await (const part of unpacked(createReadStream(DUMP), DUMP)) {
      hash.update(part);
      size += part.length;
    }
    expect([size, hash.digest('hex').slice(0, 16)]).toEqual([6_089_746, '34c1c63050c87cc8']);
  });
});
