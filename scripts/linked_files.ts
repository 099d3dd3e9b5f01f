/** Files from anywhere on this machine as one folder, for the page to read. */
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A folder of links to files by the names that they have in it; it is deleted when the program ends. */
export function linkedFiles(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'distill-lab-files-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const [name, path] of Object.entries(files)) link(resolve(path), join(folder, name));
  return folder;
}

/** Some systems let only administrators make links. */
function link(path: string, place: string): void {
  try {
    symlinkSync(path, place);
  } catch {
    copyFileSync(path, place);
  }
}
