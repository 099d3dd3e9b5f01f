/** The options of a distillation on text: those of the task-agnostic reference that its objectives need, and ours. */
import { EXPERIMENT_OPTIONS } from './experiment_options.ts';
import { flag, text } from './option.ts';
import { MODEL_HELP } from './training_options.ts';

const { stage, mapping, student_layers, hidden_size, num_attention_heads, intermediate_size, init_from, init_parts, temperature, kd_weight, projection, projection_learning_rate, fidelity, dropout, stage_start, stage_training, baselines } = EXPERIMENT_OPTIONS;

/** What only a run with a teacher has a use for, beside `teacher` itself. */
export const TEXT_STUDENT_OPTIONS = {
  method: text('METHOD', 'what the student learns from: att_kl, att_mse, att_val_og, minilm_v2, hidden_mse, …, or an objective’s name; a+0.5*b adds two, e.g. mlm+nsp+att_kl; without a teacher mlm, nsp or their sum', 'masked_lm_distill; mlm without a teacher'),
  stage: { ...stage, help: 'masked words for the first half of the steps and the method after it, or the method alone' },
  mapping,
  layer_selection: { ...mapping, help: 'the same, by the reference’s name' },
  student_layers,
  hidden_size,
  num_attention_heads,
  intermediate_size,
  init_from,
  init_parts,
  temperature: { ...temperature, help: 'temperature τ of masked_lm_distill', otherwise: '1' },
  kd_weight: { ...kd_weight, help: 'weight β of the teacher in masked_lm_distill', otherwise: '0.5' },
  projection,
  projection_learning_rate,
  aug: flag('replace most tokens by random ones in half of the batches'),
  fidelity,
  dropout,
  stage_start,
  stage_training,
  baselines: { ...baselines, help: 'train the same student on masked words alone, to compare' },
} as const;

/** What a run with or without a teacher may learn beside its method. */
export const NEXT_SENTENCE = flag('learn which texts follow each other too, by the head of BERT: texts are pairs then, half of which do not belong together');

export const TEXT_OPTIONS = {
  teacher: text('MODEL', `model to distil on the text, with a head for masked words: ${MODEL_HELP}`, 'none: masked language modelling of --model'),
  ...TEXT_STUDENT_OPTIONS,
  next_sentence: NEXT_SENTENCE,
} as const;
