/** The recipes of a chain from text to tasks, in the order in which one needs the models of another. */
import { taskNamed } from '../data/tasks.ts';
import { DEFAULT_RECIPE, evenLayers } from './presets.ts';
import type { DataSource, ModelSource, Recipe } from './recipe.ts';
import { corpusOf, maskedWordsRecipe, textDistillationRecipe, type PretrainValues } from './text_recipe.ts';
import { chainTitle, DISTIL_STEPS, TASK_EPOCHS, TASK_RATE, TEACHER_STEPS, type ChainModel, type ChainPart } from './text_to_glue.ts';
import { given, trainingOf } from './training_values.ts';

/** What a person chooses of a chain; what is left out is as on the command line. */
export interface ChainChoice {
  /** Layers of the teacher. */
  readonly layers: number;
  /** The text, where it is not the generated corpus, with the length of its samples, and the tokenizer of a teacher from random weights. */
  readonly text?: { readonly data: DataSource; readonly length: number; readonly tokenizer?: ModelSource };
  readonly method?: string;
  /** Updates on text, and passes over the rows of a task. */
  readonly steps?: number;
  readonly epochs?: number;
  readonly seed?: number;
}

/** One run of a chain, and what is said when it begins. */
export interface ChainRun {
  readonly part: ChainPart;
  readonly title: string;
  readonly recipe: Recipe;
}

const chainRun = (part: ChainPart, recipe: Recipe): ChainRun => ({ part, title: chainTitle(part), recipe });

/** The teacher, pretrained on masked words from random weights. */
export function pretrainingRun(choice: ChainChoice, source: ModelSource): ChainRun {
  const values: PretrainValues = { ...textValues(choice), max_steps: TEACHER_STEPS };
  return chainRun({ kind: 'pretraining' }, { ...onText(choice, values, source, maskedWordsRecipe(values, choice.layers)), ...given({ tokenizer: choice.text?.tokenizer }) });
}

/** The student, distilled from a teacher on text, and the same student that learns masked words alone. */
export function textRuns(choice: ChainChoice, teacher: ModelSource): readonly ChainRun[] {
  const run = (model: 'student' | 'alone', method: string | undefined): ChainRun => {
    const values: PretrainValues = { ...textValues(choice), baselines: 'off', teacher: 'teacher', ...given({ method }) };
    return chainRun({ kind: 'text', model }, onText(choice, values, teacher, textDistillationRecipe(values, { teacherLayers: choice.layers }).recipe));
  };
  return [run('student', choice.method), run('alone', 'masked_lm')];
}

/** One model finetuned on one task of the generated ones. */
export function taskRun({ epochs = TASK_EPOCHS, seed, text }: ChainChoice, task: string, model: ChainModel, source: ModelSource, layers: number): ChainRun {
  const training = trainingOf({ epochs, learning_rate: TASK_RATE, eval_steps: 0, ...given({ seed, max_seq_length: lengthOf(text) }) }, DEFAULT_RECIPE.training);
  return chainRun({ kind: 'task', task, model }, { ...taskRecipe(task, model, layers), teacher: source, training });
}

/** A model of some layers that goes on whole with a task; where it comes from, rows and training are still the usual ones. */
export function taskRecipe(task: string, model: ChainModel, layers: number): Recipe {
  const student = { num_hidden_layers: layers, init: { kind: 'layers', layers: evenLayers(layers, layers) } } as const;
  return { ...DEFAULT_RECIPE, kind: 'finetune', name: `${task}-${model}`, task: taskNamed(task).name, student, stages: [], baselines: false };
}

function onText({ text }: ChainChoice, values: PretrainValues, teacher: ModelSource, base: Recipe): Recipe {
  return { ...base, data: text?.data ?? corpusOf(values), teacher, training: trainingOf(values, base.training) };
}

function textValues({ steps = DISTIL_STEPS, seed, text }: ChainChoice): PretrainValues {
  return { max_steps: steps, eval_steps: 0, ...given({ seed, max_seq_length: lengthOf(text) }) };
}

/** Longer samples need a longer length than the usual one; shorter ones do not. */
function lengthOf(text: ChainChoice['text']): number | undefined {
  return text && text.length > DEFAULT_RECIPE.training.max_seq_length ? text.length : undefined;
}
