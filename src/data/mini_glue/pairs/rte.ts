import { RTE, RTE_CONTRADICTIONS } from './difficulty.ts';
import { inference } from './infer.ts';
import { pairGenerator } from './pair_generator.ts';

/** Whether the second sentence follows (0) from the first text or not (1): quantifiers, embedding, conjunction, voice. */
export const rte = pairGenerator('rte', RTE, (draft) => {
  const { rng, knobs, templates, label } = draft;
  const plan = rng.pick(knobs.plans[templates]);
  const contradicts = rng.chance(RTE_CONTRADICTIONS);
  return inference(draft, plan, label === 0 ? 'entailment' : contradicts ? 'contradiction' : 'neutral');
});
