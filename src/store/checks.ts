/** What may be stored: finite tensors of the shape they claim, JSON that comes back as it went in. */
import { Fault } from '../fault/fault.ts';
import type { JsonValue, StoredTensor } from './types.ts';

/**
 * Refuses tensors that would make a checkpoint unusable.
 * @param where the checkpoint or model, for messages
 * @throws Fault `not-finite`, `tensor-shape` or `tensor-name`, each naming the tensor
 */
export function checkTensors(where: string, tensors: readonly StoredTensor[]): void {
  const names = new Set<string>();
  for (const { name, shape, data } of tensors) {
    if (names.has(name)) throw refused('tensor-name', where, 'every tensor name once', `“${name}” twice`);
    names.add(name);
    const elements = shape.reduce((product, size) => product * size, 1);
    if (elements !== data.length) {
      const got = `${data.length} for “${name}” of shape [${shape.join(', ')}]`;
      throw refused('tensor-shape', where, `${elements} values`, got);
    }
    checkFinite(where, name, data);
  }
}

/**
 * Refuses JSON that `JSON.stringify` would change in silence: NaN and the infinities become `null`.
 * @throws Fault `not-finite` naming the path of the number
 */
export function checkJson(where: string, value: JsonValue, path = 'state'): void {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw refused('not-finite', where, 'finite numbers', `${value} at ${path}`);
  }
  if (value === null || typeof value !== 'object') return;
  for (const [key, member] of Object.entries(value)) checkJson(where, member, `${path}.${key}`);
}

function checkFinite(where: string, name: string, data: Float32Array): void {
  let count = 0;
  let first = -1;
  for (let i = 0; i < data.length; i += 1) {
    // x − x is 0 for every finite x, NaN for the others.
    const value = data[i]!;
    if (value - value === 0) continue;
    if (first < 0) first = i;
    count += 1;
  }
  if (count === 0) return;
  const got = `${count} of ${data.length} not finite in “${name}”, the first at index ${first}`;
  throw refused('not-finite', where, 'finite values in every tensor', got);
}

function refused(code: string, where: string, expected: string, got: string): Fault {
  return new Fault({
    code,
    where,
    expected,
    got,
    remedy: 'Nothing was written; go on from the last checkpoint, with a lower learning rate if the loss had grown.',
  });
}
