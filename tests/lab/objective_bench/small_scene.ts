import { sceneOf, type Scene } from '../../../src/lab/objective_bench/scene.ts';
import { randomWeights } from '../../../src/model/weights.ts';
import { smallRecipe, smallSession } from '../small_session.ts';

/** A scene of small models: a 3-layer teacher of width 15 and 5 heads, a 2-layer student, a model of masked words. */
export function smallScene(): Scene {
  const session = smallSession();
  return sceneOf(smallRecipe(), session, randomWeights(session.start.config, ['masked-lm'], 7));
}
