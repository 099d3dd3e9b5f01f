/** The options of `pretrain` and the recipes that they stand for, in the page and on the terminal alike. */
import { integer, text, UsageError, type Values } from './option.ts';
import { BUNDLED_BASE, DEFAULT_RECIPE, evenLayers, MINI_GLUE, TEXT_RECIPE } from './presets.ts';
import type { DataSource, ModelSource, Recipe } from './recipe.ts';
import { initSlug } from './recipe_words.ts';
import { DROPOUT, studentOf, widthsOf } from './sweep.ts';
import { TEXT_OPTIONS, TEXT_STUDENT_OPTIONS } from './text_options.ts';
import { pretrainingStages, textStages } from './text_stages.ts';
import { layerList, MODEL_HELP, TRAINING_OPTIONS } from './training_options.ts';
import { given, trainingOf } from './training_values.ts';

/** Documents of the corpus unless they are given; a student needs fewer than a model from random weights. */
export const DOCUMENTS = 20_000;
export const STUDENT_DOCUMENTS = TEXT_RECIPE.data.kind === 'mini-glue' ? TEXT_RECIPE.data.train_rows : DOCUMENTS;

/** What is pretrained where nothing else is named. */
export const SHAPE = 'scratch:12x64';

export const PRETRAIN_OPTIONS = {
  model: text('MODEL', MODEL_HELP, SHAPE),
  init: { ...layerList, help: 'layers of the model to go on with, 0-based, named twice to grow, e.g. 0,1,2,0,1,2; with --teacher those that the student starts from, or random' },
  documents: integer(100, 1_000_000, 'documents of the corpus', `${DOCUMENTS}; ${STUDENT_DOCUMENTS} with --teacher`),
  shards: text('DIR', 'folder of samples that generate_samples made, with their masks; the tokenizer must be that of the samples', 'the generated corpus'),
  ...TEXT_OPTIONS,
  ...TRAINING_OPTIONS,
} as const;

/** What a line of `pretrain` says. */
export type PretrainValues = Values<typeof PRETRAIN_OPTIONS>;

/** Masked language modelling of a model of so many layers, with next sentences where they are asked for, and with the default data and model; UsageError for options that need a teacher. */
export function maskedWordsRecipe(values: PretrainValues, layersThere: number): Recipe {
  const [misplaced] = Object.keys(TEXT_STUDENT_OPTIONS).filter((name) => name !== 'method' && values[name as keyof typeof TEXT_STUDENT_OPTIONS] !== undefined);
  if (misplaced) throw new UsageError(`--${misplaced}`, 'a --teacher beside it', 'none', `Name the model to distil, e.g. --teacher ${BUNDLED_BASE}.`);
  if (values.init === 'random') throw new UsageError('--init', 'layer numbers such as 0,1,2', '"random"', 'Without --teacher, --model scratch:LAYERSxWIDTH begins at random.');
  const layers = values.init ?? evenLayers(layersThere, layersThere);
  const student = { num_hidden_layers: layers.length, init: { kind: 'layers', layers } } as const;
  const stages = pretrainingStages(values.method, values);
  const learned = stages.flatMap(({ objectives }) => objectives.map(({ name }) => name));
  const name = ['pretrain', ...learned, 'seed', values.seed ?? DEFAULT_RECIPE.training.seed].join('-');
  return { ...DEFAULT_RECIPE, kind: 'pretrain', name, student, stages, baselines: false };
}

/** The models of a distillation on text. */
export interface TextModels {
  readonly teacherLayers: number | undefined;
  /** The model that `--init_from` names, with its depth. */
  readonly initFrom?: ModelSource;
  readonly initLayers?: number;
}

/** A student that learns from a teacher on text, with the default data and teacher; and notes on how the line was read. UsageError for options that do not fit together. */
export function textDistillationRecipe(values: PretrainValues, { teacherLayers, initFrom, initLayers }: TextModels): { readonly recipe: Recipe; readonly notes: readonly string[] } {
  if (values.model !== undefined) throw new UsageError('--model', '--teacher or --model, not both', `"${values.model}" beside --teacher`, 'Name the student’s beginning by --init and --init_from.');
  const student = { ...studentOf(values, initLayers ?? teacherLayers, initFrom), ...given(widthsOf(values)) };
  const training = trainingOf(values, { ...TEXT_RECIPE.training, ...given({ aug: values.aug }) });
  const method = values.method ?? 'masked_lm_distill';
  const knobs = { kd_weight: 0.5, ...values, mapping: values.mapping ?? values.layer_selection };
  const { stages, notes } = textStages(method, knobs, training, { student: student.num_hidden_layers, teacher: teacherLayers ?? Infinity });
  const fidelity = values.fidelity ?? 'corrected';
  const learned = values.next_sentence ? ['next_sentence'] : [];
  const name = ['text', method.replace(/[^\w.-]+/g, '-'), ...learned, initSlug(student), 'seed', training.seed].join('-');
  return { recipe: { ...TEXT_RECIPE, name, student, stages, fidelity, training, baselines: values.baselines !== 'off', dropout: DROPOUT[values.dropout ?? (fidelity === 'released' ? 'both' : 'student')] }, notes };
}

/** The generated corpus of a line. */
export function corpusOf({ data_seed, documents, teacher }: PretrainValues): DataSource {
  return { ...MINI_GLUE, seed: data_seed ?? MINI_GLUE.seed, train_rows: documents ?? (teacher === undefined ? DOCUMENTS : STUDENT_DOCUMENTS) };
}
