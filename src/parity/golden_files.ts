import { Fault } from '../fault/fault.ts';

/** Where reference numbers are read from: a folder on disk, or the local server's view of it. */
export interface GoldenFiles {
  readonly name: string;
  /** The bytes of a file by its path below the folder; undefined when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
}

/** A file that must be there; Fault `missing-golden` otherwise. */
export async function readGolden(files: GoldenFiles, path: string): Promise<Uint8Array> {
  const bytes = await files.read(path);
  if (bytes) return bytes;
  throw new Fault({
    code: 'missing-golden',
    where: `${files.name}/${path}`,
    expected: 'this file among the reference numbers',
    got: 'no such file',
    remedy: 'Give the whole folder: manifest.json, the tensor files it names, and the checkpoint folders.',
  });
}
