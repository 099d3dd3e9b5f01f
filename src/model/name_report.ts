import { FormatError } from '../formats/format_error.ts';
import type { ModelConfig } from './config.ts';
import { fileName, type NameReport } from './names.ts';

/** Refuses a model whose tensors are not those that its configuration describes; FormatError TensorMismatch lists every one. */
export function checkComplete({ missing, misshaped }: NameReport, config: ModelConfig, where: string): void {
  if (missing.length + misshaped.length === 0) return;
  const lacks = missing.map((name) => `${fileName(name, config)} is missing`);
  const shapes = misshaped.map(({ name, expected, got }) => `${fileName(name, config)} is [${got.join(', ')}] instead of [${expected.join(', ')}]`);
  throw new FormatError('TensorMismatch', where, 'the tensors that config.json describes', [...lacks, ...shapes].join('; '), 'Check that the configuration and the weights belong together.');
}
