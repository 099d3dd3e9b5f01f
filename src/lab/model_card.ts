import { initPhrase } from '../experiment/recipe_words.ts';
import { isOnText, type ObjectiveTerm, type Recipe, type Stage } from '../experiment/recipe.ts';
import type { ResultRow } from '../experiment/run.ts';
import { opensInTransformers } from '../formats/config_json.ts';
import type { ModelConfig } from '../model/config.ts';
import { familyOf } from '../model/families.ts';

/** Percent with one decimal place; a loss as it is; a dash where a model has no such score. */
function shown(name: string, value: number | undefined): string {
  if (value === undefined) return '–';
  return name === 'loss' ? value.toFixed(4) : (100 * value).toFixed(1);
}

function stageLines({ stages }: Recipe): string[] {
  const own = (training: Stage['training']) => (Object.keys(training).length === 0 ? '' : `; of its own: ${Object.entries(training).map(([key, value]) => `${key} ${value}`).join(', ')}`);
  return stages.map(({ name, objectives, training }) => `- Stage ${name}: ${objectives.map(objectiveText).join(' + ')}${own(training)}`);
}

function objectiveText({ name, weight, parameters, mapping }: ObjectiveTerm): string {
  const values = [`weight ${weight}`, ...(mapping === undefined ? [] : [`mapping ${mapping}`]), ...Object.entries(parameters).map(([key, value]) => `${key} ${value}`)];
  return `\`${name}\` (${values.join(', ')})`;
}

function teacherName({ teacher }: Recipe): string {
  return 'name' in teacher ? teacher.name : 'run' in teacher ? `run ${teacher.run}` : 'trained from scratch';
}

function table(rows: readonly ResultRow[]): string[] {
  const metrics = [...new Set(rows.flatMap(({ scores }) => Object.keys(scores.metrics)))];
  const head = ['model', 'parameters', ...metrics];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(({ arm, parameters, scores }) => line([arm, String(parameters), ...metrics.map((name) => shown(name, scores.metrics[name]))]))];
}

/** What a reader of the card must know who opens the model with something else. */
function warning(config: ModelConfig): string[] {
  if (opensInTransformers(config)) return [];
  return ['', 'It reopens in Distill Lab only: `transformers` does not know `encoder_ln_mode` and `layernorm_embedding` of its config.json and would compute something else from the same weights without a word.'];
}

/** The README.md of an exported model: what it is, how it was made, what it scored. */
export function modelCard(recipe: Recipe, rows: readonly ResultRow[], config: ModelConfig, origin = initPhrase(recipe.student)): string {
  const { training } = recipe;
  const onText = isOnText(recipe);
  const data = recipe.data.kind === 'mini-glue' ? `mini-GLUE, seed ${recipe.data.seed}, ${recipe.data.train_rows} ${onText ? 'documents' : 'training rows'}` : recipe.data.name;
  return [
    `# ${recipe.name}`,
    '',
    `A ${familyOf(config).title} ${onText ? 'model of masked words, to be finetuned on a task' : `student for ${recipe.task}`}, made in a browser with Distill Lab.`,
    ...warning(config),
    '',
    `- Teacher: ${teacherName(recipe)}`,
    `- Student: ${config.num_hidden_layers} layers of width ${config.hidden_size}, begun with ${origin}`,
    `- Data: ${data}`,
    ...stageLines(recipe),
    `- Optimiser: ${training.optim ?? 'adamw_torch'}, schedule ${training.lr_scheduler_type ?? 'linear'}, learning rate ${training.learning_rate}, weight decay ${training.weight_decay}, batch ${training.per_device_train_batch_size}, seed ${training.seed}`,
    '',
    `## Scores on ${onText ? 'masked words of held-out texts' : 'the dev rows'}`,
    '',
    ...table(rows),
    '',
    '## Recipe',
    '',
    '```json',
    JSON.stringify(recipe, null, 2),
    '```',
    '',
  ].join('\n');
}
