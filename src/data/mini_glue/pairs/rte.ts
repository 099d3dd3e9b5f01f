import { RTE, RTE_CONTRADICTIONS } from './difficulty.ts';
import type { Verdict } from './entail.ts';
import { inference } from './infer.ts';
import { pairGenerator } from './pair_generator.ts';

/** Whether the second sentence follows (0) from the first text or not (1): quantifiers, embedding, conjunction, voice. */
export const rte = pairGenerator('rte', RTE, (draft) => {
  const { rng, knobs, templates, label } = draft;
  const plan = rng.pick(knobs.plans[templates]);
  const against: readonly Verdict[] = rng.chance(RTE_CONTRADICTIONS) ? ['contradiction', 'neutral'] : ['neutral'];
  return inference(draft, plan, label === 0 ? ['entailment'] : against);
});
