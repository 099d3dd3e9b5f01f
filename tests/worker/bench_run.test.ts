import 'fake-indexeddb/auto';
import { beforeAll, expect, it } from 'vitest';
import { benchRecipe, type BenchEvent } from '../../src/experiment/objective_bench.ts';
import { Fault } from '../../src/fault/fault.ts';
import { BenchRun } from '../../src/worker/bench_run.ts';
import { WORDS } from '../lab/small_session.ts';
import { open } from '../tensor/backends.ts';

beforeAll(() => open('cpu'));

/** A bench of a model from scratch, which needs no file from elsewhere before its first look at the messages. */
function small(): { run: BenchRun; events: BenchEvent[] } {
  const events: BenchEvent[] = [];
  const tokenizer = [{ name: 'vocab.txt', blob: new Blob([`${WORDS.join('\n')}\n`]) }];
  const recipe = { ...benchRecipe('sst-2', 3, 2, 5), teacher: { kind: 'scratch', num_hidden_layers: 3, hidden_size: 14 } as const };
  return { events, run: new BenchRun({ job: { recipe, objectives: ['kd'] }, files: { tokenizer }, baseUrl: 'http://127.0.0.1:9/' }, (event) => events.push(event)) };
}

it('ends at its next look at the messages when it is stopped', async () => {
  const { run, events } = small();
  run.gate.stop();
  await run.start();
  expect(events.at(-1)).toEqual({ kind: 'stopped' });
});

it('ends with what made the device fail, not with the error that this makes', async () => {
  const { run } = small();
  run.gate.fail(new Fault({ code: 'device-lost', where: 'GPU device', expected: 'a device', got: 'none', remedy: 'Start again.' }));
  await expect(run.start()).rejects.toMatchObject({ code: 'device-lost' });
});
