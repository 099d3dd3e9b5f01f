import { architectureOf, readConfig, writeConfig } from '../formats/config_json.ts';
import { isJsonObject } from '../formats/text.ts';
import type { LoadedSource } from '../lab/sources.ts';
import { exportedWeights } from '../lab/export.ts';
import { packState, unpackState, type CheckpointState } from '../lab/checkpoint.ts';
import type { Experiment } from '../lab/experiment.ts';
import type { ExperimentState } from '../lab/experiment_state.ts';
import { fromFile, toFile } from '../model/names.ts';
import type { Weights } from '../model/weights.ts';
import { loadCheckpoint } from '../store/checkpoints.ts';
import { getRun } from '../store/runs.ts';
import { getModel, putModel } from '../store/models.ts';
import type { JsonValue, TextFile } from '../store/types.ts';
import type { TokenizerFiles } from '../tokenizer/files.ts';
import type { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { Snapshot } from './run_writer.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** A tokenizer's files as text, to be stored beside a model. */
export function textFiles(tokenizer: Tokenizer): TextFile[] {
  return [...tokenizer.files()].map(([name, bytes]) => ({ name, text: decoder.decode(bytes) }));
}

function asFiles(files: readonly TextFile[]): TokenizerFiles {
  return new Map(files.map(({ name, text }) => [name, encoder.encode(text)]));
}

/** A teacher that was finetuned here earlier, by the name it would have if it were bundled. */
export async function keptModel(key: string): Promise<LoadedSource | undefined> {
  const model = await getModel(key);
  if (!model) return undefined;
  const config = readConfig(encoder.encode(JSON.stringify(model.config)), `${key}/config.json`);
  const { weights } = fromFile(config, new Map(model.tensors.map(({ name, shape, data }) => [name, { shape, data }])));
  return { weights, tokenizerFiles: asFiles(model.tokenizerFiles) };
}

/** Keeps a teacher for later runs. */
export async function keepModel(key: string, weights: Weights, tokenizer: Tokenizer): Promise<void> {
  await putModel(key, {
    config: JSON.parse(writeConfig(weights.config, architectureOf(weights.config, weights.heads))) as JsonValue,
    tensors: toFile(weights),
    tokenizerFiles: textFiles(tokenizer),
  });
}

/** An experiment as it is now, ready to be stored; everything in its state is plain JSON, and the store checks it again. */
export async function snapshot(experiment: Experiment, tokenizer: Tokenizer): Promise<Snapshot> {
  const { state, tensors } = packState(await experiment.save());
  const { rows, position: { arm, step } } = experiment;
  const json: JsonValue = JSON.parse(JSON.stringify({ ...state, arm, step, tokenizerFiles: textFiles(tokenizer) }));
  return { checkpoint: { state: json, tensors }, rows, arm, step };
}

/** A run at its last checkpoint. */
export interface StoredState {
  readonly state: ExperimentState;
  /** Generation of the checkpoint. */
  readonly generation: number;
  /** Set when a newer checkpoint is damaged. */
  readonly warning?: string;
  readonly tokenizerFiles: TokenizerFiles;
}

/** The state of a run at its last checkpoint; undefined before the first. */
export async function storedState(run: string): Promise<StoredState | undefined> {
  const loaded = await loadCheckpoint(run);
  if (!loaded) return undefined;
  const { checkpoint, generation, warning } = loaded;
  const state = unpackState(checkpoint.state as unknown as CheckpointState, checkpoint.tensors);
  return { state, generation, tokenizerFiles: asFiles(tokenizerFilesIn(checkpoint.state)), ...(warning === undefined ? {} : { warning }) };
}

function tokenizerFilesIn(state: unknown): TextFile[] {
  const files: unknown = isJsonObject(state) ? state.tokenizerFiles : undefined;
  return Array.isArray(files) ? files.filter(isTextFile) : [];
}

function isTextFile(value: unknown): value is TextFile {
  return isJsonObject(value) && typeof value.name === 'string' && typeof value.text === 'string';
}

/** The model of an earlier run with its tokenizer, to start from; undefined when there is no such run. */
export async function runModel(run: string): Promise<LoadedSource | undefined> {
  const [record, stored] = [await getRun(run), await storedState(run)];
  return record && stored && { weights: exportedWeights(record.recipe, stored.state), tokenizerFiles: stored.tokenizerFiles };
}
