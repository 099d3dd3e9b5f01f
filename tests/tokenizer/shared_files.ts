import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Real vocabularies, which are too large for the repository: a folder `shared` beside the checkout, if there is one. */
const ROOT = resolve(import.meta.dirname, '../../../shared/data/tokenizers');

export const hasShared = existsSync(ROOT);
export const WHY_SKIPPED = hasShared ? '' : ' (skipped: no ../shared/data/tokenizers)';

/** Files of one tokenizer by name; `.gz` is unpacked. */
export function sharedTokenizer(name: string, files: readonly string[]): Map<string, Uint8Array> {
  return new Map(files.map((file) => {
    const path = resolve(ROOT, name, file);
    const bytes = existsSync(path) ? readFileSync(path) : gunzipSync(readFileSync(`${path}.gz`));
    return [file, new Uint8Array(bytes)];
  }));
}
