/** Runs of a sweep in one browser, one after another; what is finished is read, what was interrupted goes on. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ExperimentValues } from '../../src/experiment/method_stages.ts';
import { reportTable, sweepReport, type SeedResult } from '../../src/experiment/report.ts';
import type { SweepRun } from '../../src/experiment/sweep.ts';
import type { DeviceReport, ResultRow } from '../../src/worker/protocol.ts';
import { ROOT } from '../build_app.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { drive } from '../driven_run.ts';
import { deviceLine, progressOn, type Progress } from '../progress.ts';
import { finishedIn, keepRun, runId, type FinishedRun } from './kept_runs.ts';
import type { SweepJobs } from './sweep_jobs.ts';

/** One run with its folder, and its results where it is finished. */
interface PlannedRun extends SweepRun {
  readonly folder: string;
  readonly student?: string;
  finished?: FinishedRun;
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
  const finished = finishedIn(folder, run.recipe, 'Give the options that its results were made with, or name another --group or --output_dir.');
  return finished ? { ...plan, finished } : plan;
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
      onDone: (index) => (left[index]!.finished = keepRun(left[index]!.folder, left[index]!.recipe, { device, results: rows, seconds: (performance.now() - began) / 1000 })),
    });
  } finally {
    progress.end();
  }
}

/** Folders that every run of a sweep reads. */
const USES: Readonly<Record<string, true>> = { teacher: true, data: true, tokenizer: true };

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
