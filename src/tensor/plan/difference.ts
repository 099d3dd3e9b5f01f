import { isCopy, VirtualBuffer, type Command, type Dispatch, type Range, type Recording } from './recording.ts';

/**
 * What differs between two recordings of the same plan key beside inputs and dropout keys; undefined when nothing does.
 *
 * A difference means that the step depends on something that it was not given as an input, such as a number drawn in
 * JavaScript: a replay would go on with the old one.
 */
export async function difference(a: Recording, b: Recording): Promise<string | undefined> {
  if (a.commands.length !== b.commands.length) return `${a.commands.length} commands in one step and ${b.commands.length} in another`;
  for (const [i, command] of a.commands.entries()) {
    const found = await commandDifference(command, b.commands[i]!);
    if (found) return `command ${i} of ${a.commands.length}: ${found}`;
  }
  return a.outputs.some((range, i) => !sameRange(range, b.outputs[i]!)) ? 'the outputs lie elsewhere' : undefined;
}

async function commandDifference(a: Command, b: Command): Promise<string | undefined> {
  if (isCopy(a) || isCopy(b)) return isCopy(a) && isCopy(b) && sameRange(a.from, b.from) && sameRange(a.to, b.to) ? undefined : 'another copy';
  if ((await a.pipeline.ready) !== (await b.pipeline.ready)) return 'another shader';
  if (a.workgroups.join() !== b.workgroups.join()) return 'another grid';
  if (a.bindings.length !== b.bindings.length || a.bindings.some((range, i) => !sameRange(range, b.bindings[i]!))) return bindingDifference(a, b);
  return sameUniforms(a.uniforms, b.uniforms) ? undefined : 'a number that differs from step to step';
}

function bindingDifference(a: Dispatch, b: Dispatch): string {
  const at = a.bindings.findIndex((range, i) => !b.bindings[i] || !sameRange(range, b.bindings[i]));
  const { buffer } = a.bindings[at] ?? {};
  const uploaded = buffer instanceof VirtualBuffer && buffer.bytes !== undefined;
  return uploaded ? `an upload of ${buffer.size} bytes that differs from step to step and is no input` : 'other tensors';
}

function sameRange(a: Range, b: Range): boolean {
  if (a.offset !== b.offset || a.size !== b.size) return false;
  const [x, y] = [a.buffer, b.buffer];
  if (!(x instanceof VirtualBuffer) || !(y instanceof VirtualBuffer)) return x === y;
  return x.id === y.id && x.input === y.input && (x.input !== undefined || sameBytes(x.bytes, y.bytes));
}

function sameUniforms(a: VirtualBuffer, b: VirtualBuffer): boolean {
  if (a.draws.length !== b.draws.length || a.draws.some(({ offset, index }, i) => b.draws[i]!.offset !== offset || b.draws[i]!.index !== index)) return false;
  return sameBytes(withoutDraws(a), withoutDraws(b));
}

function withoutDraws({ bytes, draws }: VirtualBuffer): ArrayBuffer {
  const copy = bytes!.slice(0);
  for (const { offset } of draws) new DataView(copy).setUint32(offset, 0);
  return copy;
}

function sameBytes(a: ArrayBuffer | undefined, b: ArrayBuffer | undefined): boolean {
  if (!a || !b) return a === b;
  const [x, y] = [new Uint8Array(a), new Uint8Array(b)];
  return x.length === y.length && x.every((byte, i) => byte === y[i]);
}
