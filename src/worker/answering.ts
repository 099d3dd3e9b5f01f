import { Fault } from '../fault/fault.ts';
import { taskNamed } from '../data/tasks.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { Arm } from '../experiment/run.ts';
import { EXPORTED } from '../lab/arms.ts';
import { exportedWeights, exportFiles } from '../lab/export.ts';
import { answer } from '../lab/predict.ts';
import type { ExperimentState } from '../lab/experiment_state.ts';
import { loadStart } from '../lab/prepare.ts';
import type { Weights } from '../model/weights.ts';
import { getRun } from '../store/runs.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Command, Event } from './protocol.ts';
import { shelfFor, type TrainingRun } from './training_run.ts';
import { storedState } from './stored_models.ts';

/** What is needed to ask a run's models, whether the run is in this worker or only in the store. */
interface Models {
  readonly recipe: Recipe;
  readonly state: ExperimentState;
  readonly start: Weights;
  readonly tokenizer: Tokenizer;
}

/** Answers questions about runs: predictions and exports. */
export class Answering {
  constructor(
    readonly baseUrl: string,
    readonly current: TrainingRun | undefined,
  ) {}

  /** Logits of a text by the run's teacher and by its student, as far as they exist. */
  async predict({ id, run, text, textPair }: Extract<Command, { type: 'predict' }>): Promise<Event> {
    const { recipe, state, start, tokenizer } = await this.#models(run);
    const student = { arm: EXPORTED[recipe.kind].arm, weights: exportedWeights(recipe, state) };
    const teacher = { arm: 'teacher' as Arm, weights: state.teacher ? { ...start, tensors: state.teacher } : start };
    const models = recipe.kind === 'distill' ? [teacher, student] : [student];
    const answers = await answer(models, tokenizer, recipe.training.max_seq_length, text, textPair);
    return { type: 'prediction', id, labels: taskNamed(recipe.task).labels, answers };
  }

  /** The run's student as a Hugging Face folder. */
  async export(id: number, run: string): Promise<Event> {
    const { recipe, state, tokenizer } = await this.#models(run);
    const files = exportFiles(recipe, state, tokenizer).map(({ name, bytes }) => ({ name, blob: new Blob([bytes.slice()]) }));
    return { type: 'exported', id, files };
  }

  async #models(run: string): Promise<Models> {
    const { current } = this;
    if (current?.options.run === run && current.session && current.experiment) {
      return { recipe: current.options.recipe, state: await current.experiment.save(), ...current.session };
    }
    const [record, stored] = [await getRun(run), await storedState(run)];
    if (!record || !stored) throw noSuchRun(run);
    const { start, tokenizer } = await loadStart(record.recipe, shelfFor({ baseUrl: this.baseUrl, files: {} }, () => undefined));
    return { recipe: record.recipe, state: stored.state, start, tokenizer };
  }
}

const noSuchRun = (run: string) =>
  new Fault({ code: 'no-such-run', where: `run ${run}`, expected: 'a run with a checkpoint in this browser', got: 'none', remedy: 'Choose a run from the list.' });
