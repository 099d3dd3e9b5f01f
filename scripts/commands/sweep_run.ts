/** Runs of a sweep in one browser, one after another; what is finished is read, what was interrupted goes on. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ExperimentValues } from '../../src/experiment/method_stages.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { reportTable, sweepReport, type SeedResult } from '../../src/experiment/report.ts';
import type { SweepRun } from '../../src/experiment/sweep.ts';
import { ROOT } from '../build_app.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { deviceLine, progressOn } from '../progress.ts';
import { finishedIn, runId, runLeft, type Place, type PlannedRun } from './kept_runs.ts';
import type { SweepJobs } from './sweep_jobs.ts';

/** One run of the sweep, with the folder that its student begins from where it has one. */
interface SweepPlan extends SweepRun, PlannedRun {
  readonly recipe: Recipe;
  readonly student?: string;
}

/** Runs what is left of a sweep, and gives the table of all of it. */
export async function runSweep(jobs: SweepJobs, values: ExperimentValues, context: Context): Promise<Outcome> {
  const out = resolve(values.output_dir ?? join(ROOT, 'runs', jobs.group));
  const progress = progressOn(context.log);
  for (const note of jobs.notes) progress.say(note);
  const planned = jobs.runs.map((run, index): SweepPlan => planOf(run, out, jobs.students[index]));
  const left = planned.filter(({ finished }) => !finished);
  if (left.length < planned.length) progress.say(`${planned.length - left.length} of ${planned.length} runs are finished already: ${out}`);
  const title = (plan: SweepPlan) => `${plan.method}, seed ${plan.seed}: run ${planned.indexOf(plan) + 1} of ${planned.length}`;
  if (left.length > 0) await runLeft(left, placeOf(left, jobs, values, out), context, progress, title);
  const outcome = outcomeOf(planned, jobs, out);
  writeFileSync(join(out, 'results.json'), `${JSON.stringify(outcome.json, null, 2)}\n`);
  writeFileSync(join(out, 'table.txt'), `${outcome.text.trim()}\n`);
  return outcome;
}

/** A run as its folder has it; Fault `recipe-changed` when that holds the results of another recipe. */
function planOf(run: SweepRun, out: string, student: string | undefined): SweepPlan {
  const folder = join(out, run.recipe.name);
  const plan = { ...run, folder, ...(student === undefined || student === '' ? {} : { student }) };
  const finished = finishedIn(folder, run.recipe, 'Give the options that its results were made with, or name another --group or --output_dir.');
  return finished ? { ...plan, finished } : plan;
}

/** What the runs of a sweep read, and where they are written. */
function placeOf(left: readonly SweepPlan[], { folders }: SweepJobs, values: ExperimentValues, out: string): Place {
  const shared = Object.fromEntries(Object.keys(folders).filter((name) => name in USES).map((name) => [name, name]));
  const runs = left.map(({ recipe, student }) => ({ recipe, run: runId(recipe), out: recipe.name, files: { ...shared, ...(student === undefined ? {} : { student }) } }));
  return { runs, folders, out, port: values.port, installBrowser: values['install-browser'] };
}

/** Folders that every run of a sweep reads. */
const USES: Readonly<Record<string, true>> = { teacher: true, data: true, tokenizer: true };

function outcomeOf(planned: readonly SweepPlan[], { group, notes }: SweepJobs, out: string): Outcome {
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
