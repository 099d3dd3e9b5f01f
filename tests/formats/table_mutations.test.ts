import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { openTable } from '../../src/formats/open_table.ts';
import { FormatError } from '../../src/formats/format_error.ts';
import { key, uniform } from '../../src/random/counter.ts';

const text = (content: string) => new TextEncoder().encode(content);
const FILES: readonly (readonly [string, Uint8Array])[] = [
  ['x.tsv', text('a\tb\r\n1\t"2\n\n3\té\n')],
  ['x.csv', text('a,b\r\n"1,""x""\n",2\n"é",\n5,6')],
  ['x.json', text('[{"a":"x\\"]}","b":1.5},\n {"b":null,"a":[{}]}]')],
  ['x.json', text('{"0": {"a":"x","b":1.5}, "k": {"b":true,"a":"é"}}')],
  ['x.jsonl', text('{"a":"x","b":1.5}\n{"b":null,"a":"[\\"}{"}\n')],
  ['x.tsv.gz', new Uint8Array(gzipSync('a\tb\n1\t2\n3\t4\n'))],
  ['x.parquet', new Uint8Array(readFileSync(join(import.meta.dirname, '../fixtures/parquet/datapage_v2.snappy.parquet')))],
  ['pasted', text('a;b\n1;2\n')],
];
const ROUNDS = 3000;

/** A file with a byte changed, some cut, some doubled, or a part of another one in it; the same in every run. */
function mutated(bytes: Uint8Array, round: number): Uint8Array {
  const draw = (index: number, below: number) => Math.floor(uniform(key(7, 'split', round), index) * below);
  const at = draw(0, bytes.length);
  const kinds: readonly (() => Uint8Array)[] = [
    () => bytes.map((byte, i) => (i === at ? draw(1, 256) : byte)),
    () => bytes.slice(0, at),
    () => Uint8Array.of(...bytes.subarray(0, at), ...bytes.subarray(draw(2, bytes.length))),
    () => Uint8Array.of(...bytes.subarray(0, at), ...(FILES[draw(3, FILES.length)]?.[1].subarray(0, 40) ?? []), ...bytes.subarray(at)),
    () => bytes.map((byte, i) => (i === at || i === draw(4, bytes.length) ? [0x22, 0x2c, 0x0a, 0x0d, 0x5c, 0x7b, 0x5d, 0][draw(5, 8)] ?? byte : byte)),
  ];
  return (kinds[draw(6, kinds.length)] ?? (() => bytes))();
}

it(`${ROUNDS} mutations of tables give rows or a FormatError`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const [name, bytes] = FILES[round % FILES.length]!;
    try {
      const table = await openTable(new Blob([mutated(bytes, round).slice()]), name);
      for await (const batch of table.batches(table.columns)) {
        for (const row of batch) expect('fault' in row ? row.fault : row.values).toBeDefined();
      }
    } catch (error) {
      if (!(error instanceof FormatError)) throw new Error(`round ${round}, ${name}`, { cause: error });
    }
  }
});
