/** Bundled for Node: one side of the benchmark, a process of its own for each; answers the messages of in_node.ts. */
import { countWebGPU } from './counters.ts';
import { adapterInWords, measuredStep, openStepper, shortens } from './measured.ts';
import type { Job, Stepper } from './side.ts';

/** What the parent asks, and nothing else. */
export type Question = { readonly ask: 'open'; readonly job: Job } | { readonly ask: 'step' } | { readonly ask: 'shorten' } | { readonly ask: 'time' };

/** Serves questions until the parent goes. */
export function main(): void {
  const counters = countWebGPU();
  let stepper: Stepper | undefined;
  const answer = async (question: Question): Promise<unknown> => {
    if (question.ask === 'time') return processorTime();
    if (question.ask === 'shorten') return shortens(stepper);
    if (question.ask === 'step') return measuredStep(stepper!, counters);
    stepper = await openStepper(question.job);
    return adapterInWords();
  };
  process.on('message', (question: Question) => {
    answer(question).then((value) => process.send!({ value }), (error: unknown) => process.send!({ error: error instanceof Error ? error.stack : String(error) }));
  });
}

/** Of this process with all its threads, in milliseconds; a software adapter runs in it. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
