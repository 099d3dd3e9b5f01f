import { Fault } from '../fault/fault.ts';
import type { TaskSpec } from './task.ts';

/** The GLUE tasks of the paper: columns and labels as in the original files and in Hugging Face's `glue` data set. */
export const TASKS: readonly TaskSpec[] = [
  { name: 'sst-2', text: 'sentence', label: 'label', labels: ['negative', 'positive'], metrics: ['accuracy'] },
  { name: 'cola', text: 'sentence', label: 'label', labels: ['unacceptable', 'acceptable'], metrics: ['matthews_correlation', 'accuracy'] },
  { name: 'mrpc', text: '#1 String', textPair: '#2 String', label: 'Quality', labels: ['not_equivalent', 'equivalent'], metrics: ['accuracy', 'f1'] },
  { name: 'qqp', text: 'question1', textPair: 'question2', label: 'is_duplicate', labels: ['not_duplicate', 'duplicate'], metrics: ['accuracy', 'f1'] },
  { name: 'rte', text: 'sentence1', textPair: 'sentence2', label: 'label', labels: ['entailment', 'not_entailment'], metrics: ['accuracy'] },
  { name: 'qnli', text: 'question', textPair: 'sentence', label: 'label', labels: ['entailment', 'not_entailment'], metrics: ['accuracy'] },
  { name: 'mnli', text: 'sentence1', textPair: 'sentence2', label: 'gold_label', labels: ['entailment', 'neutral', 'contradiction'], metrics: ['accuracy'] },
];

/** The task of that name (upper case and `sst2` are understood); Fault `unknown-task` that lists the names otherwise. */
export function taskNamed(name: string): TaskSpec {
  const plain = (s: string) => s.toLowerCase().replace(/[^a-z0-9]/g, '');
  const task = TASKS.find((t) => plain(t.name) === plain(name));
  if (task) return task;
  throw new Fault({ code: 'unknown-task', where: 'task', expected: `one of ${TASKS.map((t) => t.name).join(', ')}`, got: JSON.stringify(name), remedy: 'Choose one of these tasks; its columns and labels are what the data are read by.' });
}
