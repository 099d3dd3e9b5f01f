import { zipFiles } from '../../hub/zip.ts';
import { downloadBlob } from './download.ts';
import type { Lab } from './lab.svelte.ts';

/** Saves a run's student as a zip of its Hugging Face folder; rejects with the Fault of the worker. */
export async function exportRun(lab: Pick<Lab, 'exported'>, run: string, name: string): Promise<void> {
  const files = await lab.exported(run);
  const read = files.map(async ({ name: path, blob }) => ({ name: `${name}/${path}`, bytes: new Uint8Array(await blob.arrayBuffer()) }));
  downloadBlob(`${name}.zip`, new Blob([zipFiles(await Promise.all(read))], { type: 'application/zip' }));
}
