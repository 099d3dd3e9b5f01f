import type { Recipe } from '../../../src/experiment/recipe.ts';
import type { Arm, ResultRow, Scores, StepReport } from '../../../src/experiment/run.ts';
import { uniform, key } from '../../../src/random/counter.ts';
import type { RunRecord } from '../../../src/store/types.ts';
import type { RunLibrary, Trainer } from '../../../src/ui/state/ports.ts';
import type { Command, Event } from '../../../src/worker/protocol.ts';

const noise = key(7, 'shuffle');
const STEPS = 315;
const FINAL: Record<Arm, number> = { teacher: 0.942, distilled: 0.906, finetuned: 0.881, initialised: 0.531, random: 0.803, majority: 0.507, pretrained: 0.61, frequencies: 0.05 };
const PARAMETERS: Record<Arm, number> = { teacher: 741_250, distilled: 289_474, finetuned: 289_474, initialised: 289_474, random: 289_474, majority: 0, pretrained: 741_250, frequencies: 0 };
const SECONDS: Record<Arm, number> = { teacher: 2.1, distilled: 48, finetuned: 31, initialised: 0.8, random: 31, majority: 0, pretrained: 900, frequencies: 0 };
const TRAINED: readonly Arm[] = ['distilled', 'finetuned', 'random'];

export function scores(arm: Arm, share = 1): Scores {
  const start = arm === 'random' ? 0.5 : FINAL.initialised;
  const value = start + (FINAL[arm] - start) * (1 - Math.exp(-3.2 * share)) / (1 - Math.exp(-3.2));
  const byDepth = [0.04, 0.01, -0.03, -0.07].map((d) => Math.min(1, value + (value > 0.6 ? d : 0)));
  return { metrics: { accuracy: value }, byDepth, loss: 0.7 * (1 - share) + 0.2, examples: 2003 };
}

export function row(arm: Arm): ResultRow {
  return { arm, parameters: PARAMETERS[arm], scores: scores(arm), seconds: SECONDS[arm] };
}

export function report(arm: Arm, step: number, secondsLeft = 70): StepReport {
  const share = step / STEPS;
  const rough = 0.85 + 0.3 * uniform(noise, step * 7 + arm.length);
  const ce = (0.16 + 0.55 * Math.exp(-4 * share)) * rough;
  const kd = (0.09 + 0.8 * Math.exp(-5 * share)) * (0.8 + 0.4 * uniform(noise, step * 11));
  const terms: Record<string, number> = arm === 'distilled' ? { ce, kd } : { ce };
  return {
    arm, step, steps: STEPS, epoch: 5 * share, loss: arm === 'distilled' ? 0.5 * ce + 0.5 * kd : ce, terms,
    learning_rate: 3e-4 * (1 - share), grad_norm: 0.8 * rough, stepsPerSecond: 7.4, secondsLeft,
  };
}

/** What a worker would say in one run, in order; `until` cuts it off in the middle of the distilled student. */
export function* script(run: string, until = Infinity): Generator<Event> {
  yield { type: 'state', run, state: 'running' };
  yield { type: 'note', run, text: 'Generated 2000 training and 2003 dev sentences from seed 42.' };
  yield { type: 'progress', run, label: 'Scoring the teacher', done: 3, total: 8, secondsLeft: 2 };
  yield { type: 'evaluation', run, arm: 'teacher', step: 0, split: 'dev', scores: scores('teacher') };
  let said = 0;
  for (const arm of TRAINED) {
    if (arm === 'distilled') yield { type: 'evaluation', run, arm: 'initialised', step: 0, split: 'dev', scores: scores('initialised') };
    for (let step = 1; step <= STEPS; step += 1) {
      if (said++ >= until) return;
      yield { type: 'step', run, report: report(arm, step) };
      if (step % 45 === 0) yield { type: 'evaluation', run, arm, step, split: step === STEPS ? 'dev' : 'tuning', scores: scores(arm, step / STEPS) };
      if (step === 200) yield { type: 'checkpoint', run, arm, step, bytes: 4_630_000 };
    }
  }
  const arms: Arm[] = ['teacher', 'distilled', 'finetuned', 'initialised', 'random', 'majority'];
  yield { type: 'results', run, rows: arms.map(row) };
  yield { type: 'note', run, text: 'The student is saved in this browser.' };
  yield { type: 'state', run, state: 'done' };
}

export const WASM: Event = {
  type: 'device',
  limits: { total: 2 ** 32, binding: 2 ** 31, fusedAttention: true },
  device: {
    backend: 'wasm', adapter: 'google swiftshader',
    reason: 'This browser offers only a software WebGPU adapter, and WASM is faster than that.',
    remedy: 'Open the page in a browser with a hardware GPU, and switch hardware acceleration on in its settings.',
  },
};

/** A training worker that plays the script at once, or up to a step. */
export class FakeTrainer implements Trainer {
  readonly sent: Command[] = [];
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #until: number;

  constructor(until = Infinity) {
    this.#until = until;
  }

  listen(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  send(command: Command): void {
    this.sent.push(command);
    if (command.type === 'open') this.say(WASM);
    if (command.type === 'start') for (const event of script(command.run, this.#until)) this.say(event);
    if (command.type === 'predict') {
      this.say({ type: 'prediction', id: command.id, labels: ['negative', 'positive'], answers: [
        { arm: 'teacher', logits: [-2.1, 2.6] }, { arm: 'distilled', logits: [-0.9, 1.2] },
      ] });
    }
    if (command.type === 'export') {
      this.say({ type: 'fault', id: command.id, fault: { code: 'storage-full', where: 'the run’s checkpoint', expected: 'room for 4.6 MB', got: 'a full disk', remedy: 'Delete a run and export again.' } });
    }
  }

  say(event: Event): void {
    for (const listener of this.#listeners) listener(event);
  }
}

export function record(recipe: Recipe, changes: Partial<RunRecord> = {}): RunRecord {
  return {
    id: 'stored', name: recipe.name, recipe, state: 'done', createdAt: 1, updatedAt: Date.now() - 3_700_000, arm: 'random', step: STEPS, steps: STEPS,
    rows: (['teacher', 'distilled', 'finetuned', 'initialised', 'random', 'majority'] as const).map(row), generation: 3, ...changes,
  };
}

/** A store that holds these runs, each with the history of a whole run. */
export class FakeLibrary implements RunLibrary {
  runs: readonly RunRecord[];
  #tell: (runs: readonly RunRecord[]) => void = () => {};

  constructor(runs: readonly RunRecord[] = []) {
    this.runs = runs;
  }

  watch(callback: (runs: readonly RunRecord[]) => void): () => void {
    this.#tell = callback;
    callback(this.runs);
    return () => {};
  }

  async history(run: string): Promise<readonly StepReport[]> {
    return [...script(run)].flatMap((event) => (event.type === 'step' ? [event.report] : []));
  }

  async remove(run: string): Promise<void> {
    this.runs = this.runs.filter((r) => r.id !== run);
    this.#tell(this.runs);
  }

  async persist(): Promise<boolean> {
    return false;
  }

  lost(): undefined {
    return undefined;
  }
}
