import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Question } from './node_side.ts';
import type { Host, Job, OpenSide, StepReport } from './side.ts';

/** A Node process for each side, with WebGPU by Dawn where the package `webgpu` is installed (`npm i --no-save webgpu`). */
export function nodeHost(): Host {
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
