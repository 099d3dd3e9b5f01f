/** Runs of a sweep in one browser, one after another; what is finished is read, what was interrupted goes on. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Fault } from '../../src/fault/fault.ts';
import type { ExperimentValues } from '../../src/experiment/method_stages.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { upgradeRecipe, type StoredRecipe } from '../../src/experiment/recipe_versions.ts';
import { reportTable, sweepReport, type SeedResult } from '../../src/experiment/report.ts';
import type { SweepRun } from '../../src/experiment/sweep.ts';
import { checkSameRecipe } from '../../src/worker/recipe_change.ts';
import type { DeviceReport, ResultRow } from '../../src/worker/protocol.ts';
import { ROOT } from '../build_app.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { drive } from '../driven_run.ts';
import { deviceLine, progressOn, type Progress } from '../progress.ts';
import type { SweepJobs } from './sweep_jobs.ts';

/** What a run's folder says of it when it is finished. */
interface Finished {
  readonly recipe: StoredRecipe;
  readonly device?: DeviceReport;
  readonly results: readonly ResultRow[];
  readonly seconds: number;
}

/** One run with its folder, and its results where it is finished. */
interface PlannedRun extends SweepRun {
  readonly folder: string;
  readonly student?: string;
  finished?: Finished;
}

/** Runs what is left of a sweep, and gives the table of all of it. */
export async function runSweep(jobs: SweepJobs, values: ExperimentValues, context: Context): Promise<Outcome> {
  const out = resolve(values.output_dir ?? join(ROOT, 'runs', jobs.group));
  const progress = progressOn(context.log);
  for (const note of jobs.notes) progress.say(note);
  const planned = jobs.runs.map((run, index): PlannedRun => planOf(run, out, jobs.students[index]));
  const left = planned.filter(({ finished }) => !finished);
  if (left.length < planned.length) progress.say(`${planned.length - left.length} of ${planned.length} runs are finished already: ${out}`);
  if (left.length > 0) await runLeft(left, planned, { jobs, values, context, out, progress });
  const outcome = outcomeOf(planned, jobs, out);
  writeFileSync(join(out, 'results.json'), `${JSON.stringify(outcome.json, null, 2)}\n`);
  writeFileSync(join(out, 'table.txt'), `${outcome.text.trim()}\n`);
  return outcome;
}

/** A run as its folder has it; Fault `recipe-changed` when that holds the results of another recipe. */
function planOf(run: SweepRun, out: string, student: string | undefined): PlannedRun {
  const folder = join(out, run.recipe.name);
  const plan = { ...run, folder, ...(student === undefined || student === '' ? {} : { student }) };
  const file = join(folder, 'results.json');
  if (!existsSync(file)) return plan;
  const finished = JSON.parse(readFileSync(file, 'utf8')) as Finished;
  checkSame(folder, upgradeRecipe(finished.recipe), run.recipe);
  return { ...plan, finished };
}

function checkSame(folder: string, before: Recipe, now: Recipe): void {
  try {
    checkSameRecipe(`in ${folder}`, before, now);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault({ ...error.toReport(), remedy: 'Give the options that its results were made with, or name another --group or --output_dir.' });
  }
}

interface Surroundings {
  readonly jobs: SweepJobs;
  readonly values: ExperimentValues;
  readonly context: Context;
  readonly out: string;
  readonly progress: Progress;
}

async function runLeft(left: readonly PlannedRun[], all: readonly PlannedRun[], { jobs, values, context, out, progress }: Surroundings): Promise<void> {
  let device: DeviceReport | undefined;
  let rows: readonly ResultRow[] = [];
  let began = performance.now();
  const shared = Object.fromEntries(Object.keys(jobs.folders).filter((name) => name in USES).map((name) => [name, name]));
  try {
    await drive({
      runs: left.map((plan) => ({ recipe: plan.recipe, run: runId(plan.recipe), out: plan.recipe.name, files: { ...shared, ...(plan.student === undefined ? {} : { student: plan.student }) } })),
      folders: jobs.folders,
      out,
      port: values.port,
      installBrowser: values['install-browser'],
      signal: context.signal,
      announce: progress.say,
      listen: (event) => {
        if (event.type === 'device') device = event.device;
        if (event.type === 'results') rows = event.rows;
        progress.listen(event);
      },
      onBegin: (index) => {
        [rows, began] = [[], performance.now()];
        const plan = left[index]!;
        progress.say(`${plan.method}, seed ${plan.seed}: run ${all.indexOf(plan) + 1} of ${all.length}`);
      },
      onDone: (index) => (left[index]!.finished = keep(left[index]!, { device, rows, seconds: (performance.now() - began) / 1000 })),
    });
  } finally {
    progress.end();
  }
}

/** Folders that every run of a sweep reads. */
const USES: Readonly<Record<string, true>> = { teacher: true, data: true, tokenizer: true };

/** The id under which a browser keeps an interrupted run: equal recipes go on, others begin. */
export function runId({ backend: _free, ...recipe }: Recipe): string {
  return `sweep-${createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 24)}`;
}

/** Writes `recipe.json` and `results.json` beside the model of a finished run. */
function keep({ recipe, folder }: PlannedRun, { device, rows, seconds }: { device: DeviceReport | undefined; rows: readonly ResultRow[]; seconds: number }): Finished {
  const finished: Finished = { recipe, ...(device ? { device } : {}), results: rows, seconds };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'recipe.json'), `${JSON.stringify(recipe, null, 2)}\n`);
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify({ ...finished, output_dir: folder }, null, 2)}\n`);
  return finished;
}

function outcomeOf(planned: readonly PlannedRun[], { group, notes }: SweepJobs, out: string): Outcome {
  const results: SeedResult[] = planned.map(({ method, seed, finished }) => ({ method, seed, rows: finished?.results ?? [] }));
  const summary = sweepReport(results);
  const [first] = planned;
  const methods = [...new Set(planned.map(({ method }) => method))].join(', ');
  const seeds = [...new Set(planned.map(({ seed }) => seed))];
  const examples = first?.finished?.results[0]?.scores.examples ?? 0;
  const device = planned.find(({ finished }) => finished?.device)?.finished?.device;
  const text = [
    '',
    `${first?.recipe.task ?? ''}, ${methods}: scores on ${examples} dev rows, ${seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds.join(', ')}: mean ± standard deviation`}`,
    '',
    reportTable(summary),
    '',
    device ? deviceLine(device) : 'Backend: unknown',
    `Seconds: ${planned.reduce((sum, { finished }) => sum + (finished?.seconds ?? 0), 0).toFixed(0)} for all runs.`,
    `Saved:   ${out}`,
  ].join('\n');
  const runs = planned.map(({ method, seed, recipe, folder, finished }) => ({ method, seed, recipe, results: finished?.results, seconds: finished?.seconds, output_dir: folder }));
  return { text, json: { group, notes, runs, summary, output_dir: out } };
}
