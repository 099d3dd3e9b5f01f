/** Bundled for Node: the objective bench on models of this machine. */
import type { BenchEvent, BenchJob, BenchReport, ObjectiveTraining } from '../src/experiment/objective_bench.ts';
import { toReport, type FaultReport } from '../src/fault/fault.ts';
import { runBench } from '../src/lab/objective_bench/bench.ts';
import { prepareScene } from '../src/lab/objective_bench/scene.ts';
import { trainObjectives } from '../src/lab/objective_bench/training.ts';
import { readModel, type Shelf } from '../src/lab/sources.ts';
import { openBackend } from '../src/tensor/backends/open.ts';
import { openPath } from './disk_folder.ts';

/** A bench, and where its models are on this machine. */
export interface BenchTask extends BenchJob {
  readonly backend: 'wasm' | 'cpu';
  /** The teacher's folder; undefined for one from scratch. */
  readonly teacher?: string;
  /** The bundled base model, and the tokenizer of models from scratch. */
  readonly base: string;
  readonly tokenizer: string;
  /** Steps of the short trainings; undefined measures one batch. */
  readonly steps?: number;
  readonly tell: (event: BenchEvent) => void;
  /** Waited for between short pieces of work; ends the bench by throwing. */
  readonly gate: () => Promise<void>;
}

/** What one call finds. */
export type BenchFinding =
  | { readonly kind: 'report'; readonly report: BenchReport }
  | { readonly kind: 'trainings'; readonly notes: readonly string[]; readonly trainings: readonly ObjectiveTraining[] };

/** Resolves to what was found, or to what went wrong: a bundle's faults are of another class than the program's. */
export function main(task: BenchTask): Promise<BenchFinding | FaultReport> {
  return run(task).catch(toReport);
}

async function run({ recipe, objectives, backend, teacher, base, tokenizer, steps, tell, gate }: BenchTask): Promise<BenchFinding> {
  await openBackend({ choice: backend, onFault: (fault) => { throw fault; } });
  const now = () => performance.now();
  const shelf: Shelf = {
    baseUrl: '',
    given: { ...(teacher === undefined ? { tokenizer: await given(tokenizer) } : { teacher: await given(teacher) }) },
    stored: async () => undefined,
    now,
    emit: (event) => (event.type === 'progress' ? tell({ kind: 'progress', ...event }) : undefined),
  };
  const scene = await prepareScene({ recipe }, shelf, gate, (quiet) => readModel(openPath(base), quiet));
  const surroundings = { now, tell, gate };
  if (steps === undefined) return { kind: 'report', report: await runBench(scene, objectives, surroundings) };
  return { kind: 'trainings', notes: scene.notes, trainings: await trainObjectives(scene, objectives, steps, surroundings) };
}

/** The files of a path, as a page would be given them. */
async function given(path: string): Promise<{ name: string; blob: Blob }[]> {
  const folder = openPath(path);
  const files = (folder.list?.() ?? []).map(async (name) => ({ name, blob: new Blob([(await folder.read(name))!.slice()]) }));
  return Promise.all(files);
}
