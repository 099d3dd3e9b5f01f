import { FormatError } from './format_error.ts';
import { isJsonObject, parseJsonObject, showValue } from './text.ts';

const MAX_BYTES = 16 * 2 ** 20;
const PART = /^[\w.-]+\.(safetensors|bin)$/;

/**
 * Reads `model.safetensors.index.json` or `pytorch_model.bin.index.json`: tensor name → the file that holds it.
 *
 * The file names may not leave the folder. Throws FormatError NotJson, or InvalidHeaderDeserialization.
 */
export function readSafetensorsIndex(bytes: Uint8Array, where: string): ReadonlyMap<string, string> {
  const map = parseJsonObject(bytes, where, MAX_BYTES).weight_map;
  const fail = (place: string, expected: string, got: unknown) =>
    new FormatError('InvalidHeaderDeserialization', `${where}, ${place}`, expected, showValue(got), 'Download the index again.');
  if (!isJsonObject(map)) throw fail('weight_map', 'an object of tensor name → file', map);
  const files = new Map<string, string>();
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== 'string' || !PART.test(file)) throw fail(showValue(tensor), 'the name of a .safetensors or .bin file beside the index', file);
    files.set(tensor, file);
  }
  if (files.size === 0) throw fail('weight_map', 'at least one tensor', map);
  return files;
}
