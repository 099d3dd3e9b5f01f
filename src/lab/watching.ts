/** What evaluations on the tuning rows decide while a model trains: when to stop, and which weights it ends with. */
import { isBetter, LOSS, measureOf } from '../experiment/best_model.ts';
import type { TrainingArguments } from '../experiment/recipe.ts';
import type { Scores } from '../experiment/run.ts';
import { Fault } from '../fault/fault.ts';
import type { HostTensor } from '../model/weights.ts';
import type { Watching } from './experiment_state.ts';

type Selection = Pick<TrainingArguments, 'early_stopping_patience' | 'load_best_model_at_end' | 'metric_for_best_model'>;

/** Whether evaluations decide anything; otherwise they are for the curves alone. */
export function selects({ early_stopping_patience = 0, load_best_model_at_end = false }: Selection): boolean {
  return load_best_model_at_end || early_stopping_patience > 0;
}

/**
 * Whether an evaluation follows an update of a stage of `steps` updates, `perEpoch` of which are a pass over the rows.
 *
 * After the last update of a stage there is one only where it decides something: the scores of the table follow anyway.
 */
export function evaluationDue(options: Selection & Pick<TrainingArguments, 'evaluation_strategy' | 'eval_steps'>, step: number, { steps, perEpoch }: { readonly steps: number; readonly perEpoch: number }): boolean {
  const every = { no: 0, steps: options.eval_steps, epoch: perEpoch }[options.evaluation_strategy ?? 'steps'];
  return every > 0 && step > 0 && step % every === 0 && (step < steps || selects(options));
}

/** Whether the evaluations since the best one are as many as the patience. */
export function stopsEarly({ early_stopping_patience: patience = 0 }: Selection, watching: Watching | undefined): boolean {
  return patience > 0 && (watching?.waited ?? 0) >= patience;
}

/**
 * The state after an evaluation; `weights` are read where it is the best so far and the model may end with them.
 *
 * Only a strictly better one counts as better, as in Hugging Face's callback. Fault `no-such-metric` for a measure that the
 * scores do not have.
 */
export async function watched(before: Watching | undefined, options: Selection, step: number, scores: Scores, weights: () => Promise<ReadonlyMap<string, HostTensor>>): Promise<Watching> {
  const name = options.metric_for_best_model ?? LOSS;
  const value = measureOf(scores, name);
  if (Number.isNaN(value)) throw noSuchMetric(name, scores);
  if (!isBetter(name, value, before?.best?.value)) return { ...before, step, waited: (before?.waited ?? 0) + 1 };
  const kept = options.load_best_model_at_end ? { parameters: await weights() } : {};
  return { step, waited: 0, best: { step, value, ...kept } };
}

const noSuchMetric = (name: string, { metrics, loss }: Scores) =>
  Number.isNaN(loss)
    ? new Fault({ code: 'no-loss', where: 'evaluation on the tuning rows', expected: 'a loss that is a number', got: 'NaN', remedy: 'Lower the learning rate.' })
    : new Fault({ code: 'no-such-metric', where: 'metric_for_best_model', expected: `loss, ${Object.keys(metrics).join(', ')}`, got: JSON.stringify(name), remedy: 'Name one of these.' });
