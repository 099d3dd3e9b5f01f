import { describe, expect, it } from 'vitest';
import { withoutCopies } from '../../../src/tensor/plan/direct.ts';
import { VirtualBuffer, type Command, type Range, type Recording } from '../../../src/tensor/plan/recording.ts';

const [PASSING, OUTSIDE] = [new VirtualBuffer(1, { size: 28, usage: 0 }), {} as GPUBuffer];
const range = (buffer: Range['buffer'], offset = 0): Range => ({ buffer, offset, size: 28 });
const dispatch = (...bindings: [Range, written: boolean][]): Command => ({
  pipeline: { ready: Promise.reject(new Error('none')).catch(() => undefined as never) },
  bindings: bindings.map(([at, written]) => ({ ...at, written })),
  uniforms: new VirtualBuffer(9, { size: 4, usage: 0 }),
  workgroups: [1, 1, 1],
});
const recording = (commands: Command[], outputs: Range[] = []): Recording => ({ commands, outputs, captured: [], inputSizes: [], compiling: [] });
const copy: Command = { from: range(PASSING), to: range(OUTSIDE, 256) };
const write = dispatch([range(PASSING), true]);

describe('copies out of a step', () => {
  it('are left out where the source can be written in its place', () => {
    const { commands } = withoutCopies(recording([write, dispatch([range(OUTSIDE), true]), copy, dispatch([range(OUTSIDE, 256), false])]));
    expect(commands.map((command) => ('bindings' in command ? command.bindings.map(({ buffer, offset, size }) => [buffer === OUTSIDE, offset, size]) : 'copy'))).toEqual([[[true, 256, 28]], [[true, 0, 28]], [[true, 256, 28]]]);
  });

  it.each<[string, Command[], Range[]]>([
    ['the source is read before', [write, dispatch([range(PASSING), false]), copy], []],
    ['the source is read behind', [write, copy, dispatch([range(PASSING), false])], []],
    ['the source is needed after the step', [write, copy], [range(PASSING)]],
    ['the place is read meanwhile', [write, dispatch([range(OUTSIDE, 256), false]), copy], []],
    ['the place is written meanwhile', [write, dispatch([range(OUTSIDE, 260), true]), copy], []],
    ['the dispatch reads the other buffer', [dispatch([range(PASSING), true], [range(OUTSIDE), false]), copy], []],
    ['there are two copies', [write, copy, { from: range(PASSING), to: range(OUTSIDE, 512) }], []],
    ['nothing wrote the source', [copy], []],
    ['a part is copied', [write, { from: { ...range(PASSING), size: 24 }, to: range(OUTSIDE) }], []],
  ])('stay where %s', (_why, commands, outputs) => {
    expect(withoutCopies(recording(commands, outputs)).commands).toEqual(commands);
  });
});
