/** What a recipe may ask of its model; each check is a Fault that says what would do. */
import { Fault } from '../fault/fault.ts';
import { objectiveNamed } from '../distill/objectives/index.ts';
import { parseMapping } from '../distill/layer_mapping.ts';
import { isRegression, taskOf } from '../data/tasks.ts';
import { misfit, objectiveEntry } from '../experiment/objective_catalogue.ts';
import { isOnText, type Recipe } from '../experiment/recipe.ts';
import { sourceName } from '../experiment/recipe_words.ts';
import type { ModelConfig } from '../model/config.ts';
import { usablePositions } from '../model/families.ts';
import { checkLayers } from '../model/student_init.ts';

/** Refuses unknown objectives and mappings, objectives that have nothing to compare in this task or on text, and distilling by none. */
export function checkObjectives({ stages, kind, task: taskName, own_task }: Recipe): void {
  const task = taskOf({ task: taskName, own_task });
  const objectives = stages.flatMap((stage) => stage.objectives);
  for (const { name, mapping } of objectives) {
    if (mapping !== undefined) parseMapping(mapping);
    const lacking = misfit(objectiveEntry(objectiveNamed(name).name, 'objective'), { kind, regression: isRegression(task) });
    if (lacking !== undefined) throw new Fault({ code: 'objective-misfit', where: `objective ${name}`, expected: `an objective for ${isOnText({ kind }) ? 'text' : task.name}`, got: `${name}, which needs ${lacking}`, remedy: 'Choose another objective.' });
  }
  if (objectives.length > 0) return;
  throw new Fault({ code: 'no-objective', where: 'objectives', expected: 'at least one objective to distil by', got: 'none', remedy: 'Choose an objective, for example kd.' });
}

/** Refuses texts longer than the model's positions, or shorter than `least`: the special tokens and one word a text. */
export function checkLength({ training, teacher }: Recipe, config: ModelConfig, least: number): void {
  const most = usablePositions(config);
  const length = training.max_seq_length;
  if (Number.isInteger(length) && length >= least && length <= most) return;
  throw new Fault({ code: 'bad-sequence-length', where: 'max_seq_length', expected: `${least} to ${most} tokens, the positions of ${sourceName(teacher)}`, got: `${length}`, remedy: `Set it to ${most} or less, or choose a model with more positions.` });
}

/** Refuses a student that is to start from layers which its source does not have, or from a checkpoint of another depth. */
export function checkInit({ student }: Recipe, source: ModelConfig): void {
  const { init, num_hidden_layers: depth } = student;
  if (init.kind === 'layers') checkLayers(init.layers, depth, source.num_hidden_layers);
  if (init.kind !== 'checkpoint' || source.num_hidden_layers === depth) return;
  throw new Fault({ code: 'bad-checkpoint', where: sourceName(init.from), expected: `a model of ${depth} layers, as the student has`, got: `${source.num_hidden_layers} layers`, remedy: 'Set the student to as many layers, or name another checkpoint.' });
}
