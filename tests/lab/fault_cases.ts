import { expect } from 'vitest';
import { Fault, toReport, type FaultReport } from '../../src/fault/fault.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { prepare } from '../../src/lab/prepare.ts';
import type { Shelf } from '../../src/lab/sources.ts';
import * as tf from '../../src/tensor/tf.ts';
import { dataFiles, modelFiles, shelfOf, type ModelChanges } from './given_files.ts';
import { smallRecipe } from './small_session.ts';

/** A run on folders that a person gives. */
export const RECIPE: Recipe = {
  ...smallRecipe(),
  teacher: { kind: 'folder', name: 'my-teacher' },
  data: { kind: 'folder', name: 'my-data' },
};

/** What a run with these files is told; fails when it is told nothing, or when a tensor was uploaded. */
export async function faultOf(given: Shelf['given'], changes: Partial<Recipe> = {}): Promise<FaultReport> {
  const before = tf.memory().numTensors;
  const error: unknown = await prepare({ ...RECIPE, ...changes }, shelfOf(given), async () => undefined).then(() => undefined, (thrown: unknown) => thrown);
  expect(tf.memory().numTensors).toBe(before);
  expect(error).toBeInstanceOf(Fault);
  return toReport(error);
}

/** Compares a fault; its remedy must be a sentence that says so. */
export function expectFault(got: FaultReport, expected: Omit<FaultReport, 'remedy'> & { readonly remedy: RegExp }): void {
  const { remedy, ...rest } = expected;
  expect(got).toEqual({ ...rest, remedy: expect.stringMatching(/^[A-Z].*\.$/) as string });
  expect(got.remedy).toMatch(remedy);
}

/** Files that are as they should be. */
export const good = { teacher: modelFiles(), data: dataFiles() };
export const withData = (contents: Readonly<Record<string, string>>) => ({ ...good, data: dataFiles(contents) });
export const withModel = (changes: ModelChanges) => ({ ...good, teacher: modelFiles(changes) });
