/** The files that `run_glue` writes beside a model, from what its run reported. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { evaluationResults, jsonFile, trainerState, trainingResults, type TrainingLog } from '../../src/experiment/run_glue_results.ts';

export type Results = Readonly<Record<string, unknown>>;

/** Writes `train_results.json`, `eval_results.json`, `all_results.json`, and the history into `trainer_state.json`; gives what all of them say. */
export function writeResults(out: string, log: TrainingLog, loggingSteps: number, evaluate: boolean): Results {
  const dev = log.evaluations.find(({ split }) => split === 'dev');
  const training = trainingResults(log);
  const evaluation = evaluate && dev ? evaluationResults(dev.scores, dev.seconds, log.steps.at(-1)?.epoch) : {};
  const all = { ...training, ...evaluation };
  const write = (name: string, value: Results) => writeFileSync(join(out, name), jsonFile(value));
  mkdirSync(out, { recursive: true });
  write('train_results.json', training);
  if (evaluate) write('eval_results.json', evaluation);
  write('all_results.json', all);
  const state: unknown = JSON.parse(readFileSync(join(out, 'trainer_state.json'), 'utf8'));
  write('trainer_state.json', { ...(typeof state === 'object' ? state : {}), ...trainerState(log, loggingSteps) });
  return all;
}

/** Results as lines `name = value`. */
export function listed(results: Results): string {
  const names = Object.keys(results).sort();
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => `  ${name.padEnd(width)} = ${String(results[name])}`).join('\n');
}
