/** The stack machine that a pickle is a program for, and the values that it can build. */
import { FormatError } from './format_error.ts';

/** A tuple and a set are lists here: nothing that is read needs the difference. */
export type PickleValue =
  | null | boolean | number | bigint | string | Uint8Array
  | readonly PickleValue[] | ReadonlyMap<PickleValue, PickleValue> | PickleGlobal | PickleObject | PersistentId;

/** A function or class by its full name, e.g. `torch.FloatStorage`. */
export class PickleGlobal {
  constructor(readonly name: string) {}
}

/** What calling `name` with `args` would have made, and the state that would have been set on it. */
export class PickleObject {
  state: PickleValue = null;

  constructor(
    readonly name: string,
    readonly args: PickleValue,
  ) {}
}

/** A reference to bytes outside the pickle. */
export class PersistentId {
  constructor(readonly id: PickleValue) {}
}

const REMEDY = 'Save the weights alone, in Python: torch.save(model.state_dict(), "pytorch_model.bin"), or model.save_pretrained(folder).';
const MAX_INTEGER_BYTES = 32;

/** Stands on the stack where a run of items begins. */
export const MARK = Symbol('mark');
type Slot = PickleValue | typeof MARK;

/** Names whose calls give an empty mapping that the pickle then fills. */
const MAPPINGS: ReadonlySet<string> = new Set(['collections.OrderedDict', 'collections.defaultdict']);

/** Reads bytes and holds the stack; every opcode is one function of the table below. */
export class Machine {
  readonly stack: Slot[] = [];
  readonly memo = new Map<number, PickleValue>();
  readonly view: DataView;
  at = 0;

  constructor(
    readonly bytes: Uint8Array,
    readonly where: string,
    readonly allowed: (name: string) => boolean,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  wrong(expected: string, got: string): FormatError {
    return new FormatError('BadPickle', `${this.where}, byte ${this.at}`, expected, got, REMEDY);
  }

  /** Moves on by `size` bytes and gives their offset. */
  take(size: number): number {
    const at = this.at;
    if (!(at + size <= this.bytes.length)) throw this.wrong(`${size} more bytes`, `${this.bytes.length - at}`);
    this.at = at + size;
    return at;
  }

  uint8 = (): number => this.view.getUint8(this.take(1));
  uint16 = (): number => this.view.getUint16(this.take(2), true);
  uint32 = (): number => this.view.getUint32(this.take(4), true);
  uint64 = (): number => Number(this.view.getBigUint64(this.take(8), true));

  raw(size: number): Uint8Array {
    const at = this.take(size);
    return this.bytes.subarray(at, at + size);
  }

  text(size: number): string {
    const bytes = this.raw(size);
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw this.wrong('text in UTF-8', 'other bytes');
    }
  }

  /** Text up to a line feed. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.wrong('a name that ends with a line feed', 'the end of the pickle');
    const line = this.text(end - this.at);
    this.at = end + 1;
    return line;
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }

  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined || value === MARK) throw this.wrong('a value on the stack', 'none');
    return value;
  }

  top(): PickleValue {
    const value = this.pop();
    this.stack.push(value);
    return value;
  }

  /** The values above the topmost mark, which is removed with them. */
  items(): PickleValue[] {
    const mark = this.stack.lastIndexOf(MARK);
    if (mark < 0) throw this.wrong('a mark on the stack', 'none');
    const items = this.stack.splice(mark).slice(1);
    return items.filter((value): value is PickleValue => value !== MARK);
  }

  /** The list or mapping on top of the stack, which the pickle itself has made and may fill. */
  list(): PickleValue[] {
    const value = this.top();
    if (Array.isArray(value)) return value;
    throw this.wrong('a list to append to', kindOf(value));
  }

  mapping(): Map<PickleValue, PickleValue> {
    const value = this.top();
    if (value instanceof Map) return value;
    throw this.wrong('a dictionary to fill', kindOf(value));
  }

  fill(items: readonly PickleValue[]): void {
    const mapping = this.mapping();
    if (items.length % 2 !== 0) throw this.wrong('keys and values in pairs', `${items.length} items`);
    for (let i = 0; i < items.length; i += 2) mapping.set(items[i] ?? null, items[i + 1] ?? null);
  }

  get(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.wrong(`memo ${index} to have been stored`, 'none');
    this.push(value);
  }

  global(module: PickleValue, name: PickleValue): void {
    if (typeof module !== 'string' || typeof name !== 'string') throw this.wrong('a module and a name', `${kindOf(module)} and ${kindOf(name)}`);
    const full = `${module.replace(/^__builtin__$/, 'builtins')}.${name}`;
    if (!this.allowed(full)) throw new FormatError('UnsafePickle', this.where, 'tensors, dictionaries, lists, texts and numbers only', `the name ${full.slice(0, 120)}, which code would be run for`, REMEDY);
    this.push(new PickleGlobal(full));
  }

  /** Keeps a call as a record. */
  call(): void {
    const args = this.pop();
    const callee = this.pop();
    if (!(callee instanceof PickleGlobal)) throw this.wrong('a name to be called', kindOf(callee));
    this.push(MAPPINGS.has(callee.name) ? new Map() : new PickleObject(callee.name, args));
  }

  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof PickleObject) target.state = state;
  }

  tuple(size: number): void {
    const items = Array.from({ length: size }, () => this.pop()).reverse();
    this.push(items);
  }

  /** A little-endian two's complement integer of any length; a number where it is safe. */
  integer(size: number): void {
    if (size > MAX_INTEGER_BYTES) throw this.wrong(`an integer of at most ${MAX_INTEGER_BYTES} bytes`, `${size} bytes`);
    const bytes = this.raw(size);
    const unsigned = bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
    const value = BigInt.asIntN(8 * size, unsigned);
    const plain = Number(value);
    this.push(Number.isSafeInteger(plain) ? plain : value);
  }
}

function kindOf(value: PickleValue): string {
  if (value instanceof Map) return 'a dictionary';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof PickleGlobal || value instanceof PickleObject) return value.name.slice(0, 80);
  return value === null ? 'None' : value instanceof PersistentId ? 'a reference' : typeof value;
}
