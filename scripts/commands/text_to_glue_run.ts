/** A chain from text to tasks in one browser, run after run; what is finished is read, what was interrupted goes on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { chainRows, chainTable } from '../../src/experiment/text_to_glue.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import type { DrivenRun } from '../driven_run.ts';
import { deviceLine, progressOn } from '../progress.ts';
import { finishedIn, runId, runLeft, type Place, type PlannedRun } from './kept_runs.ts';
import type { ChainJob, ChainJobs } from './text_to_glue_jobs.ts';

/** Where a chain writes, and how its browser is opened. */
export interface ChainPlace {
  readonly out: string;
  readonly port: number | undefined;
  readonly installBrowser: boolean | undefined;
}

interface PlannedJob extends ChainJob, PlannedRun {
  readonly recipe: Recipe;
}

/** Runs what is left of a chain, and gives its table. */
export async function runTextToGlue({ jobs, notes }: ChainJobs, place: ChainPlace, context: Context): Promise<Outcome> {
  const { out } = place;
  const progress = progressOn(context.log);
  for (const note of notes) progress.say(note);
  const planned = jobs.map((job): PlannedJob => {
    const folder = join(out, job.name);
    const finished = finishedIn(folder, job.recipe, 'Give the options that its results were made with, or name another --output_dir.');
    return { ...job, folder, ...(finished ? { finished } : {}) };
  });
  const left = planned.filter(({ finished }) => !finished);
  if (left.length < planned.length) progress.say(`${planned.length - left.length} of ${planned.length} parts are finished already: ${out}`);
  const title = (job: PlannedJob) => `${job.title}: part ${planned.indexOf(job) + 1} of ${planned.length}`;
  if (left.length > 0) await runLeft(left, placeOf(left, place), context, progress, title);
  const outcome = outcomeOf(planned, out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'results.json'), `${JSON.stringify(outcome.json, null, 2)}\n`);
  writeFileSync(join(out, 'table.txt'), `${outcome.text.trim()}\n`);
  return outcome;
}

/** What the parts read, and where they are written. */
function placeOf(left: readonly PlannedJob[], place: ChainPlace): Place {
  const folders = new ServedFolders();
  const runs = left.map((job): DrivenRun => ({ recipe: job.recipe, run: runId(job.recipe, place.out), out: job.name, files: folders.named(job.folders) }));
  return { runs, folders: folders.paths, ...place };
}

/** Folders of several runs, each served under one name. */
class ServedFolders {
  readonly #names = new Map<string, string>();

  /** The names of a run's folders, by their use. */
  named(folders: ChainJob['folders']): DrivenRun['files'] {
    return Object.fromEntries(Object.entries(folders).map(([use, path]) => [use, this.#nameOf(path)]));
  }

  #nameOf(path: string): string {
    const name = this.#names.get(path) ?? `folder-${this.#names.size}`;
    this.#names.set(path, name);
    return name;
  }

  get paths(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.#names].map(([path, name]) => [name, path]));
  }
}

function outcomeOf(planned: readonly PlannedJob[], out: string): Outcome {
  const rows = chainRows(planned.map(({ part, finished }) => ({ part, rows: finished?.results ?? [] })));
  const device = planned.find(({ finished }) => finished?.device)?.finished?.device;
  const seconds = planned.reduce((sum, { finished }) => sum + (finished?.seconds ?? 0), 0);
  const text = ['', 'From text to tasks: scores on held-out texts and on dev rows', '', chainTable(rows), '', device ? deviceLine(device) : 'Backend: unknown', `Seconds: ${seconds.toFixed(0)} for all parts.`, `Saved:   ${out}`].join('\n');
  const runs = planned.map(({ part, recipe, folder, finished }) => ({ part, recipe, results: finished?.results, seconds: finished?.seconds, output_dir: folder }));
  return { text, json: { table: rows, runs, seconds, output_dir: out } };
}
