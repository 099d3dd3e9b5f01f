import { Fault } from '../fault/fault.ts';
import type { TaskSpec } from './task.ts';

/** The tasks of the paper, which mini-GLUE has too: columns and labels as in the original files and in Hugging Face's `glue` data set. */
export const MINI_GLUE_TASKS: readonly TaskSpec[] = [
  { name: 'sst-2', text: 'sentence', label: 'label', labels: ['negative', 'positive'], metrics: ['accuracy'] },
  { name: 'cola', text: 'sentence', label: 'label', labels: ['unacceptable', 'acceptable'], metrics: ['matthews_correlation', 'accuracy'] },
  { name: 'mrpc', text: '#1 String', textPair: '#2 String', label: 'Quality', labels: ['not_equivalent', 'equivalent'], metrics: ['accuracy', 'f1'] },
  { name: 'qqp', text: 'question1', textPair: 'question2', label: 'is_duplicate', labels: ['not_duplicate', 'duplicate'], metrics: ['accuracy', 'f1'] },
  { name: 'rte', text: 'sentence1', textPair: 'sentence2', label: 'label', labels: ['entailment', 'not_entailment'], metrics: ['accuracy'] },
  { name: 'qnli', text: 'question', textPair: 'sentence', label: 'label', labels: ['entailment', 'not_entailment'], metrics: ['accuracy'] },
  { name: 'mnli', text: 'sentence1', textPair: 'sentence2', label: 'gold_label', labels: ['entailment', 'neutral', 'contradiction'], metrics: ['accuracy'] },
];

/** How alike two sentences are, as a score: a task of files alone. */
const STS_B: TaskSpec = { name: 'sts-b', text: 'sentence1', textPair: 'sentence2', label: 'score', labels: [], scores: [0, 5], metrics: ['pearson', 'spearmanr'] };

/** Winograd sentences with a pronoun filled in: a small task of files alone. */
const WNLI: TaskSpec = { name: 'wnli', text: 'sentence1', textPair: 'sentence2', label: 'label', labels: ['not_entailment', 'entailment'], metrics: ['accuracy'] };

/** Every GLUE task that can be trained. */
export const TASKS: readonly TaskSpec[] = [...MINI_GLUE_TASKS, STS_B, WNLI];

/** Whether a task is to predict scores instead of classes. */
export function isRegression({ labels }: TaskSpec): boolean {
  return labels.length === 0;
}

/** The labels of a model of the task: one without a meaning for a regression, as in Hugging Face's files. */
export function modelLabels(task: TaskSpec): readonly string[] {
  return isRegression(task) ? ['LABEL_0'] : task.labels;
}

/** The task of a recipe: its own one where it has that, else the one of GLUE that it names. */
export function taskOf({ task, own_task }: { readonly task: string; readonly own_task?: TaskSpec | undefined }): TaskSpec {
  return own_task ?? taskNamed(task);
}

/** The task of that name (upper case and `sst2` are understood); Fault `unknown-task` that lists the names otherwise. */
export function taskNamed(name: string): TaskSpec {
  const plain = (s: string) => s.toLowerCase().replace(/[^a-z0-9]/g, '');
  const task = TASKS.find((t) => plain(t.name) === plain(name));
  if (task) return task;
  throw new Fault({ code: 'unknown-task', where: 'task', expected: `one of ${TASKS.map((t) => t.name).join(', ')}`, got: JSON.stringify(name), remedy: 'Choose one of these tasks; its columns and labels are what the data are read by.' });
}
