/** Where the buffers of a recorded step lie. */
import { layOut, type Use } from './layout.ts';
import { Packed } from './packed.ts';
import { bindingsOf, isCopy, NotRecordable, VirtualBuffer, type Range, type Recording } from './recording.ts';

/** Where a buffer of a recorded step lies when it is replayed; offsets in bytes. */
export type Place =
  /** Among what is written before every run. */
  | { readonly kind: 'input'; readonly offset: number }
  /** Among what is written once. */
  | { readonly kind: 'constant'; readonly offset: number }
  /** Comes into being within the step, and passes with it. */
  | { readonly kind: 'passing'; readonly chunk: number; readonly offset: number };

/** The places of a recording's buffers, and what they are parts of. */
export interface Placement {
  readonly places: ReadonlyMap<VirtualBuffer, Place>;
  /** Still zeros. */
  readonly inputs: Packed;
  readonly constants: Packed;
  /** One for each dispatch, in their order. */
  readonly uniforms: Packed;
  /** Bytes of each chunk of what passes. */
  readonly chunks: readonly number[];
}

/**
 * Places every buffer of a recording.
 *
 * NotRecordable when the step writes over a value that it was given, or a buffer has more than `limit` bytes.
 */
export function placementOf(recording: Recording, limit: number): Placement {
  const { inputs, constants, passing } = buffersOf(recording);
  const packedInputs = new Packed(recording.inputSizes);
  const packedConstants = packed(constants);
  const { places, chunks } = layOut(usesOf(recording, passing), passing.map(({ size }) => size), keptOf(recording, passing), limit);
  return {
    places: new Map<VirtualBuffer, Place>([
      ...inputs.map((buffer) => [buffer, { kind: 'input', offset: packedInputs.offsets[buffer.input!]! }] as const),
      ...constants.map((buffer, i) => [buffer, { kind: 'constant', offset: packedConstants.offsets[i]! }] as const),
      ...passing.map((buffer, i) => [buffer, { kind: 'passing', ...places[i]! }] as const),
    ]),
    inputs: packedInputs,
    constants: packedConstants,
    uniforms: packed(recording.commands.flatMap((command) => (isCopy(command) ? [] : [command.uniforms]))),
    chunks,
  };
}

/** Buffers with contents, one after another. */
function packed(buffers: readonly VirtualBuffer[]): Packed {
  const all = new Packed(buffers.map(({ size }) => size));
  buffers.forEach(({ bytes }, index) => all.put(index, bytes!));
  return all;
}

/** The buffers of a recording by what they are, uniforms aside. */
function buffersOf({ commands, outputs }: Recording): Record<'inputs' | 'constants' | 'passing', VirtualBuffer[]> {
  const kinds = { inputs: new Set<VirtualBuffer>(), constants: new Set<VirtualBuffer>(), passing: new Set<VirtualBuffer>() };
  for (const { buffer, written } of [...commands.flatMap(bindingsOf), ...outputs.map((range) => ({ ...range, written: false }))]) {
    if (!(buffer instanceof VirtualBuffer)) continue;
    const given = buffer.input !== undefined || buffer.bytes !== undefined;
    if (given && written) throw new NotRecordable('an update in place of a value that the step uploads');
    if (buffer.input !== undefined) kinds.inputs.add(buffer);
    else if (buffer.bytes) kinds.constants.add(buffer);
    else kinds.passing.add(buffer);
  }
  return { inputs: [...kinds.inputs], constants: [...kinds.constants], passing: [...kinds.passing] };
}

/** How each command uses these buffers, by their index. */
function usesOf({ commands }: Recording, buffers: readonly VirtualBuffer[]): Use[][] {
  const indices = indicesOf(buffers);
  return commands.map((command) => bindingsOf(command).flatMap(({ buffer, written }) => {
    const index = indices.get(buffer);
    return index === undefined ? [] : [{ buffer: index, written }];
  }));
}

/** Which of these buffers are looked at after the step. */
function keptOf({ outputs }: Recording, buffers: readonly VirtualBuffer[]): number[] {
  const indices = indicesOf(buffers);
  return outputs.flatMap(({ buffer }) => indices.get(buffer) ?? []);
}

const indicesOf = (buffers: readonly VirtualBuffer[]): ReadonlyMap<Range['buffer'], number> => new Map(buffers.map((buffer, index) => [buffer, index]));
