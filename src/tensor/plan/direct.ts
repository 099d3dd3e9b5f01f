import { bindingsOf, isCopy, VirtualBuffer, type Command, type Copy, type Range, type Recording } from './recording.ts';

/**
 * The same recording, where what was copied to a place outside of the step is written there at once.
 *
 * A copy goes if its source is the whole of a buffer of the step that dispatches only write, and if nothing uses the place
 * until the copy would have been made. So gradients come straight into their flat buffer.
 */
export function withoutCopies(recording: Recording): Recording {
  const places = new Map<VirtualBuffer, Range>();
  const copies = new Set<Command>();
  recording.commands.forEach((command, at) => {
    if (!isCopy(command) || !isDirect(recording, command, at)) return;
    places.set(command.from.buffer as VirtualBuffer, command.to);
    copies.add(command);
  });
  const moved = <R extends Range>(range: R): R => {
    const place = range.buffer instanceof VirtualBuffer ? places.get(range.buffer) : undefined;
    return place ? { ...range, buffer: place.buffer, offset: place.offset + range.offset } : range;
  };
  const commands = recording.commands.filter((command) => !copies.has(command)).map((command) => (isCopy(command) ? command : { ...command, bindings: command.bindings.map(moved) }));
  return { ...recording, commands };
}

function isDirect({ commands, outputs }: Recording, copy: Copy, at: number): boolean {
  const { from: { buffer: source, offset, size }, to } = copy;
  if (!(source instanceof VirtualBuffer) || source.input !== undefined || source.bytes || offset !== 0 || size !== source.size) return false;
  if (to.buffer instanceof VirtualBuffer || outputs.some(({ buffer }) => buffer === source)) return false;
  const users = commands.filter((command) => command !== copy && bindingsOf(command).some(({ buffer }) => buffer === source));
  const first = commands.indexOf(users[0]!);
  if (first < 0 || first > at) return false;
  const written = users.every((command) => !isCopy(command) && command.bindings.every((range) => (range.buffer === source ? range.written : range.buffer !== to.buffer)));
  return written && commands.indexOf(users.at(-1)!) < at && !commands.slice(first, at).some((command) => bindingsOf(command).some((range) => overlap(range, to)));
}

const overlap = (a: Range, b: Range): boolean => a.buffer === b.buffer && a.offset < b.offset + b.size && b.offset < a.offset + a.size;
