import * as tf from '../src/tensor/tf.ts';

/** The lab's kernels on the WASM backend: as registered (`own`), or composed from stock operations (`plain`). */
export type Form = 'own' | 'plain';

/**
 * Switches between the two forms; the CPU backend, which has no own form, holds the plain one.
 *
 * The gradient of a lookup stays as it is: tfjs's WASM backend has no operation to compose it from.
 */
export function kernelForms(): (form: Form) => void {
  const own = tf.getKernelsForBackend('wasm').filter(({ kernelName }) => kernelName.startsWith('Lab') && kernelName !== 'LabLookupGradient');
  const forms: Record<Form, readonly tf.KernelConfig[]> = {
    own,
    plain: own.map(({ kernelName }) => ({ kernelName, backendName: 'wasm', kernelFunc: tf.getKernel(kernelName, 'cpu').kernelFunc })),
  };
  return (form) => {
    for (const kernel of forms[form]) {
      tf.unregisterKernel(kernel.kernelName, 'wasm');
      tf.registerKernel(kernel);
    }
  };
}

/** Median and least of some processor times, in milliseconds. */
export interface Times {
  readonly median: number;
  readonly least: number;
}

/** Processor time of this process so far, in milliseconds; unlike the clock it does not count what other programs do. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Times every variant in turn, `rounds` times after one warm-up; each call repeats `repeat` times and is divided by it. */
export async function inTurn<Name extends string>(variants: Record<Name, () => unknown>, rounds: number, repeat = 1): Promise<Record<Name, Times>> {
  const names = Object.keys(variants) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -1; round < rounds; round++) {
    for (const name of names) {
      const start = processorTime();
      for (let i = 0; i < repeat; i++) await variants[name]();
      if (round >= 0) times[name].push((processorTime() - start) / repeat);
    }
  }
  const summary = (values: number[]): Times => {
    const sorted = values.sort((a, b) => a - b);
    return { median: sorted[sorted.length >> 1]!, least: sorted[0]! };
  };
  return Object.fromEntries(names.map((name) => [name, summary(times[name])])) as Record<Name, Times>;
}
