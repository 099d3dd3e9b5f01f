/** One block of bzip2: Huffman codes → runs and moves to the front → the transform of Burrows and Wheeler → bytes. */

import { joinBytes } from '../formats/bytes.ts';
import type { Bits } from './bits.ts';

const RUN_A = 0;
const RUN_B = 1;
/** Symbols of a group that share a table. */
const GROUP = 50;
const LONGEST = 20;
/** Bits that are looked up at once: most codes are no longer. */
const AT_ONCE = 10;

/** A code with the lengths of its symbols. */
interface Table {
  /** By length: the largest code, and what is taken from a code to find its place in `symbols`. */
  readonly limit: Int32Array;
  readonly base: Int32Array;
  readonly symbols: Uint16Array;
  /** By the next ten bits: 16 · symbol + length of a code of at most ten bits; 0 for longer ones. */
  readonly short: Uint16Array;
}

/** The bytes of the block that begins here, after its mark; RangeError when it is damaged. */
export function decodeBlock(bits: Bits, maxSize: number): Uint8Array {
  const expected = bits.take(32);
  if (bits.bit() === 1) throw new RangeError('a randomised block of an early version');
  const start = bits.take(24);
  const used = usedBytes(bits);
  const tables = bits.take(3);
  if (tables < 2 || tables > 6) throw new RangeError('a wrong number of tables');
  const selectors = readSelectors(bits, tables);
  const codes = Array.from({ length: tables }, () => readTable(bits, used.length + 2));
  const { last, counts } = symbols(bits, { used, selectors, codes, maxSize });
  if (start >= last.length) throw new RangeError('a wrong beginning of the transform');
  const bytes = withoutRuns(inverse(last, counts, start));
  if (checksum(bytes) !== expected) throw new RangeError('a wrong checksum');
  return bytes;
}

/** The byte values that occur, ascending. */
function usedBytes(bits: Bits): Uint8Array {
  const groups = bits.take(16);
  const used: number[] = [];
  for (let i = 0; i < 16; i++) {
    if (((groups >>> (15 - i)) & 1) === 0) continue;
    const inside = bits.take(16);
    for (let j = 0; j < 16; j++) if ((inside >>> (15 - j)) & 1) used.push(16 * i + j);
  }
  if (used.length === 0) throw new RangeError('a block without bytes');
  return Uint8Array.from(used);
}

/** The table of each group of symbols, kept as moves to the front. */
function readSelectors(bits: Bits, tables: number): Uint8Array {
  const order = Array.from({ length: tables }, (_, i) => i);
  return Uint8Array.from({ length: bits.take(15) }, () => {
    let place = 0;
    while (bits.bit() === 1) place++;
    const [table] = order.splice(place, 1);
    if (table === undefined) throw new RangeError('a table that is not there');
    order.unshift(table);
    return table;
  });
}

function readTable(bits: Bits, count: number): Table {
  let length = bits.take(5);
  const lengths = Uint8Array.from({ length: count }, () => {
    while (bits.bit() === 1) length += bits.bit() === 0 ? 1 : -1;
    if (length < 1 || length > LONGEST) throw new RangeError('a wrong length of a code');
    return length;
  });
  const limit = new Int32Array(LONGEST + 1).fill(-1);
  const base = new Int32Array(LONGEST + 1);
  const short = new Uint16Array(1 << AT_ONCE);
  const inOrder = [...lengths.keys()].sort((a, b) => lengths[a]! - lengths[b]! || a - b);
  let code = 0;
  let before = 0;
  for (let n = 1; n <= LONGEST; n++) {
    const here = lengths.reduce((sum, one) => sum + Number(one === n), 0);
    base[n] = code - before;
    if (n <= AT_ONCE) for (let i = 0; i < here; i++) short.fill(16 * inOrder[before + i]! + n, (code + i) << (AT_ONCE - n), (code + i + 1) << (AT_ONCE - n));
    code += here;
    before += here;
    if (here > 0) limit[n] = code - 1;
    code *= 2;
  }
  return { limit, base, symbols: Uint16Array.from(inOrder), short };
}

function symbol(bits: Bits, { limit, base, symbols: list, short }: Table): number {
  const found = short[bits.peek(AT_ONCE)]!;
  if (found > 0) {
    bits.skip(found & 15);
    return found >>> 4;
  }
  let code = 0;
  for (let n = 1; n <= LONGEST; n++) {
    code = 2 * code + bits.bit();
    if (code <= limit[n]!) {
      const other = list[code - base[n]!];
      if (other !== undefined) return other;
    }
  }
  throw new RangeError('a wrong code');
}

interface Coded {
  readonly used: Uint8Array;
  readonly selectors: Uint8Array;
  readonly codes: readonly Table[];
  readonly maxSize: number;
}

/** The last column of the sorted rotations, and how often each byte occurs in it. */
function symbols(bits: Bits, { used, selectors, codes, maxSize }: Coded): { last: Uint8Array; counts: Uint32Array } {
  const out = new Uint8Array(maxSize);
  const counts = new Uint32Array(256);
  const front = used.slice();
  let length = 0;
  let run = 0;
  let weight = 1;
  const write = (byte: number, times: number) => {
    if (length + times > maxSize) throw new RangeError('a block beyond its size');
    out.fill(byte, length, length + times);
    counts[byte]! += times;
    length += times;
  };
  for (let n = 0; ; n++) {
    const table = codes[selectors[Math.floor(n / GROUP)] ?? codes.length];
    if (table === undefined) throw new RangeError('symbols without a table');
    const value = symbol(bits, table);
    if (value === RUN_A || value === RUN_B) {
      run += (value + 1) * weight;
      weight = Math.min(2 * weight, 2 ** 24);
      continue;
    }
    if (run > 0) write(front[0]!, run);
    [run, weight] = [0, 1];
    if (value === used.length + 1) return { last: out.subarray(0, length), counts };
    const byte = front[value - 1];
    if (byte === undefined) throw new RangeError('a byte that is not there');
    front.copyWithin(1, 0, value - 1);
    front[0] = byte;
    write(byte, 1);
  }
}

/** The first rotation, from the last column of them all. */
function inverse(last: Uint8Array, counts: Uint32Array, start: number): Uint8Array {
  const places = new Uint32Array(256);
  for (let byte = 1; byte < 256; byte++) places[byte] = places[byte - 1]! + counts[byte - 1]!;
  const next = new Uint32Array(last.length);
  for (let i = 0; i < last.length; i++) next[places[last[i]!]!++] = i;
  const out = new Uint8Array(last.length);
  let at = next[start]!;
  for (let i = 0; i < out.length; i++) {
    out[i] = last[at]!;
    at = next[at]!;
  }
  return out;
}

/** After four equal bytes the fifth says how many more of them follow. */
function withoutRuns(packed: Uint8Array): Uint8Array {
  const out: Uint8Array[] = [];
  let from = 0;
  let equal = 1;
  for (let i = 1; i < packed.length; i++) {
    equal = packed[i] === packed[i - 1] ? equal + 1 : 1;
    if (equal < 4) continue;
    out.push(packed.subarray(from, i + 1), new Uint8Array(packed[i + 1] ?? 0).fill(packed[i]!));
    from = i + 2;
    i++;
    equal = 0;
  }
  out.push(packed.subarray(from));
  return joinBytes(out);
}

const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let i = 0; i < 8; i++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

/** CRC-32 with the highest bit first, as bzip2 has it. */
function checksum(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) value = ((value << 8) ^ CRC[(value >>> 24) ^ bytes[i]!]!) >>> 0;
  return ~value >>> 0;
}
