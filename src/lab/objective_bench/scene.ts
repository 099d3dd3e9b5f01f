import type { BenchJob } from '../../experiment/objective_bench.ts';
import { BUNDLED_BASE } from '../../experiment/presets.ts';
import type { Recipe } from '../../experiment/recipe.ts';
import { initPhrase, sourceName } from '../../experiment/recipe_words.ts';
import { initialiseStudent } from '../../model/student_init.ts';
import { dispose, upload, type Weights } from '../../model/weights.ts';
import type * as tf from '../../tensor/tf.ts';
import type { LabelledBatch } from '../../train/batches.ts';
import { BatchSequence } from '../batch_sequence.ts';
import { prepare } from '../prepare.ts';
import type { Session } from '../session.ts';
import { loadModel, type LoadedSource, type Shelf } from '../sources.ts';
import { beginStudent } from '../student.ts';

/** Everything that the objectives of a bench share: models in main memory, and batches by number. */
export interface Scene {
  readonly recipe: Recipe;
  readonly session: Session;
  /** The student before training, with a classifier, and with a masked-LM head where `words` is there. */
  readonly student: Weights;
  /** The teacher of masked words; undefined where no model at hand predicts them. */
  readonly words?: Weights;
  readonly batchAt: (number: number) => LabelledBatch;
  readonly notes: readonly string[];
}

/** Models on the device; the objectives take turns on them. */
export interface Models {
  readonly student: ReadonlyMap<string, tf.Variable>;
  readonly teacher: ReadonlyMap<string, tf.Variable>;
  readonly words?: ReadonlyMap<string, tf.Variable>;
}

/** Gives the bundled base model. */
export type LoadBase = (shelf: Shelf) => Promise<LoadedSource>;

const bundledBase: LoadBase = (shelf) => loadModel({ kind: 'bundled', name: BUNDLED_BASE }, shelf);

/** Resolves what a bench names; Faults and FormatErrors say what does not fit. */
export async function prepareScene({ recipe }: Pick<BenchJob, 'recipe'>, shelf: Shelf, gate: () => Promise<void>, loadBase = bundledBase): Promise<Scene> {
  const quiet: Shelf = { ...shelf, emit: (event) => (event.type === 'note' ? undefined : shelf.emit(event)) };
  const session = await prepare(recipe, quiet, gate);
  const words = session.start.heads.includes('masked-lm') ? session.start : likeTeacher(session.start, (await loadBase(quiet)).weights);
  return sceneOf(recipe, session, words);
}

/** The scene of a session; `words` is a model that predicts masked words of the same vocabulary. */
export function sceneOf(recipe: Recipe, session: Session, words?: Weights): Scene {
  const sequence = new BatchSequence(session.data.train, recipe.training, session.tokenizer.special.pad);
  const { weights } = beginStudent(recipe, session.start, session.initFrom);
  const student = words ? withWordsHead(weights, words, recipe.training.seed) : weights;
  const batchAt = (number: number) => sequence.at(number);
  return { recipe, session, student, ...(words ? { words } : {}), batchAt, notes: notesOf(recipe, session, batchAt(0), words) };
}

/** Uploads the models of a scene. */
export function uploadModels({ session, student, words }: Scene): Models {
  return { student: upload(student, true), teacher: upload(session.start, false), ...(words ? { words: upload(words, false) } : {}) };
}

export function disposeModels({ student, teacher, words }: Models): void {
  for (const model of [student, teacher, words]) if (model) dispose(model);
}

/** A model that knows the teacher's vocabulary and has its width; undefined for any other. */
function likeTeacher({ config }: Weights, model: Weights): Weights | undefined {
  const { vocab_size, hidden_size } = model.config;
  return vocab_size === config.vocab_size && hidden_size === config.hidden_size ? model : undefined;
}

/** The student with the words model's head beside its classifier, as far as it fits the student's width. */
function withWordsHead(student: Weights, words: Weights, seed: number): Weights {
  const both = { ...words, tensors: new Map([...words.tensors, ...student.tensors]) };
  const own = [...Array(student.config.num_hidden_layers).keys()];
  const whole = { ...both, config: student.config };
  return initialiseStudent(whole, student.config, own, seed, ['classification', 'masked-lm'], ['embeddings', 'masked-lm', 'classifier']).weights;
}

function notesOf(recipe: Recipe, session: Session, batch: LabelledBatch, words: Weights | undefined): string[] {
  const teacher = sourceName(recipe.teacher);
  const { num_hidden_layers: layers, hidden_size: width } = session.start.config;
  return [
    `Teacher: ${teacher}, ${layers} layers of width ${width}.${session.teacherUntrained ? ` It was not trained on ${session.task.name}: its classifier is random.` : ''}`,
    `Student: ${recipe.student.num_hidden_layers} layers, from ${initPhrase(recipe.student)}; not trained yet.`,
    `Batch: ${batch.size} rows of ${session.task.name}, padded to ${batch.length} tokens, seed ${recipe.training.seed}.`,
    ...(words && words !== session.start ? [`Masked words: 15 % of the same batch; their teacher is ${BUNDLED_BASE}, since the classifier predicts none.`] : []),
  ];
}
