/** A chain from text to tasks in one browser, run after run; what is finished is read, what was interrupted goes on. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chainRows, chainTable } from '../../src/experiment/text_to_glue.ts';
import type { DeviceReport, ResultRow } from '../../src/worker/protocol.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { drive, type DrivenRun } from '../driven_run.ts';
import { deviceLine, progressOn, type Progress } from '../progress.ts';
import { finishedIn, keepRun, runId, type FinishedRun } from './kept_runs.ts';
import type { ChainJob, ChainJobs } from './text_to_glue_jobs.ts';

/** Where a chain writes, and how its browser is opened. */
export interface ChainPlace {
  readonly out: string;
  readonly port: number | undefined;
  readonly installBrowser: boolean | undefined;
}

interface PlannedJob extends ChainJob {
  readonly folder: string;
  finished?: FinishedRun;
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
  if (left.length > 0) await runLeft(left, planned, place, context, progress);
  const outcome = outcomeOf(planned, out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'results.json'), `${JSON.stringify(outcome.json, null, 2)}\n`);
  writeFileSync(join(out, 'table.txt'), `${outcome.text.trim()}\n`);
  return outcome;
}

async function runLeft(left: readonly PlannedJob[], all: readonly PlannedJob[], { out, port, installBrowser }: ChainPlace, context: Context, progress: Progress): Promise<void> {
  const folders = new ServedFolders();
  let device: DeviceReport | undefined;
  let rows: readonly ResultRow[] = [];
  let began = performance.now();
  const runs = left.map((job): DrivenRun => ({ recipe: job.recipe, run: runId(job.recipe, out), out: job.name, files: folders.named(job.folders) }));
  try {
    await drive({
      runs, folders: folders.paths, out, port, installBrowser, signal: context.signal, announce: progress.say,
      listen: (event) => {
        if (event.type === 'device') device = event.device;
        if (event.type === 'results') rows = event.rows;
        progress.listen(event);
      },
      onBegin: (index) => {
        [rows, began] = [[], performance.now()];
        const job = left[index]!;
        progress.say(`${job.title}: part ${all.indexOf(job) + 1} of ${all.length}`);
      },
      onDone: (index) => {
        const job = left[index]!;
        job.finished = keepRun(job.folder, job.recipe, { device, results: rows, seconds: (performance.now() - began) / 1000 });
      },
    });
  } finally {
    progress.end();
  }
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
