import { describe, expect, it } from 'vitest';
import { Fault } from '../../src/fault/fault.ts';
import { Gate, Stopped } from '../../src/worker/gate.ts';

const FAULT = new Fault({ code: 'x', where: 'here', expected: 'a', got: 'b', remedy: 'C.' });
const never = async () => expect.unreachable('it does not pause');
const soon = (act: () => void) => setTimeout(act, 7);

function work(milliseconds: number): void {
  const begin = performance.now();
  while (performance.now() - begin < milliseconds);
}

describe('the gate', () => {
  it('lets messages through after 30 ms of work, and not before', async () => {
    const gate = new Gate();
    let messages = 0;
    setTimeout(() => (messages += 1));
    await gate.pass(never);
    const atOnce = messages;
    for (let slice = 0; slice < 7 && messages === 0; slice++) {
      work(31);
      await gate.pass(never);
    }
    expect([atOnce, messages]).toEqual([0, 1]);
  });

  it('waits while it is paused, and tells once that it goes on', async () => {
    const gate = new Gate();
    const told: string[] = [];
    gate.pause();
    soon(() => gate.continue());
    await gate.pass(async () => {
      told.push('paused');
      gate.onContinue(() => told.push('continued'));
    });
    gate.continue();
    await gate.pass(never);
    expect(told).toEqual(['paused', 'continued']);
  });

  it.each<[string, (gate: Gate) => void, unknown]>([
    ['a stop', (gate) => gate.stop(), expect.any(Stopped)],
    ['a fault', (gate) => gate.fail(FAULT), FAULT],
  ])('ends a pause by %s, which is no going on', async (_name, end, thrown) => {
    const gate = new Gate();
    const told: string[] = [];
    gate.pause();
    soon(() => end(gate));
    const passed = gate.pass(async () => gate.onContinue(() => told.push('continued')));
    await expect(passed).rejects.toEqual(thrown);
    expect(told).toEqual([]);
    await expect(gate.pass(never)).rejects.toEqual(thrown);
  });

  it('tells the first fault as the cause, else the error itself', async () => {
    const gate = new Gate();
    const error = new Error('AbortError');
    expect(await gate.causeOf(error)).toBe(error);
    soon(() => {
      gate.fail(FAULT);
      gate.fail(new Fault({ ...FAULT.toReport(), code: 'second' }));
    });
    expect(await gate.causeOf(error)).toBe(FAULT);
    expect(() => gate.check()).toThrow(FAULT);
  });
});
