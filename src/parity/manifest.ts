import { parseJsonObject } from '../formats/text.ts';
import { readGolden, type GoldenFiles } from './golden_files.ts';
import { badManifest, Options } from './options.ts';

const MAX_BYTES = 64 * 2 ** 20;

/** How far numbers of one kind may lie apart, by the manifest's metric. */
export interface Tolerance {
  readonly values: number;
  readonly gradients: number;
}

/** What a folder of reference numbers holds, by its manifest.json. */
export interface Manifest {
  readonly cpu: Tolerance;
  readonly gpu: Tolerance;
  readonly groups: ReadonlyMap<string, Options>;
}

/** The key of each tolerance in the manifest. */
const SUGGESTED = {
  cpu: { values: 'float32 CPU forward values and losses', gradients: 'float32 CPU gradients' },
  gpu: { values: 'GPU (WebGPU) forward', gradients: 'GPU gradients' },
} as const;

/** Reads manifest.json; Fault `missing-golden` or `bad-manifest`, FormatError when it is no JSON. */
export async function readManifest(files: GoldenFiles): Promise<Manifest> {
  const where = `${files.name}/manifest.json`;
  const root = new Options(parseJsonObject(await readGolden(files, 'manifest.json'), where, MAX_BYTES), where);
  const suggested = root.object('tolerance').object('suggested');
  const tolerance = (kind: 'cpu' | 'gpu'): Tolerance => ({ values: suggested.number(SUGGESTED[kind].values), gradients: suggested.number(SUGGESTED[kind].gradients) });
  const groups = root.object('groups');
  return { cpu: tolerance('cpu'), gpu: tolerance('gpu'), groups: new Map(Object.keys(groups.json).map((name) => [name, groups.object(name)])) };
}

/**
 * The number beside a phrase in a group's tolerance text, e.g. `losses relative` in "losses relative 1e-4; parameters abs
 * 5e-5"; "as c_fairseq_adam" points to another group's text. Fault `bad-manifest` when the text has no such phrase.
 */
export function bound(manifest: Manifest, group: string, phrase: string): number {
  const entry = manifest.groups.get(group);
  const text = entry?.text('tolerance') ?? '';
  const other = /^as (\w+)$/.exec(text)?.[1];
  if (other !== undefined && manifest.groups.has(other)) return bound(manifest, other, phrase);
  const literal = phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = new RegExp(`${literal} (\\d[\\d.]*(?:e-?\\d+)?)`).exec(text) ?? new RegExp(`(\\d[\\d.]*(?:e-?\\d+)?) ${literal}`).exec(text);
  if (found) return Number(found[1]);
  throw badManifest(`${entry?.where ?? group}, tolerance`, `a number beside "${phrase}"`, JSON.stringify(text));
}
