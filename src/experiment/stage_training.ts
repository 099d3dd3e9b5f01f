/** Training arguments that one stage has of its own. */
import { didYouMean, UsageError } from './option.ts';
import type { Stage, StageTraining } from './recipe.ts';

/** The stages with what was said of each by name; UsageError at `--stage_training` for a stage that is not among them. */
export function withStageTraining(stages: readonly Stage[], given: ReadonlyMap<string, StageTraining> = new Map()): Stage[] {
  const names = stages.map(({ name }) => name);
  for (const name of given.keys()) {
    if (!names.includes(name)) throw new UsageError('--stage_training', `one of the stages ${names.join(', ')}`, `"${name}"`, didYouMean(name, names));
  }
  return stages.map((stage) => ({ ...stage, training: { ...stage.training, ...given.get(stage.name) } }));
}
