import { describe, expect, it } from 'vitest';
import { integer, key } from '../../../src/random/counter.ts';
import { ALIGNMENT, layOut, type Use } from '../../../src/tensor/plan/layout.ts';
import { NotRecordable } from '../../../src/tensor/plan/recording.ts';
import { flatLayout, spansOf } from '../../../src/tensor/plan/flat.ts';

const read = (buffer: number): Use => ({ buffer, written: false });
const write = (buffer: number): Use => ({ buffer, written: true });

/** A program whose command i writes buffer i and reads up to three earlier ones. */
function randomProgram(seed: number, commands: number): Use[][] {
  const k = key(seed, 'grammar', 0);
  return Array.from({ length: commands }, (_, i) => [write(i), ...Array.from({ length: Math.min(i, 3) }, (_read, j) => read(integer(k, 7 * i + j, i)))]);
}

/** First and last command that uses each buffer. */
function livesOf(commands: readonly (readonly Use[])[], count: number): [number, number][] {
  return Array.from({ length: count }, (_, buffer) => {
    const at = commands.flatMap((uses, i) => (uses.some((use) => use.buffer === buffer) ? [i] : []));
    return [at[0]!, at.at(-1)!];
  });
}

describe('the layout of a plan', () => {
  it.each([1, 2, 3, 5, 7])('never lets two live buffers overlap, nor a command read and write one chunk (%i)', (seed) => {
    const commands = randomProgram(seed, 83);
    const sizes = commands.map((_, i) => 4 * (1 + ((i * 37) % 401)));
    const { places, chunks } = layOut(commands, sizes, [], 2 ** 30);
    const lives = livesOf(commands, sizes.length);
    for (let a = 0; a < sizes.length; a++) {
      expect(places[a]!.offset % ALIGNMENT).toBe(0);
      expect(places[a]!.offset + sizes[a]!).toBeLessThanOrEqual(chunks[places[a]!.chunk]!);
      for (let b = 0; b < a; b++) {
        const together = lives[a]![0] <= lives[b]![1] && lives[b]![0] <= lives[a]![1];
        const apart = places[a]!.chunk !== places[b]!.chunk || places[a]!.offset >= places[b]!.offset + sizes[b]! || places[b]!.offset >= places[a]!.offset + sizes[a]!;
        expect(!together || apart, `${a} and ${b}`).toBe(true);
      }
    }
    for (const uses of commands) {
      const chunksOf = (written: boolean) => uses.filter((use) => use.written === written).map(({ buffer }) => places[buffer]!.chunk);
      expect(chunksOf(true).some((chunk) => chunksOf(false).includes(chunk))).toBe(false);
    }
  });

  it('runs a long chain in two buffers', () => {
    const chain = Array.from({ length: 101 }, (_, i) => (i === 0 ? [write(0)] : [write(i), read(i - 1)]));
    expect(layOut(chain, chain.map(() => 1000), [], 2 ** 30).chunks).toEqual([1024, 1024]);
  });

  it('keeps what is needed after the last command', () => {
    const chain = [[write(0)], [write(1)], [write(2)]];
    expect(layOut(chain, [500, 500, 500], [0, 1], 2 ** 30).places).toEqual([{ chunk: 0, offset: 0 }, { chunk: 0, offset: 512 }, { chunk: 0, offset: 1024 }]);
    expect(layOut(chain, [500, 500, 500], [], 2 ** 30).chunks).toEqual([512]);
  });

  it('opens another chunk at the limit, and refuses what is larger', () => {
    const commands = [[write(0), write(1), write(2)]];
    expect(layOut(commands, [512, 512, 512], [], 1024).chunks).toEqual([1024, 512]);
    expect(() => layOut(commands, [512, 2048, 512], [], 1024)).toThrow(new NotRecordable('a buffer of 2048 bytes, where 1024 are the most'));
    expect(() => layOut(commands, [512, 2048, 512], [], 1024)).toThrow(NotRecordable);
  });
});

describe('flat tensors', () => {
  const layout = flatLayout(new Map([['a', [7, 11]], ['b', [3]], ['c', [5, 13]], ['d', [2]]]));

  it('lie one after another, each aligned', () => {
    expect([...layout.places.values()].map(({ offset }) => offset)).toEqual([0, 512, 768, 1280]);
    expect(layout.bytes).toBe(1536);
  });

  it('form one span where they are neighbours', () => {
    expect(spansOf(layout, ['b', 'a', 'd'], 2 ** 30)).toEqual([{ offset: 0, size: 768 }, { offset: 1280, size: 256 }]);
    expect(spansOf(layout, ['a', 'b', 'c', 'd'], 768)).toEqual([{ offset: 0, size: 768 }, { offset: 768, size: 768 }]);
  });
});
