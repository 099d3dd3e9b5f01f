import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { GoldenFiles } from '../../src/parity/golden_files.ts';

/** A folder of this machine; a file that is there only as `.gz` is unpacked. */
export function folderOnDisk(folder: string): GoldenFiles {
  return {
    name: folder,
    read: async (path) => {
      const file = join(folder, path);
      if (isFile(file)) return new Uint8Array(readFileSync(file));
      return isFile(`${file}.gz`) ? new Uint8Array(gunzipSync(readFileSync(`${file}.gz`))) : undefined;
    },
  };
}

function isFile(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
