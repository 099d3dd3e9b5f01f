import { join } from 'node:path';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';
import type { ObjectiveInputs } from '../../src/distill/objective.ts';
import { folderOnDisk } from '../../scripts/golden/disk.ts';
import { runGoldens } from '../../src/parity/run.ts';
import { open } from '../tensor/backends.ts';
import { OWN } from './golden_folders.ts';

const TABLE = join(import.meta.dirname, '..', '..', 'src', 'experiment', 'golden_status.ts');

// Whole runs, which a busy machine makes long.
vi.setConfig({ testTimeout: 240_000 });
beforeAll(() => open('wasm'));
afterEach(() => vi.restoreAllMocks());

/** Objectives whose loss was asked for since the last look, each by its own name even where it is made of others. */
function watchLosses(): () => string[] {
  const asked = new Set<string>();
  let depth = 0;
  for (const objective of OBJECTIVES) {
    const loss = objective.loss;
    vi.spyOn(objective, 'loss').mockImplementation((inputs: ObjectiveInputs) => {
      if (depth === 0) asked.add(objective.name);
      depth += 1;
      try {
        return loss(inputs);
      } finally {
        depth -= 1;
      }
    });
  }
  return () => {
    const names = [...asked];
    asked.clear();
    return names;
  };
}

it('counts the reference numbers that hold each objective; written anew by -u', async () => {
  const asked = watchLosses();
  const counts = new Map(OBJECTIVES.map(({ name }) => [name, { cases: 0, tensors: 0 }]));
  for (const group of ['b', 'd']) {
    for await (const { status, name, compared } of runGoldens(folderOnDisk(OWN), { gpu: false, group })) {
      expect(status, name).toBe('passed');
      for (const objective of asked()) {
        const count = counts.get(objective)!;
        counts.set(objective, { cases: count.cases + 1, tensors: count.tensors + compared });
      }
    }
  }
  const held = [...counts].filter(([, { cases }]) => cases > 0);
  const text = [
    '/** Reference numbers that hold each objective, as `tests/parity/golden_status.test.ts` counts them (`vitest -u`). */',
    '',
    '/** Cases of the original code, and the tensors and numbers compared in them. */',
    'export interface GoldenStatus {',
    '  readonly cases: number;',
    '  readonly tensors: number;',
    '}',
    '',
    '/** By the name of the objective; those that the original code gave no numbers for are absent. */',
    'export const GOLDEN_STATUS: Readonly<Record<string, GoldenStatus>> = {',
    ...held.map(([name, { cases, tensors }]) => `  ${name}: { cases: ${cases}, tensors: ${tensors} },`),
    '};',
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(TABLE);
});
