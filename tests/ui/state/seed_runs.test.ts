import { expect, it } from 'vitest';
import { DEFAULT_RECIPE } from '../../../src/experiment/presets.ts';
import type { Recipe } from '../../../src/experiment/recipe.ts';
import type { RunState } from '../../../src/experiment/run.ts';
import { seedResults } from '../../../src/ui/state/seed_runs.ts';
import { someRun } from '../../store/fixtures.ts';

const withSeed = (seed: number, changes: Partial<Recipe> = {}): Recipe => ({ ...DEFAULT_RECIPE, ...changes, name: `seed-${seed}`, training: { ...DEFAULT_RECIPE.training, ...changes.training, seed } });
const run = (id: string, recipe: Recipe, state: RunState = 'done') => someRun(id, { recipe, state, rows: [] });

it('gathers the finished runs of one experiment by seed, whatever the order of its fields', () => {
  const { task, ...rest } = withSeed(7);
  const runs = [run('a', withSeed(3)), run('b', { ...rest, backend: 'cpu', task }), run('c', withSeed(5), 'stopped'), run('d', withSeed(9, { task: 'cola' })), run('e', withSeed(3)), run('f', withSeed(2, { training: { ...DEFAULT_RECIPE.training, learning_rate: 0.5 } }))];
  expect(seedResults(withSeed(42), runs).map(({ seed }) => seed)).toEqual([3, 7]);
});
