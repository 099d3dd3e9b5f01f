import type { SeedResult } from '../../experiment/report.ts';
import type { Recipe } from '../../experiment/recipe.ts';
import type { RunRecord } from '../../store/types.ts';

/** A recipe without what tells seeds apart, and what decides no number. */
function withoutSeed({ name: _name, backend: _backend, training: { seed: _seed, ...training }, ...rest }: Recipe): string {
  return JSON.stringify(sorted({ ...rest, training }));
}

/** The value with the fields of every object in order, so that equal ones are equal as text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, field]) => [name, sorted(field)]));
}

/** The finished runs that are the shown one with other seeds, itself among them, by seed; the newest of equal seeds. */
export function seedResults(recipe: Recipe, runs: readonly RunRecord[]): SeedResult[] {
  const wanted = withoutSeed(recipe);
  const bySeed = new Map<number, SeedResult>();
  for (const { recipe: other, state, rows } of runs) {
    const { seed } = other.training;
    if (state === 'done' && !bySeed.has(seed) && withoutSeed(other) === wanted) bySeed.set(seed, { method: '', seed, rows });
  }
  return [...bySeed.values()].sort((a, b) => a.seed - b.seed);
}
