/** The grid of the reference's `huggingface_finetune.py`: learning rates and batch sizes that every task is finetuned with. */
import { isMoreBetter, measureOf } from './best_model.ts';
import { UsageError } from './option.ts';
import type { RunGlueValues } from './run_glue_line.ts';
import type { TrainingLog } from './run_glue_results.ts';
import { textTable } from './text_table.ts';

const LEARNING_RATES = [1e-5, 3e-5, 5e-5, 8e-5] as const;
const BATCH_SIZES = [16, 32] as const;

/** Tasks that get 20 passes and an evaluation every 50 steps; the others get 10. */
const SMALL: readonly string[] = ['cola', 'sst-2', 'rte', 'mrpc'];

/** One cell of the grid: the line of its run, and the name of its folder. */
export interface GridRun {
  readonly name: string;
  readonly values: RunGlueValues;
}

/**
 * The lines of a grid, eight of them. Its passes, evaluations and everything else are those of the line where that names
 * them; each ends with the weights of its best evaluation on tuning rows, by which the runs are ranked.
 *
 * UsageError where the line names a learning rate or a batch size, or does not train.
 */
export function gridRuns(values: RunGlueValues): GridRun[] {
  for (const name of ['learning_rate', 'per_device_train_batch_size', 'do_predict', 'run_name'] as const) {
    if (values[name] !== undefined) throw new UsageError(`--${name}`, 'a line without --grid, or no such option', 'both', 'Leave one of them out: the grid sets the rates and the batches, names its runs and predicts nothing.');
  }
  if (!values.do_train) throw new UsageError('--grid', '--do_train beside it', 'none', 'Add --do_train --do_eval.');
  const isSmall = SMALL.includes(values.task_name ?? '');
  const usual = { evaluation_strategy: 'steps', eval_steps: isSmall ? 50 : 500, num_train_epochs: isSmall ? 20 : 10, load_best_model_at_end: true } as const;
  return LEARNING_RATES.flatMap((learning_rate) => BATCH_SIZES.map((size) => {
    const name = `${rateText(learning_rate)}_lr_${size}bz`;
    return { name, values: { ...usual, ...values, learning_rate, per_device_train_batch_size: size, run_name: name } };
  }));
}

/** What one run of the grid gave. */
export interface GridResult {
  readonly name: string;
  readonly learning_rate: number;
  readonly batch_size: number;
  /** The best value on tuning rows of what the runs are ranked by; undefined without an evaluation. */
  readonly tuning?: number;
  readonly dev: Readonly<Record<string, number>>;
  readonly seconds: number;
}

/** The result of a run, from what it reported. */
export function gridResult(name: string, log: TrainingLog): GridResult {
  const { learning_rate, per_device_train_batch_size: batch_size } = log.recipe.training;
  const measure = measureFor(log);
  const watched = log.evaluations.filter(({ split }) => split === 'tuning').map(({ scores }) => measureOf(scores, measure));
  const dev = log.evaluations.find(({ split }) => split === 'dev')?.scores.metrics ?? {};
  return { name, learning_rate, batch_size, dev, seconds: log.seconds, ...(watched.length === 0 ? {} : { tuning: isMoreBetter(measure) ? Math.max(...watched) : Math.min(...watched) }) };
}

function measureFor({ recipe: { training } }: TrainingLog): string {
  return training.metric_for_best_model ?? 'loss';
}

/** The run that is best on tuning rows; the first of equal ones. */
export function bestOf(results: readonly GridResult[], measure: string): GridResult | undefined {
  const ranked = results.filter(({ tuning }) => tuning !== undefined);
  const sign = measure === 'loss' ? 1 : -1;
  return [...ranked].sort((a, b) => sign * ((a.tuning ?? 0) - (b.tuning ?? 0)))[0];
}

/** The grid as a table of text, the best run marked; it is chosen on tuning rows, so that the dev rows only report. */
export function gridTable(results: readonly GridResult[], measure: string): string {
  const metrics = [...new Set(results.flatMap(({ dev }) => Object.keys(dev)))];
  const best = bestOf(results, measure);
  const header = ['learning rate', 'batch', `tuning ${measure}`, ...metrics.map((name) => `dev ${name}`), 'seconds'];
  return textTable([header, ...results.map((result) => [
    `${rateText(result.learning_rate)}${result === best ? ' *' : ''}`,
    String(result.batch_size),
    result.tuning?.toFixed(4) ?? '–',
    ...metrics.map((name) => result.dev[name]?.toFixed(4) ?? '–'),
    result.seconds.toFixed(1),
  ])]);
}

/** 1e-5 as the reference's folders have it: `1e-05`. */
function rateText(rate: number): string {
  return rate.toExponential().replace(/e-(\d)$/, 'e-0$1');
}
