import { tablesToTrain } from '../../data/remote_tables.ts';
import { taskNamed } from '../../data/tasks.ts';
import { Downloads } from '../../store/downloads.ts';
import { ModelOpener, type OpenerPorts } from './model_opener.svelte.ts';

/** Where the page gets data sets from: the Hub and this browser's own store; what fetches is loaded when it is first used. */
const REAL: Pick<OpenerPorts, 'downloads' | 'now'> = { downloads: new Downloads(), now: () => performance.now() };

/** Fetches the tables of a task from data sets of the Hub, and lists those that are kept. */
export function dataOpener(task: () => string, ports: Pick<OpenerPorts, 'downloads' | 'now'> & Partial<OpenerPorts> = REAL): ModelOpener {
  const fetchModel: OpenerPorts['fetchModel'] = async (text, options) => {
    const { openDataSet } = await import('../../hub/data_set.ts');
    return openDataSet(text, { ...options, ...tablesToTrain(taskNamed(task()), text) });
  };
  return new ModelOpener({ fetchModel, shows: (source) => source.startsWith('datasets/') && source.endsWith(`#${task()}`), ...ports });
}
