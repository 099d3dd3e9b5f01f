import { zipSync, type Zippable } from 'fflate';
import { readZip, type ZipArchive } from '../formats/zip_archive.ts';
import type { GivenFile } from './folder.ts';
import type { OutputFile } from './model_folder.ts';

/** The earliest date that a zip archive can hold, so that equal files give equal archives. */
export const EPOCH = new Date(1980, 0, 1);

/** Files as one zip archive: weights are stored, since they hardly shrink, everything else is deflated. */
export function zipFiles(files: readonly OutputFile[]): Uint8Array<ArrayBuffer> {
  const archive: Zippable = {};
  for (const { name, bytes } of files) archive[name] = [bytes, { level: name.endsWith('.safetensors') ? 0 : 6, mtime: EPOCH }];
  return zipSync(archive);
}

/** Whether an archive is a single file of PyTorch rather than a folder of files. */
export function isTorchArchive({ names }: ZipArchive): boolean {
  return names.some((name) => /(^|\/)data\.pkl$/.test(name));
}

/** The files of an archive that holds a folder, without those that archiving programs add; FormatError BadArchive. */
export function unzipFiles(bytes: Uint8Array, where: string): GivenFile[] {
  const archive = readZip(bytes, where);
  const names = archive.names.filter((name) => !/(^|\/)(__MACOSX\/|\.)/.test(name));
  return names.map((name) => ({ name, blob: new Blob([(archive.read(name) ?? new Uint8Array(0)).slice()]) }));
}
