/** Reference numbers that hold each objective, as `tests/parity/golden_status.test.ts` counts them (`vitest -u`). */

/** Cases of the original code, and the tensors and numbers compared in them. */
export interface GoldenStatus {
  readonly cases: number;
  readonly tensors: number;
}

/** By the name of the objective; those that the original code gave no numbers for are absent. */
export const GOLDEN_STATUS: Readonly<Record<string, GoldenStatus>> = {
  kd: { cases: 8, tensors: 122 },
  logit_mse: { cases: 1, tensors: 5 },
  att_kl: { cases: 6, tensors: 76 },
  att_mse: { cases: 3, tensors: 16 },
  hidden_mse: { cases: 7, tensors: 87 },
  hidden_cls: { cases: 5, tensors: 31 },
  att_mse_hidden_mse: { cases: 3, tensors: 29 },
  att_kl_hidden_mse: { cases: 2, tensors: 17 },
  minilm: { cases: 6, tensors: 85 },
  minilm_v2: { cases: 5, tensors: 74 },
  pear_col: { cases: 1, tensors: 6 },
  pkd: { cases: 1, tensors: 7 },
  alp_kd: { cases: 1, tensors: 7 },
  crd: { cases: 3, tensors: 48 },
};
