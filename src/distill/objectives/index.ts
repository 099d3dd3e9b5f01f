import { Fault } from '../../fault/fault.ts';
import type { Objective } from '../objective.ts';
import { alpKd } from './alp_kd.ts';
import { attKl } from './att_kl.ts';
import { attKlHiddenMse } from './att_kl_hidden_mse.ts';
import { attMse } from './att_mse.ts';
import { attMseHiddenMse } from './att_mse_hidden_mse.ts';
import { attnRand } from './attn_rand.ts';
import { ce } from './ce.ts';
import { crd } from './crd.ts';
import { hiddenCls } from './hidden_cls.ts';
import { hiddenCosine } from './hidden_cosine.ts';
import { hiddenMse } from './hidden_mse.ts';
import { kd } from './kd.ts';
import { logitMse } from './logit_mse.ts';
import { maskedLm } from './masked_lm.ts';
import { maskedLmDistill } from './masked_lm_distill.ts';
import { minilm } from './minilm.ts';
import { minilmRandom } from './minilm_random.ts';
import { minilmV2 } from './minilm_v2.ts';
import { nextSentence } from './next_sentence.ts';
import { pearCol } from './pear_col.ts';
import { pkd } from './pkd.ts';

/** Every objective of the lab, in the order in which it is offered. */
export const OBJECTIVES: readonly Objective[] = [
  kd, ce, logitMse,
  attKl, attMse, hiddenMse, hiddenCls, hiddenCosine, attMseHiddenMse, attKlHiddenMse,
  minilm, minilmV2, pearCol, pkd, alpKd, crd, attnRand, minilmRandom,
  maskedLm, maskedLmDistill, nextSentence,
];

/** The objective of that name or alias; Fault `unknown-objective` that lists the names otherwise. */
export function objectiveNamed(name: string): Objective {
  const objective = OBJECTIVES.find((o) => o.name === name || o.aliases.includes(name));
  if (objective) return objective;
  throw new Fault({ code: 'unknown-objective', where: 'objectives', expected: `one of ${OBJECTIVES.map((o) => o.name).join(', ')}`, got: JSON.stringify(name), remedy: 'Choose one of these objectives.' });
}
