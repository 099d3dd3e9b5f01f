import tokenizerUrl from './tokenizer.worker.ts?worker&url';
import { Fault } from '../fault/fault.ts';
import type { LabEvent } from '../lab/events.ts';
import type { LoadedSource, Shelf } from '../lab/sources.ts';
import { deleteModel } from '../store/models.ts';
import { trustedWorkerUrl } from '../trusted_url.ts';
import type { GivenFiles } from './protocol.ts';
import { storedSamples } from './sample_folder.ts';
import { keptModel, runModel } from './stored_models.ts';
import { encodeBeside } from './tokenizer_client.ts';

/** Where the worker finds models and files for a run. */
export function shelfFor(baseUrl: string, given: GivenFiles, emit: (event: LabEvent) => void): Shelf {
  return {
    baseUrl,
    given,
    encode: encodeBeside(() => new Worker(trustedWorkerUrl(tokenizerUrl), { type: 'module' })),
    now: () => performance.now(),
    emit,
    stored: async (key) => (await wholeModel(key, emit)) ?? (await runModel(key)),
    samples: (id, name) => storedSamples(id, name),
  };
}

/** A kept model, unless its bytes changed in the browser's storage: then it is deleted, and is made again as if it had never been. */
async function wholeModel(key: string, emit: (event: LabEvent) => void): Promise<LoadedSource | undefined> {
  try {
    return await keptModel(key);
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'checkpoint-damaged') throw error;
    emit({ type: 'note', text: `The kept model ${key} was damaged in the browser’s storage, so it is left out and deleted.` });
    await deleteModel(key);
    return undefined;
  }
}
