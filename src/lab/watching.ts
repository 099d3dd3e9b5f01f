/** What evaluations on the tuning rows decide while a model trains: when to stop, and which weights it ends with. */
import { isBetter, LOSS, measureOf } from '../experiment/best_model.ts';
import type { TrainingArguments, ValidationEpochs } from '../experiment/recipe.ts';
import type { Scores } from '../experiment/run.ts';
import { Fault } from '../fault/fault.ts';
import type { HostTensor } from '../model/weights.ts';
import type { Watching } from './experiment_state.ts';

type Selection = Pick<TrainingArguments, 'early_stopping_patience' | 'load_best_model_at_end' | 'metric_for_best_model'>;

/** Whether evaluations decide anything; otherwise they are for the curves alone. */
export function selects({ early_stopping_patience = 0, load_best_model_at_end = false }: Selection): boolean {
  return load_best_model_at_end || early_stopping_patience > 0;
}

/** Where a stage is. */
export interface StagePosition {
  /** Updates of the stage. */
  readonly steps: number;
  /** Whole passes over the rows that so many updates make. */
  passes(updates: number): number;
  /** Share of the stage that is done. */
  readonly share: number;
}

/**
 * Whether an evaluation follows an update of a stage.
 *
 * After the last update of a stage there is one only where it decides something: the scores of the table follow anyway.
 */
export function evaluationDue(options: Selection & Pick<TrainingArguments, 'evaluation_strategy' | 'eval_steps' | 'validation_epochs' | 'early_stop'>, step: number, position: StagePosition): boolean {
  if (step === 0 || (step >= position.steps && !selects(options))) return false;
  const follows = { no: () => false, steps: () => isMultiple(step, options.eval_steps), epoch: () => endsPass(step, position), phases: () => isPhaseDue(options.validation_epochs, step, position) };
  return follows[options.evaluation_strategy ?? 'steps']();
}

const isMultiple = (step: number, every: number): boolean => every > 0 && step % every === 0;

/** Whether a pass over the rows ended within an update. */
const endsPass = (step: number, { passes }: StagePosition): boolean => passes(step) > passes(step - 1);

/** Whether pass p, counted from 0, is a multiple of the number of its part of the training, as `should_run_validation` of the reference has it. */
function isPhaseDue(epochs: ValidationEpochs | undefined, step: number, position: StagePosition): boolean {
  if (!epochs || !endsPass(step, position)) return false;
  const { passes, share } = position;
  const every = share < epochs.begin_proportion ? epochs.begin : share > 1 - epochs.end_proportion ? epochs.end : epochs.middle;
  return every > 0 && (passes(step) - 1) % every === 0;
}

/** The loss of the last evaluation where it is above the bound of `early_stop` after its minutes; undefined where the training goes on. */
export function tooHigh({ early_stop }: Pick<TrainingArguments, 'early_stop'>, watching: Watching | undefined, hours: number): number | undefined {
  const loss = watching?.loss;
  return early_stop && loss !== undefined && 60 * hours > early_stop.minutes && !(loss <= early_stop.loss) ? loss : undefined;
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
  if (!isBetter(name, value, before?.best?.value)) return { ...before, step, loss: scores.loss, waited: (before?.waited ?? 0) + 1 };
  const kept = options.load_best_model_at_end ? { parameters: await weights() } : {};
  return { step, loss: scores.loss, waited: 0, best: { step, value, ...kept } };
}

const noSuchMetric = (name: string, { metrics, loss }: Scores) =>
  Number.isNaN(loss)
    ? new Fault({ code: 'no-loss', where: 'evaluation on the tuning rows', expected: 'a loss that is a number', got: 'NaN', remedy: 'Lower the learning rate.' })
    : new Fault({ code: 'no-such-metric', where: 'metric_for_best_model', expected: `loss, ${Object.keys(metrics).join(', ')}`, got: JSON.stringify(name), remedy: 'Name one of these.' });
