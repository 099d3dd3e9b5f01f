/** Tables of this machine as a folder that is read without holding its files. */
import { existsSync, openAsBlob, readdirSync, statSync } from 'node:fs';
import { basename, join, relative, resolve, sep } from 'node:path';
import { missingSplit, splitFinder, type DataFolder } from '../src/data/folder_tables.ts';
import type { TablesBySplit } from '../src/data/report.ts';
import { SPLITS, splitOfName } from '../src/data/split_files.ts';
import type { TaskSpec } from '../src/data/task.ts';
import { FormatError } from '../src/formats/format_error.ts';

/** Folders below the named one in which files are looked for. */
const DEPTH = 2;

/** A folder of this machine, with its files and those two folders down. */
function diskData(path: string): DataFolder {
  const root = resolve(path);
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((file) => !file.isDirectory());
  const paths = files.map((file) => relative(root, join(file.parentPath, file.name)).split(sep).join('/')).filter((name) => name.split('/').length <= DEPTH + 1).sort();
  const blob = async (name: string) => (paths.includes(name) ? openAsBlob(join(root, name)) : undefined);
  return {
    name: basename(root),
    list: () => paths,
    blob,
    read: async (name) => {
      const found = await blob(name);
      return found && new Uint8Array(await found.arrayBuffer());
    },
  };
}

/**
 * The tables that a path names: the splits of a folder, or one file, whose split its name may tell (`rows` otherwise).
 * FormatError MissingFile when there is nothing, or no table in the folder.
 */
export async function tablesAt(task: TaskSpec, path: string): Promise<TablesBySplit> {
  if (!existsSync(path)) throw new FormatError('MissingFile', path, 'a file or a folder', 'nothing of that name', 'Check the path.');
  if (!statSync(path).isDirectory()) return new Map([[splitOfName(path) ?? 'rows', [{ where: basename(path), blob: await openAsBlob(path) }]]]);
  const folder = diskData(path);
  const find = splitFinder(task, folder);
  const tables = new Map<string, Awaited<ReturnType<typeof find>>>();
  for (const split of SPLITS) {
    const files = await find(split);
    if (files.length > 0) tables.set(split, files);
  }
  if (tables.size === 0) throw missingSplit(task, folder, 'train');
  return tables;
}
