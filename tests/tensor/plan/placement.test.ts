import { describe, expect, it } from 'vitest';
import { placementOf, type Place } from '../../../src/tensor/plan/placement.ts';
import { NotRecordable, VirtualBuffer, type Command, type Range, type Recording } from '../../../src/tensor/plan/recording.ts';

let made = 0;
const buffer = (size: number, more: Partial<VirtualBuffer> = {}) => Object.assign(new VirtualBuffer(made++, { size, usage: 0 }), more);
const whole = (of: VirtualBuffer): Range => ({ buffer: of, offset: 0, size: of.size });
const words = (...values: number[]) => Uint32Array.from(values).buffer;

function dispatch(uniforms: VirtualBuffer, written: VirtualBuffer, ...read: VirtualBuffer[]): Command {
  const bindings = [{ ...whole(written), written: true }, ...read.map((of) => ({ ...whole(of), written: false }))];
  return { pipeline: { ready: new Promise<never>(() => undefined) }, bindings, uniforms, workgroups: [1, 1, 1] };
}

const recording = (commands: Command[], outputs: VirtualBuffer[] = [], inputSizes: number[] = []): Recording => ({ commands, outputs: outputs.map(whole), captured: [], inputSizes, compiling: [] });
const uniforms = (value: number) => buffer(4, { bytes: words(value) });

/** What `Packed` holds, as it is written to the device. */
function contents(packed: { writeTo(queue: GPUQueue, to: GPUBuffer): void }): number[] {
  let bytes = new Uint8Array();
  const writeBuffer = (_to: unknown, _offset: number, data: Uint8Array<ArrayBuffer>) => void (bytes = data);
  packed.writeTo({ writeBuffer } as unknown as GPUQueue, {} as GPUBuffer);
  return [...new Uint32Array(bytes.buffer)];
}

describe('the places of a recorded step', () => {
  it('are by what a buffer is: input, constant, or passing', () => {
    const [first, second] = [buffer(12, { input: 1 }), buffer(300, { input: 0 })];
    const [seven, eleven] = [buffer(8, { bytes: words(7, 77) }), buffer(4, { bytes: words(11) })];
    const [sum, product] = [buffer(20), buffer(28)];
    const commands = [dispatch(uniforms(3), sum, second, seven), dispatch(uniforms(5), product, sum, first, eleven)];
    const { places, inputs, constants, uniforms: packed, chunks } = placementOf(recording(commands, [product], [300, 12]), 1024);
    expect([first, second, seven, eleven].map((of) => places.get(of))).toEqual<Place[]>([
      { kind: 'input', offset: 512 }, { kind: 'input', offset: 0 }, { kind: 'constant', offset: 0 }, { kind: 'constant', offset: 256 },
    ]);
    expect([sum, product].map((of) => places.get(of)!.kind)).toEqual(['passing', 'passing']);
    expect([inputs.size, chunks]).toEqual([768, [256, 256]]);
    expect(contents(constants).filter((word) => word !== 0)).toEqual([7, 77, 11]);
    expect([packed.offsets, contents(packed)[0], contents(packed)[64]]).toEqual([[0, 256], 3, 5]);
  });

  it('let a buffer lie where one lay that is not needed any more, unless it is looked at after the step', () => {
    const [a, b, c] = [buffer(20), buffer(28), buffer(36)];
    const commands = [dispatch(uniforms(1), a), dispatch(uniforms(1), b, a), dispatch(uniforms(1), c, b)];
    const same = (outputs: VirtualBuffer[]) => {
      const { places } = placementOf(recording(commands, outputs), 1024);
      return JSON.stringify(places.get(a)) === JSON.stringify(places.get(c));
    };
    expect([same([c]), same([a, c])]).toEqual([true, false]);
  });

  it('refuse an update of a value that the step was given, and a buffer that is too large', () => {
    for (const given of [{ input: 0 }, { bytes: words(1) }]) {
      expect(() => placementOf(recording([dispatch(uniforms(1), buffer(4, given))], [], [4]), 1024)).toThrow(NotRecordable);
    }
    expect(() => placementOf(recording([dispatch(uniforms(1), buffer(1028))]), 1024)).toThrow(/^a buffer of 1280 bytes/);
  });
});
