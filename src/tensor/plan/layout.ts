import { NotRecordable } from './recording.ts';

/** One command's use of a buffer, by the buffer's index. */
export interface Use {
  readonly buffer: number;
  readonly written: boolean;
}

/** Where a buffer lies: which chunk of memory, and at what byte. */
export interface Place {
  readonly chunk: number;
  readonly offset: number;
}

export interface Layout {
  readonly places: readonly Place[];
  /** Bytes of each chunk. */
  readonly chunks: readonly number[];
}

/** Ranges of a buffer that a shader binds begin at multiples of this many bytes on every device. */
export const ALIGNMENT = 256;

export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

interface Life {
  first: number;
  last: number;
  /** Buffers that one dispatch uses otherwise: read where this one is written, or written where it is read. */
  readonly apart: Set<number>;
}

/** What buffers are placed first; none of these is the best for every step. */
const ORDERS: readonly ((life: Life, size: number) => number)[] = [
  ({ first }) => first,
  ({ last }) => -last,
  (_life, size) => -size,
  ({ apart }, size) => -size * apart.size,
];

/**
 * Lays out the buffers of a sequence of commands so that those that are never needed at the same time share memory.
 *
 * WebGPU forbids a dispatch to bind the same GPUBuffer both read-only and writable, even at ranges apart, so there are
 * several chunks, and what a dispatch writes lies in another chunk than what it reads. Buffers are placed one after
 * another, each at the lowest free place of the chunk that grows least, in the order that takes the least memory of some.
 * `kept` are needed after the last command; no chunk grows beyond `limit` bytes. NotRecordable when a buffer alone is larger.
 */
export function layOut(commands: readonly (readonly Use[])[], sizes: readonly number[], kept: readonly number[], limit: number): Layout {
  const lives = livesOf(commands, sizes.length, kept);
  const used = sizes.map((_, buffer) => buffer).filter((buffer) => lives[buffer]!.first >= 0);
  const layouts = ORDERS.map((order) => {
    const rank = used.map((buffer) => order(lives[buffer]!, aligned(sizes[buffer]!)));
    return placed(used.map((_, i) => i).sort((a, b) => rank[a]! - rank[b]! || a - b).map((i) => used[i]!), lives, sizes, limit);
  });
  return layouts.reduce((best, layout) => (total(layout) < total(best) ? layout : best));
}

const total = ({ chunks }: Layout): number => chunks.reduce((sum, bytes) => sum + bytes, 0);

/** The largest chunk comes first, so that those of several layouts are of a size. */
function placed(order: readonly number[], lives: readonly Life[], sizes: readonly number[], limit: number): Layout {
  const places: (Place | undefined)[] = sizes.map(() => undefined);
  const chunks: Chunk[] = [];
  for (const buffer of order) {
    const size = aligned(sizes[buffer]!);
    if (size > limit) throw new NotRecordable(`a buffer of ${size} bytes, where ${limit} are the most`);
    const forbidden = new Set([...lives[buffer]!.apart].map((other) => places[other]?.chunk));
    const offers = chunks.map((chunk, index) => ({ index, offset: chunk.gap(lives[buffer]!, size), end: chunk.end }));
    const open = offers.filter(({ index, offset }) => !forbidden.has(index) && offset + size <= limit);
    const growth = ({ offset, end }: (typeof offers)[number]) => Math.max(0, offset + size - end);
    const best = open.sort((a, b) => growth(a) - growth(b) || a.index - b.index)[0] ?? { index: chunks.push(new Chunk()) - 1, offset: 0 };
    chunks[best.index]!.take({ ...lives[buffer]!, offset: best.offset, size });
    places[buffer] = { chunk: best.index, offset: best.offset };
  }
  const bySize = chunks.map((_, index) => index).sort((a, b) => chunks[b]!.end - chunks[a]!.end || a - b);
  return {
    places: places.map((place) => (place ? { ...place, chunk: bySize.indexOf(place.chunk) } : { chunk: 0, offset: 0 })),
    chunks: bySize.map((index) => chunks[index]!.end),
  };
}

interface Taken {
  readonly first: number;
  readonly last: number;
  readonly offset: number;
  readonly size: number;
}

/** What lies where in one chunk, and when. */
class Chunk {
  end = 0;
  /** By offset. */
  readonly #taken: Taken[] = [];

  /** The lowest offset with `size` bytes that are free during the life. */
  gap({ first, last }: Life, size: number): number {
    let at = 0;
    for (const taken of this.#taken) {
      if (taken.last < first || taken.first > last) continue;
      if (at + size <= taken.offset) break;
      at = Math.max(at, taken.offset + taken.size);
    }
    return at;
  }

  take(taken: Taken): void {
    const after = this.#taken.findIndex(({ offset }) => offset > taken.offset);
    this.#taken.splice(after < 0 ? this.#taken.length : after, 0, taken);
    this.end = Math.max(this.end, taken.offset + taken.size);
  }
}

function livesOf(commands: readonly (readonly Use[])[], count: number, kept: readonly number[]): Life[] {
  const lives = Array.from({ length: count }, (): Life => ({ first: -1, last: -1, apart: new Set() }));
  commands.forEach((uses, at) => {
    for (const { buffer, written } of uses) {
      const life = lives[buffer]!;
      if (life.first < 0) life.first = at;
      life.last = at;
      for (const other of uses) if (other.written !== written) life.apart.add(other.buffer);
    }
  });
  for (const buffer of kept) lives[buffer]!.last = commands.length;
  return lives;
}
