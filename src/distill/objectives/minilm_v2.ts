import type { TapName } from '../../model/taps.ts';
import { Fault } from '../../fault/fault.ts';
import { relationDivergence, type RelationOptions } from '../attention.ts';
import type { Objective, ObjectiveInputs } from '../objective.ts';
import { mergeTaps, pairsOf, sumOverPairs, tapsOfPairs, teacherOf } from '../pairs.ts';

const RELATIONS = { query_relation: 'queries', key_relation: 'keys', value_relation: 'values' } as const satisfies Record<string, TapName>;

/**
 * MiniLMv2: relations among queries, among keys and among values of the student should match the teacher's.
 *
 *   L = Σ over X in {Q, K, V}  mean over B, R, real queries of  KL( softmax(X_t·X_tᵀ/√(d_t/R)) ‖ softmax(X_s·X_sᵀ/√(d_s/R)) )
 *
 * X: [B, H, T, dh], cut anew into R relation heads: `relation_heads`, or as many as the teacher has heads, or the largest
 * smaller number that divides both widths. The last layers by default.
 * Source: Wang et al. 2021 (MiniLMv2); `minilm_v2` of the task-agnostic half.
 * Released form: padding takes part; R is the teacher's number of heads, and unequal numbers of heads are reshaped so that
 * heads and positions mix (D14).
 */
export const minilmV2: Objective = {
  name: 'minilm_v2',
  aliases: ['minilmv2'],
  title: 'MiniLMv2',
  about: 'How alike the queries, the keys and the values of any two tokens are, in the last layer.',
  formula: 'L = Σ_X∈{Q,K,V} mean KL(softmax(X_t·X_tᵀ/√(d_t/R)) ‖ softmax(X_s·X_sᵀ/√(d_s/R)))',
  source: 'Wang et al. 2021; `minilm_v2` of `feature_distill.py`',
  released: 'Padding counts; the reshape for unequal heads mixes heads and positions (D14).',
  needs: { teacherLogits: false },
  controls: [{ name: 'relation_heads', label: 'Relation heads (0: as the teacher’s heads, or what fits both widths)', initial: 0, minimum: 0, maximum: 64, step: 1 }],
  mapping: { kind: 'last' },
  taps: (setting, step) => mergeTaps(...Object.values(RELATIONS).map((tap) => tapsOfPairs(tap, pairsOf('minilm_v2', setting, step)))),
  loss: (inputs) => {
    const options = relationOptions(inputs);
    const pairs = pairsOf('minilm_v2', inputs, inputs.step);
    const terms = Object.entries(RELATIONS).map(([term, tap]) => [term, sumOverPairs('minilm_v2', inputs, tap, pairs, (s, t) => relationDivergence(s, t, inputs, options))]);
    return Object.fromEntries(terms);
  },
};

/** Relation heads that divide both widths; Fault `relation-heads` for a number that does not. */
function relationOptions(inputs: ObjectiveInputs): RelationOptions {
  const teacher = teacherOf('minilm_v2', inputs);
  const { relation_heads = 0 } = inputs.parameters;
  const widths = [inputs.student.hidden_size, teacher.hidden_size];
  const fits = (heads: number) => widths.every((width) => width % heads === 0);
  const heads = relation_heads > 0 ? relation_heads : inputs.fidelity === 'released' ? teacher.heads : largestBelow(teacher.heads, fits);
  if (fits(heads)) return { heads, floor: 0, studentScale: false };
  throw new Fault({
    code: 'relation-heads',
    where: 'objective minilm_v2, relation_heads',
    expected: `a number that divides the widths ${widths.join(' and ')}`,
    got: String(heads),
    remedy: 'Set relation_heads to a common divisor of the two widths, or to 0.',
  });
}

/** The largest number from `most` down to 1 for which a condition holds. */
const largestBelow = (most: number, holds: (n: number) => boolean): number => (most <= 1 || holds(most) ? most : largestBelow(most - 1, holds));
