import type { ObjectiveTraining } from '../../experiment/objective_bench.ts';
import type { BenchSurroundings } from './bench.ts';
import { secondsLeft } from '../progress.ts';
import { openObjective } from './open_objective.ts';
import { disposeModels, uploadModels, type Scene } from './scene.ts';

/** Steps at either end whose losses are averaged. */
const AVERAGED = 5;

/**
 * Trains the scene's student by each objective alone for some steps: every time from the same weights, on the same
 * batches. The losses are those of training, dropout included.
 */
export async function trainObjectives(scene: Scene, objectives: readonly string[], steps: number, { now, tell, gate }: BenchSurroundings): Promise<ObjectiveTraining[]> {
  const began = now();
  const trained: ObjectiveTraining[] = [];
  for (const [index, name] of objectives.entries()) {
    const losses = await trainOne(scene, name, steps, async (step) => {
      const done = index * steps + step;
      const total = objectives.length * steps;
      tell({ kind: 'progress', label: `${name}: step ${step} of ${steps}`, done, total, secondsLeft: secondsLeft(began, now(), done, total) });
      await gate();
    });
    trained.push({ objective: name, steps, first: mean(losses.slice(0, AVERAGED)), last: mean(losses.slice(-AVERAGED)) });
  }
  return trained;
}

async function trainOne(scene: Scene, name: string, steps: number, after: (step: number) => Promise<void>): Promise<number[]> {
  const models = uploadModels(scene);
  const losses: number[] = [];
  try {
    const open = openObjective(scene, models, name);
    const loop = open.loop({ steps, dropout: { ...scene.recipe.dropout, teacher: false } });
    try {
      while (!loop.finished) {
        losses.push((await loop.next()).loss);
        await after(losses.length);
      }
    } finally {
      loop.dispose();
      open.dispose();
    }
  } finally {
    disposeModels(models);
  }
  return losses;
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
