import { Fault } from '../fault/fault.ts';

/** One term that a method of the reference stands for; the mapping as text (`layer_mapping.ts`). */
export interface MethodTerm {
  /** Name of the objective. */
  readonly name: string;
  readonly weight: number;
  /** Undefined: the objective's own. */
  readonly mapping?: string;
  readonly parameters: Readonly<Record<string, number>>;
}

/** The reference's two programs, which share names but no code. */
export type ReferenceHalf = 'task_specific' | 'task_agnostic';

const CONTRAST = { nce_k: 100, crd_feat_dim: 128, nce_t: 0.07, nce_m: 0.5 };

const term = (name: string, parameters: MethodTerm['parameters'] = {}, mapping?: string): MethodTerm => ({ name, weight: 1, parameters, ...(mapping === undefined ? {} : { mapping }) });

/** Student probabilities are raised to this in the task-agnostic half. */
const CLAMPED = { probability_floor: 1e-7 };
/** The task-agnostic half has no embedding output among its hidden states. */
const LAYERS_ONLY = { embeddings: 0 };

/** Values of `--method` of either half, and the criterion that is a method of its own → what is minimised, with the constants of the released form. */
export const REFERENCE_METHODS: Readonly<Record<ReferenceHalf, Readonly<Record<string, readonly MethodTerm[]>>>> = {
  task_specific: {
    kd: [term('kd', { temperature: 2, kd_weight: 0.5 })],
    att_mse_learn: [term('att_mse', {}, 'skip')],
    att_kl_learn: [term('att_kl', CLAMPED, 'skip')],
    hidden_mse_learn: [term('hidden_mse')],
    hidden_mse_token: [term('hidden_cls')],
    att_mse_hidden_mse_learn: [term('att_mse_hidden_mse', {}, 'skip')],
    att_kl_hiden_mse_learn: [term('att_kl_hidden_mse', { probability_floor: 0 }, 'skip')],
    tiny: [term('att_mse_hidden_mse', {}, 'skip')],
    mobile: [term('att_kl', { probability_floor: 0 }, 'skip')],
    minilm: [term('minilm', {}, 'skip')],
    minilm_random: [term('minilm_random')],
    pkd: [term('pkd', {}, 'skip')],
    'alp-kd': [term('alp_kd')],
    attn_rand: [term('attn_rand')],
    crd: [term('crd', CONTRAST, 'combine')],
    sentence_prediction_crd: [term('kd', { temperature: 2, kd_weight: 0.5 }), term('crd', { ...CONTRAST, embeddings: 0 }, 'skip')],
    masked_lm_distill: [term('masked_lm_distill', { temperature: 1, kd_weight: 1 })],
  },
  task_agnostic: {
    att_mse: [term('att_mse')],
    att_kl: [term('att_kl', CLAMPED)],
    att_val_og: [term('minilm', CLAMPED)],
    minilm_v2: [term('minilm_v2')],
    hidden_mse: [term('hidden_mse', LAYERS_ONLY)],
    hidden_cls: [term('hidden_cls', { ...LAYERS_ONLY, first_example: 1 })],
    hidden_mse_combine: [term('hidden_mse', LAYERS_ONLY, 'combine')],
    att_mse_hidden_mse: [term('att_mse_hidden_mse', LAYERS_ONLY)],
    att_kl_hidden_mse: [term('att_kl_hidden_mse', { ...LAYERS_ONLY, ...CLAMPED })],
    pear_col: [term('pear_col')],
  },
};

/**
 * What a value of the reference's `--method` stands for.
 *
 * Task-agnostic methods take the mapping of `--layer_selection` where theirs is undefined. Fault `unknown-method` that
 * lists the names, or says why the released code cannot run the method.
 */
export function methodNamed(name: string, half: ReferenceHalf): { readonly objectives: readonly MethodTerm[] } {
  const objectives = Object.hasOwn(REFERENCE_METHODS[half], name) ? REFERENCE_METHODS[half][name] : undefined;
  if (objectives) return { objectives };
  const reason = CANNOT_RUN.find(({ names }) => names.includes(name) || names.some((other) => other.endsWith('*') && name.startsWith(other.slice(0, -1))))?.reason;
  throw new Fault({
    code: 'unknown-method',
    where: `--method ${name}`,
    expected: `one of ${Object.keys(REFERENCE_METHODS[half]).join(', ')}`,
    got: JSON.stringify(name),
    remedy: reason ?? 'Choose one of these methods.',
  });
}

/** Methods that the released code names and cannot run. */
const CANNOT_RUN: readonly { readonly names: readonly string[]; readonly reason: string }[] = [
  { names: ['hopfield*'], reason: 'The reference’s import of Hopfield layers is commented out, so its method has no definition that runs.' },
  { names: ['qkv'], reason: 'The reference’s attention never returns queries and keys for it; `minilm_v2` compares them.' },
  { names: ['dense-ta-minilm'], reason: 'The reference raises a TypeError, and its assistant model is missing.' },
  { names: ['test'], reason: 'It trains a projection on both sides, so its loss falls to 0 without any transfer; `pkd` is the method without them.' },
  { names: ['att_val_two_stage'], reason: 'The reference never reaches it; two stages with `masked_lm` and then `minilm` are the same form.' },
];
