import { Fault } from '../fault/fault.ts';
import type { Recipe } from '../experiment/recipe.ts';

/** Fields that decide no number of the run: it may go on under another name, and where a device is missing on another one. */
const FREE: ReadonlySet<string> = new Set(['name', 'backend']);

/** Fault `recipe-changed` with every field that differs, unless the run goes on with the recipe that it began with. */
export function checkSameRecipe(run: string, before: Recipe, now: Recipe): void {
  const changed = differences(before, now, '').filter(({ path }) => !FREE.has(path));
  if (changed.length === 0) return;
  const show = (value: unknown) => JSON.stringify(value) ?? 'nothing';
  throw new Fault({
    code: 'recipe-changed',
    where: `run ${run}`,
    expected: `the recipe that the run began with (${changed.map(({ path, before: value }) => `${path} ${show(value)}`).join(', ')})`,
    got: changed.map(({ path, now: value }) => `${path} ${show(value)}`).join(', '),
    remedy: 'Continue with the old recipe, or start a new run.',
  });
}

interface Difference {
  readonly path: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** The leaves in which two values differ; lists are compared as a whole. */
function differences(before: unknown, now: unknown, path: string): Difference[] {
  if (!isObject(before) || !isObject(now)) return JSON.stringify(before) === JSON.stringify(now) ? [] : [{ path, before, now }];
  const fields = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return fields.flatMap((field) => differences(before[field], now[field], path === '' ? field : `${path}.${field}`));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
