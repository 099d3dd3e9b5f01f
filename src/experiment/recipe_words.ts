/** A student's beginning in words, for names, pages and cards. */
import type { ModelSource, Recipe } from './recipe.ts';

/** What a person calls a source. */
export function sourceName(source: ModelSource): string {
  if (source.kind === 'scratch') return 'the model from scratch';
  return source.kind === 'stored' ? `run ${source.run}` : source.name;
}

/** e.g. `layers-3-7-11`, `3-random-layers`, `3-layers-of-a-checkpoint`: part of a name that is also a file name. */
export function initSlug({ num_hidden_layers: layers, init }: Recipe['student']): string {
  if (init.kind === 'layers') return `layers-${init.layers.join('-')}`;
  return init.kind === 'random' ? `${layers}-random-layers` : `${layers}-layers-of-a-checkpoint`;
}

/** e.g. `layers 3, 7, 11`, `random weights`, `the weights of run 7`. */
export function initPhrase({ init }: Recipe['student']): string {
  if (init.kind === 'layers') return `layers ${init.layers.join(', ')}${init.from ? ` of ${sourceName(init.from)}` : ''}`;
  return init.kind === 'random' ? 'random weights' : `the weights of ${sourceName(init.from)}`;
}
