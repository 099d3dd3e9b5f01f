/** Models and data as they are named on the command line, turned into the sources of a recipe. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { BUNDLED_BASE, bundledTeacher } from '../../src/experiment/presets.ts';
import type { ModelSource } from '../../src/experiment/recipe.ts';
import { FAIRSEQ_FILES } from '../../src/hub/file_names.ts';
import { didYouMean, UsageError } from '../command_line/option.ts';

/** Folder of the bundled models. */
export const MODELS = join(import.meta.dirname, '..', '..', 'public', 'models');

/** A model for a recipe, the folder on this machine to serve for it, and its number of layers where it can be read. */
export interface ResolvedModel {
  readonly source: ModelSource;
  readonly folder?: string;
  readonly layers?: number;
}

/**
 * The model that an option names: a folder, `scratch:LAYERSxWIDTH`, or a bundled one.
 * UsageError when it is none of these, or when the folder holds no model.
 */
export function resolveModel(given: string, where: string, task: string, models = MODELS): ResolvedModel {
  const scratch = /^scratch:(\d+)x(\d+)$/.exec(given);
  if (scratch) {
    const [layers, width] = [Number(scratch[1]), Number(scratch[2])];
    return { source: { kind: 'scratch', num_hidden_layers: layers, hidden_size: width }, layers };
  }
  if (isFolder(given)) return { ...folderModel(given, where), folder: resolve(given) };
  return bundledModel(given, where, task, models);
}

/** The bundled models by name. */
export function bundledModels(models = MODELS): string[] {
  return existsSync(models) ? readdirSync(models).filter((name) => existsSync(join(models, name, 'config.json'))).sort() : [];
}

/** A folder that an option names, as an absolute path; UsageError when there is none. */
export function resolveFolder(given: string, where: string): string {
  if (!isFolder(given)) throw new UsageError(where, 'a folder', `"${given}", which is none`);
  return resolve(given);
}

function folderModel(given: string, where: string): ResolvedModel {
  const layers = readLayers(join(given, 'config.json'));
  if (layers === undefined) throw new UsageError(where, 'a Hugging Face folder (config.json, model.safetensors)', `"${given}" without a readable config.json`, remedyFor(given));
  return { source: { kind: 'folder', name: basename(resolve(given)) }, layers };
}

/** How a folder of fairseq becomes one that can be trained from. */
function remedyFor(folder: string): string | undefined {
  const isFairseq = FAIRSEQ_FILES.some((name) => existsSync(join(folder, name)));
  return isFairseq ? `It holds a checkpoint of fairseq; make a folder of it with: npm run lab -- convert ${folder} ${folder}-converted` : undefined;
}

function bundledModel(given: string, where: string, task: string, models: string): ResolvedModel {
  const names = bundledModels(models);
  const teacher = bundledTeacher(task);
  const madeOnFirstUse = teacher.kind === 'bundled' && teacher.name === given;
  if (!names.includes(given) && !madeOnFirstUse) {
    throw new UsageError(where, `a folder, a zip archive, org/name of the Hub, an address, scratch:LAYERSxWIDTH, or one of ${names.join(', ')}`, `"${given}"`, didYouMean(given, names));
  }
  const config = names.includes(given) ? given : BUNDLED_BASE;
  return { source: { kind: 'bundled', name: given }, layers: readLayers(join(models, config, 'config.json')) };
}

function readLayers(path: string): number | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const config: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const layers = typeof config === 'object' && config !== null && 'num_hidden_layers' in config ? config.num_hidden_layers : undefined;
    return typeof layers === 'number' && Number.isInteger(layers) && layers > 0 ? layers : undefined;
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}
