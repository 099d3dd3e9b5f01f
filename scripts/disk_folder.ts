/** Models on this machine as folders: a folder, a zip archive of one, or a single file of weights. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { FormatError } from '../src/formats/format_error.ts';
import { isZip, readZip } from '../src/formats/zip_archive.ts';
import { isIndex } from '../src/hub/file_names.ts';
import { filesFolder, type Folder } from '../src/hub/folder.ts';
import { isTorchArchive, unzipFiles } from '../src/hub/zip.ts';

/** Above this Node cannot hold a file in one buffer. */
const MAX_BYTES = 2 ** 31 - 1;

/** What a path names, an index of parts being that of its folder; FormatError MissingFile when there is nothing, BadArchive for a damaged archive. */
export function openPath(path: string): Folder {
  if (!existsSync(path)) throw new FormatError('MissingFile', path, 'a file or a folder', 'nothing of that name', 'Check the path.');
  const name = basename(resolve(path));
  if (statSync(path).isDirectory()) return diskFolder(path, name);
  if (isIndex(name)) return diskFolder(dirname(path), basename(dirname(resolve(path))));
  const bytes = readBytes(path);
  if (isZip(bytes) && !isTorchArchive(readZip(bytes, name))) return filesFolder(name, unzipFiles(bytes, name));
  return oneFile(name, bytes);
}

/** A folder of this machine; its files, linked ones too, are listed to any depth, and read as they are asked for. */
function diskFolder(path: string, name: string): Folder {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter((file) => file.isFile() || (file.isSymbolicLink() && isFile(join(file.parentPath, file.name))));
  const paths = files.map((file) => relative(path, join(file.parentPath, file.name)).split(sep).join('/')).sort();
  const known = new Set(paths);
  return {
    name,
    list: () => paths,
    has: async (file) => known.has(file),
    async read(file, options) {
      if (!known.has(file)) return undefined;
      const bytes = readBytes(join(path, file));
      options?.onBytes?.(bytes.length, bytes.length);
      return bytes;
    },
  };
}

/** Whether a link ends at a file. */
function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** A folder of nothing but one file of weights. */
function oneFile(name: string, bytes: Uint8Array): Folder {
  return { name, isFile: true, list: () => [name], has: async (file) => file === name, read: async (file) => (file === name ? bytes : undefined) };
}

function readBytes(path: string): Uint8Array {
  const { size } = statSync(path);
  if (size > MAX_BYTES) throw new FormatError('TooLarge', path, `at most ${MAX_BYTES} bytes in one file`, `${size} bytes`, 'Give a checkpoint in several parts.');
  const bytes = readFileSync(path);
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
