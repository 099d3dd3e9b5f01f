import { expect, it } from 'vitest';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';
import { objectiveEntry, OBJECTIVE_CATALOGUE } from '../../src/experiment/objective_catalogue.ts';
import { Fault } from '../../src/fault/fault.ts';

/** Whether an objective knows what all states at once are. */
function combines({ taps }: (typeof OBJECTIVES)[number]): boolean {
  const shape = { layers: 1, heads: 1, hidden_size: 2 };
  try {
    return taps?.({ student: shape, teacher: shape, mapping: { kind: 'combine' }, fidelity: 'corrected', parameters: {}, seed: 0 }, 0) !== undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return false;
  }
}

it('lists every objective as it is', () => {
  expect(OBJECTIVE_CATALOGUE).toEqual(OBJECTIVES.map((objective) => ({
    name: objective.name,
    aliases: objective.aliases,
    compares: objective.taps ? 'layers' : objective.needs.maskedLm ? 'masked words' : 'predictions',
    ...(objective.mapping ? { mapping: objective.mapping.kind } : {}),
    combines: combines(objective),
  })));
});

it('finds an objective by any name, and names the nearest', () => {
  expect(objectiveEntry('att_kl_hiden_mse_learn', '--method').name).toBe('att_kl_hidden_mse');
  expect(() => objectiveEntry('hidden_mse_tokens', '--method')).toThrow('Did you mean hidden_mse_token?');
});
