/** Saves the checkpoint it is given under run `a`, holding the run's lock; it is killed while it does so. */
import { saveCheckpoint } from '../../../src/store/checkpoints.ts';
import { openDatabase } from '../../../src/store/database.ts';
import { withRunLock } from '../../../src/store/locks.ts';
import type { Checkpoint } from '../../../src/store/types.ts';

self.onmessage = async ({ data }: MessageEvent<{ name: string; checkpoint: Checkpoint }>) => {
  await withRunLock('a', () => saveCheckpoint('a', data.checkpoint, undefined, openDatabase(data.name)));
};
self.postMessage('ready');
