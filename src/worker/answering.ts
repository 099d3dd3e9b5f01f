import { Fault } from '../fault/fault.ts';
import { taskOf } from '../data/tasks.ts';
import type { Recipe } from '../experiment/recipe.ts';
import type { Arm } from '../experiment/run.ts';
import { exportedBy } from '../lab/arms.ts';
import { exportedWeights, exportFiles } from '../lab/export.ts';
import { answer } from '../lab/predict.ts';
import { predictSplit } from '../lab/predictions.ts';
import type { ExperimentState } from '../lab/experiment_state.ts';
import { loadStart } from '../lab/prepare.ts';
import type { Weights } from '../model/weights.ts';
import { getRun } from '../store/runs.ts';
import { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Command, Event } from './protocol.ts';
import { shelfFor } from './shelf.ts';
import { storedState, type StoredState } from './stored_models.ts';
import type { TrainingRun } from './training_run.ts';

/** What is needed to ask a run's models, whether the run is in this worker or only in the store. */
interface Models {
  readonly recipe: Recipe;
  readonly state: ExperimentState;
  readonly tokenizer: Tokenizer;
  /** The teacher, once it is one; undefined while it must still be trained, and where its files are not at hand. */
  teacher(): Promise<Weights | undefined>;
}

/** Answers questions about runs: predictions and exports. */
export class Answering {
  #stored?: { readonly run: string; readonly models: Models };

  /** Logits of a text by the run's teacher and by its student, as far as they are trained; a Fault when none is. */
  async predict({ id, run, text, textPair }: Extract<Command, { type: 'predict' }>, current: TrainingRun | undefined, baseUrl: string): Promise<Event> {
    const models = await this.#models(run, current, baseUrl);
    const { recipe, tokenizer } = models;
    const asked = await askable(models);
    const answers = await answer(asked, tokenizer, recipe.training, text, textPair);
    return { type: 'prediction', id, labels: taskOf(recipe).labels, answers };
  }

  /** What teacher and student answer to every row of a split, as far as they are trained; faults as of `predict`, and of reading the rows. */
  async predictAll({ id, run, files, split = 'dev' }: Extract<Command, { type: 'predict-all' }>, current: TrainingRun | undefined, baseUrl: string, tell: (event: Event) => void): Promise<Event> {
    const all = await this.#models(run, current, baseUrl);
    const models = await askable(all);
    const given = current?.options.run === run ? current.options.files : (files ?? {});
    const shelf = shelfFor(baseUrl, given, () => undefined);
    const onProgress = async (done: number, total: number) => {
      tell({ type: 'predicting', id, done, total });
      await new Promise((resolve) => setTimeout(resolve));
    };
    const { recipe, tokenizer } = all;
    return { type: 'predictions', id, ...(await predictSplit({ split, recipe, models, tokenizer, shelf, onProgress })) };
  }

  /** The run's student as a Hugging Face folder. */
  async export(id: number, run: string, current: TrainingRun | undefined, baseUrl: string): Promise<Event> {
    const { recipe, state, tokenizer } = await this.#models(run, current, baseUrl);
    const files = exportFiles(recipe, state, tokenizer).map(({ name, bytes }) => ({ name, blob: new Blob([bytes.slice()]) }));
    return { type: 'exported', id, files };
  }

  /** Forgets the models of stored runs; to be called when a run begins. */
  forget(): void {
    this.#stored = undefined;
  }

  async #models(run: string, current: TrainingRun | undefined, baseUrl: string): Promise<Models> {
    if (current?.options.run === run && current.session && current.experiment) return modelsOf(current.options.recipe, current.experiment.finished, current.session);
    if (this.#stored?.run !== run) this.#stored = { run, models: await storedModels(run, baseUrl) };
    return this.#stored.models;
  }
}

function modelsOf(recipe: Recipe, state: ExperimentState, { start, tokenizer, teacherUntrained }: { start: Weights; tokenizer: Tokenizer; teacherUntrained: boolean }): Models {
  return { recipe, state, tokenizer, teacher: async () => (state.teacher || !teacherUntrained ? withTensors(start, state) : undefined) };
}

async function storedModels(run: string, baseUrl: string): Promise<Models> {
  const [record, stored] = [await getRun(run), await storedState(run)];
  if (!record || !stored) throw noSuchRun(run);
  const tokenizer = Tokenizer.fromFiles(stored.tokenizerFiles, `run ${record.name}`);
  let loading: Promise<Weights | undefined> | undefined;
  const load = () => storedTeacher(record.recipe, stored, baseUrl).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return { recipe: record.recipe, state: stored.state, tokenizer, teacher: () => (loading ??= load()) };
}

/** The teacher of a stored run, loaded from where its recipe says; files that a person gave are gone after a reload. */
async function storedTeacher(recipe: Recipe, { state, tokenizerFiles }: StoredState, baseUrl: string): Promise<Weights | undefined> {
  const tokenizer = [...tokenizerFiles].map(([name, bytes]) => ({ name, blob: new Blob([bytes.slice()]) }));
  try {
    const { start, trained } = await loadStart(recipe, shelfFor(baseUrl, { tokenizer }, () => undefined));
    return state.teacher || trained ? withTensors(start, state) : undefined;
  } catch (error) {
    if (error instanceof Fault && error.code === 'files-not-given') return undefined;
    throw error;
  }
}

function withTensors(start: Weights, { teacher }: ExperimentState): Weights {
  return teacher ? { ...start, tensors: teacher } : start;
}

async function teacherOf({ recipe, teacher }: Models): Promise<{ arm: Arm; weights: Weights }[]> {
  const weights = recipe.kind === 'distill' ? await teacher() : undefined;
  return weights ? [{ arm: 'teacher', weights }] : [];
}

/** The models of a run that can be asked; a Fault where none can. */
async function askable(models: Models): Promise<{ arm: Arm; weights: Weights }[]> {
  const { recipe } = models;
  if (!exportedBy(recipe).heads.includes('classification')) throw noClassifier(recipe);
  const asked = [...(await teacherOf(models)), ...studentOf(models)];
  if (asked.length === 0) throw notYet(recipe);
  return asked;
}

function studentOf({ recipe, state }: Models): { arm: Arm; weights: Weights }[] {
  return state.exported ? [{ arm: exportedBy(recipe).arm, weights: exportedWeights(recipe, state) }] : [];
}

const noSuchRun = (run: string) =>
  new Fault({ code: 'no-such-run', where: `run ${run}`, expected: 'a run with a checkpoint in this browser', got: 'none', remedy: 'Choose a run from the list.' });

const notYet = ({ name }: Recipe) =>
  new Fault({ code: 'no-model-yet', where: `run ${name}`, expected: 'a teacher or a student whose training has ended', got: 'neither', remedy: 'Continue the run until its first model is trained, then ask again.' });

const noClassifier = ({ name }: Recipe) =>
  new Fault({ code: 'no-classifier', where: `run ${name}`, expected: 'a run that trains classifiers', got: 'one that pretrains a model', remedy: 'Finetune its model on a task first, then ask that run.' });
