/**
 * Python's pickle, read as data: an allow-list of opcodes and of names, and nothing is ever called.
 *
 * A pickle is a program that builds a value; its instructions to call a function are kept as a record of the name and
 * the arguments (`PickleObject`), and what that means is for the reader above to know. Format: protocols 2 to 5 as in
 * CPython's `pickletools`.
 */
import { Machine, MARK, PersistentId, type PickleValue } from './pickle_machine.ts';

export { PersistentId, PickleGlobal, PickleObject, type PickleValue } from './pickle_machine.ts';

type Opcode = (m: Machine) => void;

/** What each opcode does. Those that are absent make instances in other ways, or belong to protocols 0 and 1. */
const OPCODES: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  [0x80, (m) => { const version = m.uint8(); if (version > 5) throw m.wrong('protocol 2 to 5', `${version}`); }],
  [0x95, (m) => { m.uint64(); }],
  [0x28, (m) => m.stack.push(MARK)],
  [0x30, (m) => { m.pop(); }],
  [0x31, (m) => { m.items(); }],
  [0x32, (m) => m.push(m.top())],
  [0x4e, (m) => m.push(null)],
  [0x88, (m) => m.push(true)],
  [0x89, (m) => m.push(false)],
  [0x4a, (m) => m.push(m.view.getInt32(m.take(4), true))],
  [0x4b, (m) => m.push(m.uint8())],
  [0x4d, (m) => m.push(m.uint16())],
  [0x8a, (m) => m.integer(m.uint8())],
  [0x8b, (m) => m.integer(m.uint32())],
  [0x47, (m) => m.push(m.view.getFloat64(m.take(8), false))],
  [0x58, (m) => m.push(m.text(m.uint32()))],
  [0x8c, (m) => m.push(m.text(m.uint8()))],
  [0x8d, (m) => m.push(m.text(m.uint64()))],
  [0x55, (m) => m.push(m.text(m.uint8()))],
  [0x54, (m) => m.push(m.text(m.uint32()))],
  [0x43, (m) => m.push(m.raw(m.uint8()))],
  [0x42, (m) => m.push(m.raw(m.uint32()))],
  [0x8e, (m) => m.push(m.raw(m.uint64()))],
  [0x5d, (m) => m.push([])],
  [0x7d, (m) => m.push(new Map())],
  [0x29, (m) => m.push([])],
  [0x8f, (m) => m.push([])],
  [0x6c, (m) => m.push(m.items())],
  [0x74, (m) => m.push(m.items())],
  [0x91, (m) => m.push(m.items())],
  [0x85, (m) => m.tuple(1)],
  [0x86, (m) => m.tuple(2)],
  [0x87, (m) => m.tuple(3)],
  [0x64, (m) => { const items = m.items(); m.push(new Map()); m.fill(items); }],
  [0x61, (m) => { const value = m.pop(); m.list().push(value); }],
  [0x65, (m) => { const items = m.items(); const list = m.list(); for (const item of items) list.push(item); }],
  [0x90, (m) => { const items = m.items(); const list = m.list(); for (const item of items) list.push(item); }],
  [0x73, (m) => { const value = m.pop(); const name = m.pop(); m.fill([name, value]); }],
  [0x75, (m) => m.fill(m.items())],
  [0x71, (m) => { m.memo.set(m.uint8(), m.top()); }],
  [0x72, (m) => { m.memo.set(m.uint32(), m.top()); }],
  [0x94, (m) => { m.memo.set(m.memo.size, m.top()); }],
  [0x68, (m) => m.get(m.uint8())],
  [0x6a, (m) => m.get(m.uint32())],
  [0x63, (m) => { const module = m.line(); m.global(module, m.line()); }],
  [0x93, (m) => { const name = m.pop(); m.global(m.pop(), name); }],
  [0x52, (m) => m.call()],
  [0x81, (m) => m.call()],
  [0x62, (m) => m.build()],
  [0x51, (m) => m.push(new PersistentId(m.pop()))],
]);

const STOP = 0x2e;

/**
 * The value of a pickle.
 *
 * `allowed` says which names may occur; they are recorded, never looked up. Throws FormatError UnsafePickle for any
 * other name, BadPickle for opcodes that are not data or a pickle that is cut.
 */
export function readPickle(bytes: Uint8Array, where: string, allowed: (name: string) => boolean): PickleValue {
  const machine = new Machine(bytes, where, allowed);
  for (let code = machine.uint8(); code !== STOP; code = machine.uint8()) {
    const opcode = OPCODES.get(code);
    if (!opcode) throw machine.wrong('an opcode that builds data', `0x${code.toString(16).padStart(2, '0')}`);
    opcode(machine);
  }
  const value = machine.pop();
  if (machine.stack.length > 0) throw machine.wrong('one value', `${machine.stack.length + 1}`);
  return value;
}
