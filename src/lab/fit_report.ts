import { architectureOf } from '../formats/config_json.ts';
import { isFloat, toFloat32, type SafetensorsTensor } from '../formats/safetensors.ts';
import type { Head, ModelConfig } from '../model/config.ts';
import { fileName, fromFile, type NameReport } from '../model/names.ts';

/** What does not fit between the tensors of a file and a configuration. */
export interface FitReport extends NameReport {
  /** Class of `transformers` that opens the model with the heads it has. */
  readonly architecture: string;
  readonly heads: readonly Head[];
}

/** Matches tensors with a configuration; names in the report are Hugging Face's. Values are widened only where they are compared. */
export function reportOf(config: ModelConfig, raw: ReadonlyMap<string, SafetensorsTensor>): FitReport {
  const host = new Map([...raw].map(([name, tensor]) => [name, { shape: tensor.shape, get data() { return isFloat(tensor) ? toFloat32(tensor, name) : new Float32Array(0); } }]));
  const { weights, report } = fromFile(config, host);
  return {
    architecture: architectureOf(config, weights.heads),
    heads: weights.heads,
    missing: report.missing.map((name) => fileName(name, config)),
    unexpected: report.unexpected,
    misshaped: report.misshaped.map((tensor) => ({ ...tensor, name: fileName(tensor.name, config) })),
  };
}
