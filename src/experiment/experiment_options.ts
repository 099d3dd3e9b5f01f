/** The options of the reference's `experiments.py`, its knobs, and ours, under one table. */
import { MAPPING_NAMES, parseMapping } from '../distill/layer_mapping.ts';
import { Fault } from '../fault/fault.ts';
import { stageTrainingList } from './optimisation_options.ts';
import { choice, flag, integer, real, short, text, UsageError, type Option } from './option.ts';
import type { InitPart } from './recipe.ts';
import { layerList, MODEL_HELP, SEED_END, TRAINING_OPTIONS } from './training_options.ts';

/** What the reference means by an experiment: one method, its list of methods, or only the prediction stage. */
export const EXPERIMENTS = ['method_specific', 'method_list', 'pred'] as const;
/** `one_stage` adds all terms up; `two_stage` trains hidden layers first and predictions after. */
export const STAGES = ['two_stage', 'one_stage'] as const;

const seedList: Option<readonly number[]> = {
  placeholder: 'LIST',
  help: 'seeds, one run each, e.g. 1,2,3,4',
  otherwise: '1',
  read: (value, where) => {
    const seeds = value.split(',').map((part) => part.trim());
    if (!seeds.every((seed) => /^\d+$/.test(seed) && Number(seed) <= SEED_END)) throw new UsageError(where, 'whole numbers such as 1,2,3,4', `"${value}"`);
    if (new Set(seeds).size < seeds.length) throw new UsageError(where, 'every seed once', `"${value}"`, 'Equal seeds give equal runs: name each one once.');
    return seeds.map(Number);
  },
};

const mapping: Option<string> = {
  placeholder: 'MAPPING',
  help: `layers that are compared: ${MAPPING_NAMES.join(', ')}, teacher layers 3,7,11, or pairs 0:3,1:7,2:11*0.5`,
  otherwise: "the objective's own",
  read: (value, where) => {
    try {
      parseMapping(value);
      return value;
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new UsageError(where, error.expected, error.got, error.remedy);
    }
  },
};

/** Options that the reference has and a browser has no use for, with what is said instead. */
export const WITHOUT_MEANING: Readonly<Record<string, string>> = {
  device: 'a browser chooses its GPU itself; --backend names the engine.',
  mig_path: 'a browser knows no partitions of a GPU.',
};

const { seed: _oneSeed, ...shared } = TRAINING_OPTIONS;
const PARTS = ['embeddings', 'masked-lm', 'classifier'] as const satisfies readonly InitPart[];

const partList: Option<readonly InitPart[]> = {
  placeholder: 'LIST',
  help: `parts that the student takes over beside the layers: ${PARTS.join(', ')}, or none`,
  otherwise: 'embeddings,masked-lm, as in the reference',
  read: (value, where) => (value === 'none' ? [] : value.split(',').map((part) => choice(PARTS, '').read(part.trim(), where))),
};

export const EXPERIMENT_OPTIONS = {
  ...shared,
  task: short('t', TRAINING_OPTIONS.task),
  method: short('m', text('METHOD', 'what the student learns from, by any of its names; a+0.5*b adds two, a,b runs one after the other', 'kd')),
  experiment: short('e', choice(EXPERIMENTS, 'one method, the reference’s list of six, or the prediction stage alone', 'method_specific')),
  stage: short('s', choice(STAGES, 'hidden layers first and predictions after, or all terms together', 'one_stage')),
  mapping,
  init: layerList,
  group: text('NAME', 'name of the experiment: its folder, and its table', 'task-specific-comparison'),
  seeds: seedList,
  device: short('d', text('GPU', 'has no meaning in a browser')),
  mig_path: text('FILE', 'has no meaning in a browser'),
  pass_dic: text('FILE', 'for --experiment pred: a YAML file of first-stage students by method, or a folder of them'),
  temperature: real(0.01, 1000, 'temperature τ of the prediction stage', '1; 2 for kd'),
  kd_weight: real(0, 1, 'weight β of the teacher against the labels', '1; 0.5 for kd'),
  inter_weight: real(0, 1e6, 'weight of hidden layers beside the predictions in one stage', '1'),
  crd_weight: real(0, 1e6, 'weight of the contrastive term; above 0 adds it to kd', '1 for crd, 0 for kd'),
  nce_k: integer(1, 4096, 'negatives of an example in crd', '100'),
  crd_feat_dim: integer(2, 1024, 'width of the embeddings in crd', '128'),
  use_mse: flag('compare logits by their squared difference instead of KL'),
  teacher: text('MODEL', MODEL_HELP, "the task's bundled teacher"),
  student_layers: integer(1, 48, "the student's layers", 'as many as --init names, or 3'),
  hidden_size: integer(2, 4096, "the student's width; what is narrower than the teacher is compared through a projection", "the teacher's"),
  num_attention_heads: integer(1, 256, "the student's heads", "the teacher's, in proportion to the width"),
  intermediate_size: integer(1, 65_536, "the student's inner width", "the teacher's, in proportion to the width"),
  projection: choice(['identity', 'tanh', 'relu', 'gelu'], 'activation of the projection between different widths, and of combine', 'identity: linear'),
  projection_learning_rate: real(0, 10, 'its highest learning rate', 'that of the stage'),
  init_from: text('MODEL', 'model whose layers the student starts from instead of its teacher’s, e.g. mini-bert'),
  init_parts: partList,
  fidelity: choice(['corrected', 'released'], 'objectives as corrected here, or as the reference computes them', 'corrected'),
  dropout: choice(['student', 'teacher', 'both', 'none'], 'models that drop values while the student is trained', 'student; both where the fidelity is released'),
  baselines: choice(['on', 'off'], 'train and score the baselines beside each student', 'on'),
  stage_start: choice(['last', 'best'], 'weights of the first stage that the second starts from', 'last'),
  stage_training: stageTrainingList,
} as const;
