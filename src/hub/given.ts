/** What a person gave to be inspected: a folder, loose files, one archive, or one file of weights. */
import { isZip, readZip } from '../formats/zip_archive.ts';
import { filesFolder, type Folder, type GivenFile } from './folder.ts';
import { isTorchArchive, unzipFiles } from './zip.ts';

/** The given files as a folder; an archive is unpacked, a single file of weights stays what it is. */
export async function givenFolder(given: readonly GivenFile[]): Promise<Folder> {
  const [only] = given;
  if (only === undefined || given.length > 1) return nested('files', given);
  const name = baseName(only.name);
  if (!isZip(new Uint8Array(await only.blob.slice(0, 4).arrayBuffer()))) return oneFile(only, name);
  const bytes = new Uint8Array(await only.blob.arrayBuffer());
  return isTorchArchive(readZip(bytes, name)) ? oneFile(only, name) : nested(name.replace(/\.zip$/i, ''), unzipFiles(bytes, name));
}

/** Files below the folder that all of them share, which names them; `otherwise` where they share none. */
function nested(otherwise: string, given: readonly GivenFile[]): Folder {
  const folders = given.map(({ name }) => name.split('/').slice(0, -1));
  const [first = [], ...rest] = folders;
  const depth = first.findIndex((part, i) => rest.some((folder) => folder[i] !== part));
  const shared = depth < 0 ? first : first.slice(0, depth);
  const files = given.map(({ name, blob }) => ({ name: name.split('/').slice(shared.length).join('/'), blob }));
  return filesFolder(shared.length > 0 ? shared.join('/') : otherwise, files);
}

/** A folder of nothing but one file of weights. */
function oneFile(file: GivenFile, name: string): Folder {
  const { read } = filesFolder('', [{ name, blob: file.blob }]);
  return { name, isFile: true, list: () => [name], has: async (path) => path === name, read };
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
