import { BUNDLED_BASE } from '../../experiment/presets.ts';
import { taskInfo } from '../state/tasks_info.ts';

/** Tasks that a finetuned teacher is bundled for, below `public/models/`. */
const TASKS = ['sst-2', 'cola', 'rte', 'mnli', 'mrpc', 'qqp', 'qnli'] as const;

/** The models that come with the app, with what each is for. */
export const BUNDLED: readonly { readonly name: string; readonly about: string }[] = [
  { name: BUNDLED_BASE, about: 'masked language modelling; the others are finetuned from it' },
  ...TASKS.map((task) => ({ name: `${BUNDLED_BASE}-${task}`, about: taskInfo(task).title })),
];
