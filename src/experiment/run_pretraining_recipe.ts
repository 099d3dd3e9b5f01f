/** From a line of `run_pretraining.py` to a recipe. */
import { UsageError } from './option.ts';
import { BUNDLED_BASE, DEFAULT_RECIPE, evenLayers, MINI_GLUE, TEXT_RECIPE } from './presets.ts';
import type { Architecture, DataSource, Recipe, TrainingArguments } from './recipe.ts';
import type { RunPretrainingValues } from './run_pretraining_line.ts';
import { DROPOUT, studentOf } from './sweep.ts';
import { DOCUMENTS, STUDENT_DOCUMENTS, type TextModels } from './text_recipe.ts';
import { pretrainingStages, textStages } from './text_stages.ts';
import { given } from './training_values.ts';

/** The sizes of the reference, which a line without them means. */
const SIZES = { hidden_size: 1024, num_hidden_layers: 24, num_attention_heads: 16, intermediate_size: 4096 } as const;

/** The layers that the reference compares unless a line names others. */
const SELECTION = { layers: '1,3,5,7,9,11', student: 6, teacher: 12 } as const;

/** A recipe, and what a person should know of how its line was read. */
export interface ReadRecipe {
  readonly recipe: Recipe;
  readonly notes: readonly string[];
}

/** The name of a line's job, of which files and runs take theirs. */
export function jobName({ job_name = 'pretraining_experiment', current_run_id = '' }: RunPretrainingValues): string {
  return [job_name, current_run_id].filter((part) => part !== '').join('-').replace(/[^\w.-]+/g, '-');
}

/** The model that a line without a teacher goes on with; random weights of its sizes where it names none. */
export function modelOfLine(values: RunPretrainingValues): string {
  return values.model_name_or_path ?? `scratch:${values.num_hidden_layers ?? SIZES.num_hidden_layers}x${values.hidden_size ?? SIZES.hidden_size}`;
}

/** The teacher of a line that distils; UsageError where it names none. */
export function teacherOfLine({ teacher_path }: RunPretrainingValues): string {
  if (teacher_path !== undefined) return teacher_path;
  throw new UsageError('--teacher_path', 'the model to distil', 'nothing', `Name it, e.g. --teacher_path ${BUNDLED_BASE}.`);
}

/** Masked words of one model of so many layers, with the default data and model. UsageError where options contradict each other. */
export function pretrainingRecipe(values: RunPretrainingValues, layersThere: number): ReadRecipe {
  checkKind(values);
  const layers = evenLayers(layersThere, layersThere);
  const student = { num_hidden_layers: layers.length, init: { kind: 'layers', layers } } as const;
  const idle = (['teacher_path', 'method', 'layer_selection', 'student_initialize', 'aug'] as const).filter((name) => values[name] !== undefined && values[name] !== false);
  const notes = idle.map((name) => `--${name}: without --distillation it has no part, as in the reference.`);
  return { recipe: { ...DEFAULT_RECIPE, kind: 'pretrain', name: jobName(values), student, stages: pretrainingStages(undefined, { next_sentence: learnsPairs(values) }), training: trainingOfLine(values), baselines: false, data: corpusOfLine(values) }, notes };
}

/** What a model from random weights has beside its layers and its width. */
export function architectureOf(values: RunPretrainingValues): Architecture {
  const { num_attention_heads = SIZES.num_attention_heads, intermediate_size = SIZES.intermediate_size } = values;
  return { num_attention_heads, intermediate_size, ...withoutSizes(values) };
}

function withoutSizes({ encoder_ln_mode = 'pre-ln', layernorm_embedding = false, hidden_act = 'gelu', ...values }: RunPretrainingValues): Architecture {
  const { hidden_dropout_prob, attention_probs_dropout_prob, initializer_range } = values;
  return { encoder_ln_mode, layernorm_embedding, hidden_act, ...given({ hidden_dropout_prob, attention_probs_dropout_prob, initializer_range }) };
}

/** A student that learns from a teacher on text, with the default data and teacher. UsageError where options contradict each other. */
export function distillationRecipe(values: RunPretrainingValues, models: TextModels): ReadRecipe {
  checkKind(values);
  if (values.method === undefined) throw new UsageError('--method', 'what the student learns from', 'nothing', 'Name it, e.g. --method hidden_mse.');
  const student = studentOfLine(values, models);
  const training = { ...trainingOfLine(values), ...given({ aug: values.aug }) };
  const teacherLayers = models.teacherLayers ?? Infinity;
  const mapping = values.layer_selection ?? (student.num_hidden_layers === SELECTION.student && teacherLayers === SELECTION.teacher ? SELECTION.layers : undefined);
  const { stages, notes } = asLayerSelection(() => textStages(values.method ?? '', { kd_weight: 0.5, next_sentence: learnsPairs(values), ...given({ mapping }) }, training, { student: student.num_hidden_layers, teacher: teacherLayers }));
  const fidelity = values.fidelity ?? 'corrected';
  const dropout = DROPOUT[fidelity === 'released' ? 'both' : 'student'];
  const recipe = { ...TEXT_RECIPE, name: jobName(values), student, stages, training, fidelity, dropout, baselines: values.baselines === 'on', data: corpusOfLine(values) };
  return { recipe, notes: [...notes, ...architectureNotes(values), ...(values.model_name_or_path === undefined ? [] : ['--model_name_or_path: with --distillation it has no part, as in the reference; --student_initialize names what the student begins as.'])] };
}

/** Errors of a mapping at the name that it has here. */
function asLayerSelection<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof UsageError) || error.where !== '--mapping') throw error;
    throw new UsageError('--layer_selection', error.expected, error.got, error.remedy);
  }
}

/** Random weights, layers of the teacher, or the whole of another model. */
function studentOfLine(values: RunPretrainingValues, { teacherLayers, initFrom, initLayers }: TextModels): Recipe['student'] {
  const { student_initialize: init, num_hidden_layers, hidden_size, num_attention_heads, intermediate_size } = values;
  const sizes = given({ hidden_size, num_attention_heads, intermediate_size });
  if (init === undefined) return { ...SIZES, ...given({ num_hidden_layers }), ...sizes, architecture: withoutSizes(values), init: { kind: 'random' } };
  if (!initFrom) return { ...studentOf(given({ student_layers: num_hidden_layers }), teacherLayers), ...sizes };
  const layers = initLayers ?? num_hidden_layers ?? SIZES.num_hidden_layers;
  return { num_hidden_layers: layers, init: { kind: 'checkpoint', from: initFrom } };
}

function architectureNotes(values: RunPretrainingValues): string[] {
  if (values.student_initialize === undefined) return [];
  const own = ['hidden_act', 'encoder_ln_mode', 'layernorm_embedding', 'hidden_dropout_prob', 'attention_probs_dropout_prob', 'initializer_range'] as const;
  const idle = own.filter((name) => values[name] !== undefined);
  return idle.length === 0 ? [] : [`${idle.map((name) => `--${name}`).join(', ')}: a student that begins as a model, or with its layers, has the architecture of that.`];
}

/** Whether a line asks for next sentences, by any of the names for them. */
function learnsPairs({ model_type, add_nsp = false, next_sentence = false }: RunPretrainingValues): boolean {
  return add_nsp || next_sentence || model_type === 'bert-mlm-nsp';
}

function checkKind(values: RunPretrainingValues): void {
  const { model_type, model_name_or_path, distillation } = values;
  if (model_type === 'bert-mlm-roberta' && learnsPairs(values)) throw new UsageError('--add_nsp', 'a BERT, which has a head for next sentences', '--model_type bert-mlm-roberta', 'Leave it out: RoBERTa has no next-sentence pairs.');
  if (model_type === 'bert-mlm-roberta' && !distillation && model_name_or_path === undefined) throw new UsageError('--model_type', 'a RoBERTa model to go on with', 'none: random weights are those of a BERT', 'Name its folder as --model_name_or_path.');
}

/** The generated corpus of a line; what the samples of a folder take the place of. */
function corpusOfLine({ documents, data_seed, distillation }: RunPretrainingValues): DataSource {
  return { ...MINI_GLUE, seed: data_seed ?? MINI_GLUE.seed, train_rows: documents ?? (distillation ? STUDENT_DOCUMENTS : DOCUMENTS) };
}

const OPTIMIZERS = { adamw: 'adamw_torch', adam: 'adam', lamb: 'lamb', adafactor: 'adafactor' } as const;

/** The training arguments of a line, with the reference's defaults. UsageError for batches that do not divide. */
export function trainingOfLine(values: RunPretrainingValues): TrainingArguments {
  const { lr_schedule = 'time', total_training_time = 24, early_exit_time_marker = 24, optimizer_type = 'adamw', num_warmup_steps = 1000 } = values;
  return {
    seed: values.seed ?? 42,
    num_train_epochs: values.num_epochs ?? 1_000_000,
    max_steps: values.max_steps ?? 0,
    max_seq_length: values.max_seq_length ?? DEFAULT_RECIPE.training.max_seq_length,
    ...batchesOfLine(values),
    learning_rate: values.lr ?? 0.011,
    lr_scheduler_type: lr_schedule,
    warmup_ratio: values.warmup_proportion ?? 0.06,
    ...(lr_schedule === 'constant_step' ? { warmup_steps: num_warmup_steps } : {}),
    curve: values.curve ?? 'linear',
    decay_rate: values.decay_rate ?? 0.99,
    decay_step: values.decay_step ?? 1000,
    total_training_time,
    early_exit_time_marker: Math.min(total_training_time, early_exit_time_marker),
    optim: OPTIMIZERS[optimizer_type],
    weight_decay: values.weight_decay ?? 0.01,
    adam_beta1: values.adam_beta1 ?? 0.9,
    adam_beta2: values.adam_beta2 ?? 0.999,
    adam_epsilon: values.adam_eps ?? 1e-6,
    ...(optimizer_type === 'lamb' ? { bias_correction: values.bias_correction ?? false, min_coeff: values.min_coeff ?? 0.01, max_coeff: values.max_coeff ?? 0.3 } : {}),
    max_grad_norm: values.gradient_clipping ?? 1,
    eval_steps: 0,
    ...validationOfLine(values),
    ...given({ finetune_time_markers: values.finetune_time_markers }),
  };
}

function batchesOfLine({ train_batch_size: whole = 65_536, train_micro_batch_size_per_gpu }: RunPretrainingValues): Pick<TrainingArguments, 'per_device_train_batch_size' | 'gradient_accumulation_steps'> {
  const micro = train_micro_batch_size_per_gpu ?? Math.min(32, whole);
  if (whole % micro !== 0) throw new UsageError('--train_batch_size', `a multiple of --train_micro_batch_size_per_gpu, ${micro}`, String(whole), `Choose ${Math.max(1, Math.round(whole / micro)) * micro}, for example.`);
  return { per_device_train_batch_size: micro, gradient_accumulation_steps: whole / micro };
}

function validationOfLine(values: RunPretrainingValues): Pick<TrainingArguments, 'evaluation_strategy' | 'validation_epochs' | 'early_stop'> {
  if (values.use_early_stopping && !values.do_validation) throw new UsageError('--use_early_stopping', '--do_validation beside it', 'none', 'Add --do_validation: the loss of those scores is what it looks at.');
  if (!values.do_validation) return { evaluation_strategy: 'no' };
  const { validation_epochs: middle = 10, validation_epochs_begin: begin = 1, validation_epochs_end: end = 1, validation_begin_proportion: begin_proportion = 0.1, validation_end_proportion: end_proportion = 0.1 } = values;
  const early_stop = { minutes: values.early_stop_time ?? 720, loss: values.early_stop_eval_loss ?? 2.1 };
  return { evaluation_strategy: 'phases', validation_epochs: { begin, middle, end, begin_proportion, end_proportion }, ...(values.use_early_stopping ? { early_stop } : {}) };
}
