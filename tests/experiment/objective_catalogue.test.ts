import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';
import type { Objective } from '../../src/distill/objective.ts';
import { entryNamed, objectiveEntry, type CatalogueEntry } from '../../src/experiment/objective_catalogue.ts';
import type { TapName } from '../../src/model/taps.ts';
import { Fault } from '../../src/fault/fault.ts';

const LIST = join(import.meta.dirname, '..', '..', 'src', 'experiment', 'objective_list.ts');

/** Whether an objective knows what all states at once are. */
function combines({ taps }: Objective): boolean {
  const shape = { layers: 1, heads: 1, hidden_size: 2 };
  try {
    return taps?.({ student: shape, teacher: shape, mapping: { kind: 'combine' }, fidelity: 'corrected', parameters: {}, seed: 0 }, 0) !== undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    return false;
  }
}

const setting = (objective: Objective) => ({ student: { layers: 2, heads: 1, hidden_size: 2 }, teacher: { layers: 2, heads: 1, hidden_size: 3 }, mapping: objective.mapping ?? { kind: 'skip' as const }, fidelity: 'corrected' as const, parameters: {}, seed: 0 });

/** What it asks for of the student. */
const reads = (objective: Objective) => (Object.keys(objective.taps?.(setting(objective), 0).student ?? {}) as TapName[]).sort();

const projects = (objective: Objective) => (objective.trainables?.(setting(objective)) ?? []).some(({ name }) => name === 'projection.weight');

function entryOf(objective: Objective): CatalogueEntry {
  const { name, aliases, title, about, formula, source, released, controls, needs: { labels, maskedLm, nextSentence, teacherLogits } } = objective;
  const compares = objective.taps ? 'layers' : maskedLm ? 'masked words' : nextSentence ? 'next sentences' : 'predictions';
  const teacher = teacherLogits || objective.taps !== undefined;
  return { name, aliases, title, about, formula, source, ...(released === undefined ? {} : { released }), compares, teacher, ...(objective.mapping ? { mapping: objective.mapping.kind } : {}), ...(labels ? { labels } : {}), reads: reads(objective), projects: projects(objective), combines: combines(objective), controls };
}

it('lists every objective as it is; written anew by -u', async () => {
  const text = [
    '/** The objectives without their losses, as `tests/experiment/objective_catalogue.test.ts` writes them (`vitest -u`). */',
    "import type { CatalogueEntry } from './objective_catalogue.ts';",
    '',
    'export const OBJECTIVE_LIST: readonly CatalogueEntry[] = [',
    ...OBJECTIVES.map((objective) => `  ${JSON.stringify(entryOf(objective))},`),
    '];',
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(LIST);
});

it('finds an objective by any name, and names the nearest', () => {
  expect(entryNamed('att_kl_hiden_mse_learn')?.name).toBe('att_kl_hidden_mse');
  expect(objectiveEntry('kd', 'objective').controls.map(({ name }) => name)).toEqual(['temperature', 'kd_weight']);
  expect(() => objectiveEntry('hidden_mse_tokens', '--method')).toThrow('Did you mean hidden_mse_token?');
});
