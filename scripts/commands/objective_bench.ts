/** `objective-bench`: every objective on one batch, or each trained for some steps, under Node. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { GENERATORS } from '../../src/data/mini_glue/generators.ts';
import { BENCH_ROWS, benchRecipe, fell } from '../../src/experiment/objective_bench.ts';
import { GOLDEN_STATUS } from '../../src/experiment/golden_status.ts';
import { BENCHED } from '../../src/experiment/objective_catalogue.ts';
import { objectiveEntry } from '../../src/experiment/objective_catalogue.ts';
import { BUNDLED_BASE, DEFAULT_RECIPE, MINI_GLUE } from '../../src/experiment/presets.ts';
import type { ModelSource, Recipe } from '../../src/experiment/recipe.ts';
import { studentOf } from '../../src/experiment/sweep.ts';
import { layerList, MODEL_HELP, SEED_END } from '../../src/experiment/training_options.ts';
import { Fault, type FaultReport } from '../../src/fault/fault.ts';
import { command, type Context, type Outcome } from '../command_line/command.ts';
import { choice, integer, text, type Option, type Values } from '../command_line/option.ts';
import { Interrupted } from '../driven_run.ts';
import { withFetched } from '../models/elsewhere.ts';
import { withBundle } from '../node_bundle.ts';
import type { BenchFinding, BenchTask, main } from '../objective_bench_entry.ts';
import { progressOn } from '../progress.ts';
import { benchText, trainingsText } from '../objective_bench_text.ts';
import { modelOf } from './recipe_from.ts';
import { MODELS, type ResolvedModel } from './sources.ts';

const { training, student } = DEFAULT_RECIPE;

/** Objectives by name or by the reference's spelling, separated by commas. */
const objectiveNames: Option<readonly string[]> = {
  placeholder: 'LIST',
  help: 'objectives by name, e.g. kd,att_kl,minilm',
  otherwise: 'every objective',
  read: (value, where) => value.split(',').map((name) => objectiveEntry(name.trim(), where).name),
};

const OPTIONS = {
  task: choice(GENERATORS.map(({ task }) => task), 'mini-GLUE task that the batch is of', DEFAULT_RECIPE.task),
  teacher: text('MODEL', MODEL_HELP, "the task's bundled teacher"),
  student_layers: integer(1, 48, "the student's layers", String(student.num_hidden_layers)),
  init: layerList,
  seed: integer(0, SEED_END, 'seed of rows, batch, student and draws', String(training.seed)),
  batch_size: integer(1, 512, 'rows in the batch', String(training.per_device_train_batch_size)),
  fidelity: choice(['corrected', 'released'], 'objectives as corrected here, or as the reference’s code computes them', 'corrected'),
  objectives: objectiveNames,
  train: integer(10, 100_000, 'instead of one batch: train the student this many steps by each objective, and see whether its loss falls'),
  backend: choice(['wasm', 'cpu'], 'what computes', 'wasm'),
} as const;

type BenchValues = Values<typeof OPTIONS>;

export const objectiveBench = command({
  name: 'objective-bench',
  summary: 'Compare every objective on one batch: value, gradient, cosines, time, memory, checks.',
  options: OPTIONS,
  plan: (given) => withFetched(given, { teacher: 'model' }, (values) => {
    const teacher = modelOf(values.teacher, '--teacher', values.task ?? DEFAULT_RECIPE.task);
    const task = taskOf(values, teacher);
    return (context) => run(task, context);
  }),
});

/** What is run, without what the program gives it; UsageError where teacher and student do not fit. */
function taskOf(values: BenchValues, teacher: ResolvedModel): Omit<BenchTask, 'tell' | 'gate'> {
  const { task = DEFAULT_RECIPE.task, seed = training.seed, batch_size = training.per_device_train_batch_size, train, backend = 'wasm' } = values;
  const base = benchRecipe(task, teacher.layers ?? 1, 1, batch_size);
  const place = placeOf(teacher);
  const rows = train === undefined ? BENCH_ROWS : Math.max(BENCH_ROWS, Math.min(MINI_GLUE.train_rows, train * batch_size));
  const recipe: Recipe = {
    ...base,
    teacher: place.source,
    student: studentOf(values, teacher.layers),
    data: { ...MINI_GLUE, seed, train_rows: rows, dev_rows: 1 },
    training: { ...base.training, seed, max_steps: train ?? 1 },
    fidelity: values.fidelity ?? base.fidelity,
    backend,
  };
  return {
    recipe,
    objectives: values.objectives ?? BENCHED.map(({ name }) => name),
    backend,
    ...(place.path === undefined ? {} : { teacher: place.path }),
    base: join(MODELS, BUNDLED_BASE),
    tokenizer: join(MODELS, '..', 'tokenizers', 'mini-glue'),
    ...(train === undefined ? {} : { steps: train }),
  };
}

/** A model as a folder of this machine; the base model where a bundled teacher is made on its first use only. */
function placeOf({ source, folder }: ResolvedModel): { source: ModelSource; path?: string } {
  if (source.kind !== 'bundled') return { source, ...(folder === undefined ? {} : { path: folder }) };
  const name = existsSync(join(MODELS, source.name)) ? source.name : BUNDLED_BASE;
  return { source: { kind: 'folder', name }, path: join(MODELS, name) };
}

async function run(task: Omit<BenchTask, 'tell' | 'gate'>, { log, signal }: Context): Promise<Outcome> {
  const progress = progressOn(log);
  const tell: BenchTask['tell'] = (event) => {
    if (event.kind === 'progress') progress.listen({ type: 'progress', run: '', ...event });
  };
  // WebAssembly never leaves the thread by itself; a turn of the loop lets signals in.
  const gate = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) throw new Interrupted();
  };
  progress.say('Preparing …');
  const found = await withBundle<{ main: typeof main }, BenchFinding | FaultReport>(join(import.meta.dirname, '..', 'objective_bench_entry.ts'), (bundle) => bundle.main({ ...task, tell, gate }));
  progress.end();
  if (signal.aborted) throw new Interrupted();
  if ('code' in found) throw new Fault(found);
  return outcome(found);
}

function outcome(found: BenchFinding): Outcome {
  if (found.kind === 'report') return { text: benchText(found.report), json: { ok: true, ...found.report, golden: GOLDEN_STATUS } };
  const failed = found.trainings.some((one) => !fell(one));
  const trainings = found.trainings.map((one) => ({ ...one, fell: fell(one) }));
  return { text: trainingsText(found.notes, found.trainings), json: { ok: !failed, notes: found.notes, trainings }, failed };
}
