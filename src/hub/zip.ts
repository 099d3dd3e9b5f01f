import { zipSync, type Zippable } from 'fflate';
import type { OutputFile } from './model_folder.ts';

/** The earliest date that a zip archive can hold, so that equal files give equal archives. */
const EPOCH = new Date(1980, 0, 1);

/** Files as one zip archive: weights are stored, since they hardly shrink, everything else is deflated. */
export function zipFiles(files: readonly OutputFile[]): Uint8Array<ArrayBuffer> {
  const archive: Zippable = {};
  for (const { name, bytes } of files) archive[name] = [bytes, { level: name.endsWith('.safetensors') ? 0 : 6, mtime: EPOCH }];
  return zipSync(archive);
}
