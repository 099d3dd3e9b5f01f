import { Zip, ZipPassThrough } from 'fflate';
import { EPOCH } from './zip.ts';

/** A file whose bytes are read when its turn comes. */
export interface LazyFile {
  readonly name: string;
  readonly read: () => Promise<Uint8Array>;
}

/** Files as one zip archive without packing, one in memory at a time: the browser may keep what was written on disk. */
export async function zipBlob(files: readonly LazyFile[], onFile: (bytes: number) => void): Promise<Blob> {
  const parts: Blob[] = [];
  let open: BlobPart[] = [];
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    open.push(chunk.slice());
  });
  for (const { name, read } of files) {
    const bytes = await read();
    const entry = new ZipPassThrough(name);
    entry.mtime = EPOCH;
    zip.add(entry);
    entry.push(bytes, true);
    parts.push(new Blob(open));
    open = [];
    onFile(bytes.length);
  }
  zip.end();
  return new Blob([...parts, ...open], { type: 'application/zip' });
}
