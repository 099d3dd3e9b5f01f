import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Fault } from '../../src/fault/fault.ts';
import { dawn } from './dawn.ts';
import type { Question } from './node_side.ts';
import { SIDES, type Host, type Job, type OpenSide, type SideName, type StepReport } from './side.ts';

/**
 * A Node process for each side, with WebGPU by Dawn, which the package `webgpu` brings.
 *
 * Errors: a `Fault` where a side needs that package and it is not installed.
 */
export function nodeHost(sides: readonly SideName[]): Host {
  const needing = sides.find((side) => SIDES[side].device === 'webgpu');
  if (needing && !dawn()) {
    throw new Fault({ code: 'usage', where: `--node, side ${needing}`, expected: 'the package `webgpu`, which gives Node a WebGPU', got: 'no such package', remedy: 'Run `npm install --no-save webgpu`, or name sides without WebGPU: --sides stock-wasm,own-wasm.' });
  }
  return { description: `Node ${process.versions.node}`, open: openProcess, close: async () => undefined };
}

async function openProcess(job: Job): Promise<OpenSide> {
  const child = fork(join(import.meta.dirname, 'node_child.ts'), { execArgv: ['--import', 'tsx'] });
  const ended = once(child, 'close').then(([code]: unknown[]) => {
    throw new Error(`the process of ${job.side} ended with ${String(code)}`);
  });
  ended.catch(() => undefined);
  await Promise.race([ended, once(child, 'message')]);
  const ask = async (question: Question): Promise<unknown> => {
    child.send(question);
    const [{ value, error }] = (await Promise.race([ended, once(child, 'message')])) as [{ value?: unknown; error?: string }];
    if (error !== undefined) throw new Error(error);
    return value;
  };
  return {
    adapter: String(await ask({ ask: 'open', job })),
    step: async () => (await ask({ ask: 'step' })) as StepReport,
    shorten: async () => Boolean(await ask({ ask: 'shorten' })),
    processorTime: async () => Number(await ask({ ask: 'time' })),
    close: async () => void child.disconnect(),
  };
}
