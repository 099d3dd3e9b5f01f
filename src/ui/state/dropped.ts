import type { GivenFile } from '../../worker/protocol.ts';

/** Files of a file field; those of a picked folder keep their path within it. */
export function pickedFiles(list: FileList | null): readonly GivenFile[] {
  return Array.from(list ?? [], (file) => ({ name: file.webkitRelativePath || file.name, blob: file }));
}

/** All files of what was dropped, folders walked through, each with its path; rejects when one cannot be read. */
export async function droppedFiles(transfer: DataTransfer): Promise<readonly GivenFile[]> {
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  return (await Promise.all(entries.map((entry) => walk(entry)))).flat();
}

async function walk(entry: FileSystemEntry): Promise<readonly GivenFile[]> {
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ name: entry.fullPath.replace(/^\//, ''), blob: file }];
  }
  if (!(entry instanceof FileSystemDirectoryEntry)) return [];
  const children = await allEntries(entry.createReader());
  return (await Promise.all(children.map((child) => walk(child)))).flat();
}

/** A reader hands out at most some hundred entries a call; an empty answer is the end. */
async function allEntries(reader: FileSystemDirectoryReader): Promise<readonly FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** The files with zip archives in place of what they hold, each below its archive's name. */
export async function withArchives(files: readonly GivenFile[]): Promise<readonly GivenFile[]> {
  return (await Promise.all(files.map((file) => (/\.zip$/i.test(file.name) ? unzipped(file) : [file])))).flat();
}

async function unzipped({ name, blob }: GivenFile): Promise<readonly GivenFile[]> {
  const { unzipFiles } = await import('../../hub/zip.ts');
  const folder = name.replace(/\.zip$/i, '');
  return unzipFiles(new Uint8Array(await blob.arrayBuffer()), name).map((file) => ({ name: `${folder}/${file.name}`, blob: file.blob }));
}
