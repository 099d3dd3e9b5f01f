import type { Category, Selector } from './types.ts';
import { CATEGORIES } from './types.ts';

const PORTABLE: readonly Category[] = ['food', 'garment', 'instrument', 'tool', 'container', 'device', 'text'];
const ARTEFACT: readonly Category[] = ['garment', 'instrument', 'tool', 'vehicle', 'furniture', 'container', 'device'];
const PHYSICAL: readonly Category[] = ['food', 'plant', ...ARTEFACT, 'text'];

const UNIONS: Readonly<Record<Exclude<Selector, Category>, readonly Category[]>> = {
  animate: ['person', 'animal'],
  artefact: ARTEFACT,
  portable: PORTABLE,
  physical: PHYSICAL,
  readable: ['text', 'work'],
  place: ['building', 'landscape'],
  reviewed: ['work', 'aspect', 'device', 'food', 'event', 'building'],
  anything: CATEGORIES.filter((c) => c !== 'judgement' && c !== 'aspect'),
};

function isCategory(selector: Selector): selector is Category {
  return CATEGORIES.some((c) => c === selector);
}

/** The categories that a selector stands for. */
export function categoriesOf(selector: Selector): readonly Category[] {
  return isCategory(selector) ? [selector] : UNIONS[selector];
}

/** True when a noun of that category satisfies the selector. */
export function satisfies(category: Category, selector: Selector): boolean {
  return categoriesOf(selector).includes(category);
}

/** True when some category satisfies both selectors. */
export function overlap(a: Selector, b: Selector): boolean {
  return categoriesOf(a).some((c) => satisfies(c, b));
}
