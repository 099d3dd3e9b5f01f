/** A chain from text to tasks, and its table. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chainRows, chainTable } from '../../src/experiment/text_to_glue.ts';
import type { Context, Outcome } from '../command_line/command.ts';
import { deviceLine, progressOn } from '../progress.ts';
import { runChained, type ChainedRun, type ChainPlace } from './chained_runs.ts';
import type { ChainJob, ChainJobs } from './text_to_glue_jobs.ts';

/** Runs what is left of a chain, and gives its table. */
export async function runTextToGlue({ jobs, notes }: ChainJobs, place: ChainPlace, context: Context): Promise<Outcome> {
  const { out } = place;
  const progress = progressOn(context.log);
  for (const note of notes) progress.say(note);
  const outcome = outcomeOf(await runChained(jobs, place, context, progress), out);
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'results.json'), `${JSON.stringify(outcome.json, null, 2)}\n`);
  writeFileSync(join(out, 'table.txt'), `${outcome.text.trim()}\n`);
  return outcome;
}

function outcomeOf(planned: readonly ChainedRun<ChainJob>[], out: string): Outcome {
  const rows = chainRows(planned.map(({ part, finished }) => ({ part, rows: finished?.results ?? [] })));
  const device = planned.find(({ finished }) => finished?.device)?.finished?.device;
  const seconds = planned.reduce((sum, { finished }) => sum + (finished?.seconds ?? 0), 0);
  const text = ['', 'From text to tasks: scores on held-out texts and on dev rows', '', chainTable(rows), '', device ? deviceLine(device) : 'Backend: unknown', `Seconds: ${seconds.toFixed(0)} for all parts.`, `Saved:   ${out}`].join('\n');
  const runs = planned.map(({ part, recipe, folder, finished }) => ({ part, recipe, results: finished?.results, seconds: finished?.seconds, output_dir: folder }));
  return { text, json: { table: rows, runs, seconds, output_dir: out } };
}
