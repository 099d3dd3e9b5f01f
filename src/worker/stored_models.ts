import { readConfig, writeConfig } from '../formats/config_json.ts';
import type { LoadedSource } from '../lab/sources.ts';
import { exportedWeights } from '../lab/export.ts';
import { unpackState, type CheckpointState } from '../lab/checkpoint.ts';
import type { ExperimentState } from '../lab/experiment_state.ts';
import { fromFile, toFile } from '../model/names.ts';
import type { Weights } from '../model/weights.ts';
import { loadCheckpoint } from '../store/checkpoints.ts';
import { getRun } from '../store/runs.ts';
import { getModel, putModel } from '../store/models.ts';
import type { JsonValue } from '../store/types.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A teacher that was finetuned here earlier, by the name it would have if it were bundled. */
export async function keptModel(key: string): Promise<LoadedSource | undefined> {
  const model = await getModel(key);
  if (!model) return undefined;
  const config = readConfig(encoder.encode(JSON.stringify(model.config)), `${key}/config.json`);
  const { weights } = fromFile(config, new Map(model.tensors.map(({ name, shape, data }) => [name, { shape, data }])));
  return { weights, tokenizerFiles: new Map(model.tokenizerFiles.map(({ name, text }) => [name, encoder.encode(text)])) };
}

/** Keeps a teacher for later runs. */
export async function keepModel(key: string, weights: Weights, tokenizer: Tokenizer): Promise<void> {
  await putModel(key, {
    config: JSON.parse(writeConfig(weights.config, 'BertForSequenceClassification')) as JsonValue,
    tensors: toFile(weights),
    tokenizerFiles: [...tokenizer.files()].map(([name, bytes]) => ({ name, text: decoder.decode(bytes) })),
  });
}

/** The state of a run at its last checkpoint, with the checkpoint's generation and a warning when a newer one is damaged. */
export async function storedState(run: string): Promise<{ state: ExperimentState; generation: number; warning?: string } | undefined> {
  const loaded = await loadCheckpoint(run);
  if (!loaded) return undefined;
  const { checkpoint, generation, warning } = loaded;
  const state = unpackState(checkpoint.state as unknown as CheckpointState, checkpoint.tensors);
  return { state, generation, ...(warning === undefined ? {} : { warning }) };
}

/** The student of an earlier run, as a model to start from. */
export async function runModel(run: string): Promise<Weights | undefined> {
  const [record, stored] = [await getRun(run), await storedState(run)];
  return record && stored && exportedWeights(record.recipe, stored.state);
}
