import { expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import { upgradeRecipe, type StoredRecipe } from '../../src/experiment/recipe_versions.ts';
import { unpackState } from '../../src/lab/checkpoint.ts';

const { stages, fidelity: _f, dropout: _d, ...shared } = DEFAULT_RECIPE;
const V1: StoredRecipe = { ...shared, version: 1, objectives: stages[0]!.objectives };

it('a recipe of version 1 is the same in version 2', () => {
  expect(upgradeRecipe(V1)).toEqual(DEFAULT_RECIPE);
  expect(upgradeRecipe(DEFAULT_RECIPE)).toBe(DEFAULT_RECIPE);
});

it('one that only finetunes has no stages', () => {
  expect(upgradeRecipe({ ...V1, kind: 'finetune', objectives: [] }).stages).toEqual([]);
});

it('a checkpoint of version 1 goes on in its only stage', () => {
  const loop = { step: 5, updates: 4, skippedSteps: [2], highInARow: 0 };
  const data = new Float32Array([1, 2]);
  const state = unpackState({ version: 1, armIndex: 1, rows: [], armSeconds: 3, config: null, loop }, [{ name: 'live/a.bias', shape: [2], data }, { name: 'moments/m/a.bias', shape: [2], data }]);
  expect(state).toEqual({
    armIndex: 1, rows: [], armSeconds: 3, stage: 0,
    live: { parameters: new Map([['a.bias', { shape: [2], data }]]), loop: { step: 5, skippedSteps: [2], highInARow: 0, optimizer: { updates: 4, moments: new Map([['m/a.bias', { shape: [2], data }]]) } } },
  });
});
