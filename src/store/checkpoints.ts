/** Checkpoints of a run: two generations, each whole and verified by checksums, the older one as a reserve. */
import { labDatabase, type Database } from './database.ts';
import { loadGeneration, saveGeneration, type Saved } from './generations.ts';
import type { Checkpoint, JsonValue } from './types.ts';

const KEPT = 2;

/**
 * Saves a checkpoint; the one before stays, the one before that is deleted.
 * @param run id of the run; the caller holds its lock (`withRunLock`)
 * @param after generation that this run was loaded from or last saved as; with it, a storage that was emptied or
 *   taken over by another tab meanwhile is noticed, and a generation that was passed over as damaged is dropped first
 * @returns the new generation and the bytes written
 * @throws Fault `not-finite` (names the tensor; nothing is written), `storage-full` (the checkpoints before are
 *   intact), `write-failed`, `store-lost`, `run-taken-over`
 */
export function saveCheckpoint(
  run: string,
  checkpoint: Checkpoint,
  after?: number,
  database: Database = labDatabase,
): Promise<Saved> {
  const { state: meta, tensors } = checkpoint;
  const options = { label: labelOf(meta), keep: KEPT, after };
  return saveGeneration(database, { kind: 'run', id: run }, { meta, tensors }, options);
}

/**
 * The newest checkpoint of a run that is whole; undefined before the first.
 * @returns `warning` names step and tensor when a newer checkpoint is damaged
 * @throws Fault `checkpoint-damaged` when none is whole, `store-newer` when a newer version wrote it
 */
export async function loadCheckpoint(
  run: string,
  database: Database = labDatabase,
): Promise<{ readonly checkpoint: Checkpoint; readonly generation: number; readonly warning?: string } | undefined> {
  const loaded = await loadGeneration(database, { kind: 'run', id: run });
  if (loaded === undefined) return undefined;
  const { contents, generation, warning } = loaded;
  const checkpoint = { state: contents.meta, tensors: contents.tensors };
  return warning === undefined ? { checkpoint, generation } : { checkpoint, generation, warning };
}

/** `distilled, step 200`, from whichever of the fields the trainer's state has. */
function labelOf(state: JsonValue): string {
  const { arm, step } = isObject(state) ? state : {};
  const words = [typeof arm === 'string' ? arm : 'checkpoint', ...(typeof step === 'number' ? [`step ${step}`] : [])];
  return words.join(', ');
}

function isObject(value: JsonValue): value is { readonly [key: string]: JsonValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
