/** `run_glue`: finetuning, evaluation and prediction by the options of the reference's `run_glue.py`. */
import { readFileSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { flag } from '../../src/experiment/option.ts';
import { readRunGlueLine, type RunGlueValues } from '../../src/experiment/run_glue_line.ts';
import { runGlueActions } from '../../src/experiment/run_glue_recipe.ts';
import { LOGGING_STEPS, RUN_GLUE_OPTIONS } from '../../src/experiment/run_glue_options.ts';
import { evaluationResults, jsonFile, trainerState, trainingResults } from '../../src/experiment/run_glue_results.ts';
import { COMMON_OPTIONS, type Command, type Context, type Outcome } from '../command_line/command.ts';
import { UsageError } from '../command_line/option.ts';
import { withFetched } from '../models/elsewhere.ts';
import { runGlueFolder, runGlueJob, withOffer, type RunGlueJob } from './run_glue_jobs.ts';
import { RunGlueLog } from './run_glue_log.ts';
import { train } from './training_run.ts';

export const runGlue: Command = {
  name: 'run_glue',
  summary: 'Finetune, score and predict by the options of the reference’s run_glue.py; a JSON file of them may be the only word.',
  operands: [],
  options: { ...RUN_GLUE_OPTIONS, ...COMMON_OPTIONS, help: flag('print this help') },
  prepare: (args) => {
    const { values: written, notes } = readRunGlueLine(args.filter((word) => word !== '--json'), readText);
    let fetched = false;
    const work = withFetched(written, { model_name_or_path: 'model', tokenizer_name: 'tokenizer' }, (values) => {
      fetched = true;
      return plan(values, notes);
    });
    return (context) => work(context).catch((error: unknown) => Promise.reject(fetched ? error : withOffer(error)));
  },
};

function readText(path: string): string {
  if (!existsSync(path)) throw new UsageError('command line', 'a JSON file of options', `"${path}", which does not exist`);
  return readFileSync(path, 'utf8');
}

function plan(values: RunGlueValues, notes: readonly string[]): (context: Context) => Promise<Outcome> {
  const actions = runGlueActions(values);
  const job = runGlueJob(values);
  const out = runGlueFolder(values, job.recipe.name, actions.train);
  return (context) => trainAndScore({ ...job, notes: [...notes, ...job.notes] }, values, out, context);
}

/** Trains, and writes what Hugging Face's trainer leaves beside a model. */
async function trainAndScore(job: RunGlueJob, values: RunGlueValues, out: string, context: Context): Promise<Outcome> {
  const log = new RunGlueLog();
  const { text, json } = await train(job, values, out, context, log.listen);
  const { evaluate } = runGlueActions(values);
  const results = writeResults(out, log, job, values.logging_steps ?? LOGGING_STEPS, evaluate);
  return { text: `${text}\n\n${listed(results)}`, json: { ...(typeof json === 'object' ? json : {}), all_results: results } };
}

/** `train_results.json`, `eval_results.json`, `all_results.json` and `trainer_state.json`; gives what all of them say. */
function writeResults(out: string, heard: RunGlueLog, { recipe }: RunGlueJob, loggingSteps: number, evaluate: boolean): Readonly<Record<string, unknown>> {
  const log = heard.of(recipe);
  const dev = log.evaluations.find(({ split }) => split === 'dev');
  const training = trainingResults(log);
  const evaluation = evaluate && dev ? evaluationResults(dev.scores, dev.seconds, log.steps.at(-1)?.epoch) : {};
  const all = { ...training, ...evaluation };
  const write = (name: string, value: Readonly<Record<string, unknown>>) => writeFileSync(join(out, name), jsonFile(value));
  write('train_results.json', training);
  if (evaluate) write('eval_results.json', evaluation);
  write('all_results.json', all);
  const state: unknown = JSON.parse(readFileSync(join(out, 'trainer_state.json'), 'utf8'));
  write('trainer_state.json', { ...(typeof state === 'object' ? state : {}), ...trainerState(log, loggingSteps) });
  return all;
}

/** Results as lines `name = value`. */
function listed(results: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(results).sort();
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => `  ${name.padEnd(width)} = ${String(results[name])}`).join('\n');
}
