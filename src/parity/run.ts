import { Fault } from '../fault/fault.ts';
import * as tf from '../tensor/tf.ts';
import { Comparison, type Difference } from './comparison.ts';
import { Group, type GoldenCase, type Plan, type SkippedCase } from './group.ts';
import { GoldenTensors } from './golden_tensors.ts';
import type { GoldenFiles } from './golden_files.ts';
import { plannerOf } from './groups/index.ts';
import { readManifest } from './manifest.ts';

/** How one case went. */
export interface CaseResult {
  readonly group: string;
  readonly name: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  /** Tensors and values compared. */
  readonly compared: number;
  /** The difference that is the largest share of its tolerance. */
  readonly worst?: Difference;
  /** Why the case was skipped or failed. */
  readonly why?: string;
}

export interface RunOptions {
  /** Whether a GPU computes: its tolerances are wider. */
  readonly gpu: boolean;
  /** Only groups whose name begins so. */
  readonly group?: string | undefined;
  /** Folders with the files of the tokenizers that group t names, one a tokenizer. */
  readonly tokenizers?: GoldenFiles | undefined;
}

/**
 * Runs every case of a folder of reference numbers on the backend that is open, one result a case.
 *
 * A case that cannot be computed is a failed one; Fault `missing-golden` or `bad-manifest` when there is no manifest to go
 * by, `unknown-group` when none is left to run.
 */
export async function* runGoldens(files: GoldenFiles, { gpu, group, tokenizers }: RunOptions): AsyncGenerator<CaseResult> {
  const manifest = await readManifest(files);
  const names = [...manifest.groups.keys()].filter((name) => name.startsWith(group ?? ''));
  if (names.length === 0) throw unknownGroup(group ?? '', [...manifest.groups.keys()]);
  for (const name of names) yield* runGroup(new Group(name, files, manifest, gpu, tokenizers));
}

async function* runGroup(group: Group): AsyncGenerator<CaseResult> {
  const planner = plannerOf(group.name);
  if (!planner) {
    yield { group: group.name, name: '*', status: 'skipped', compared: 0, why: 'no group of this kind is known here' };
    return;
  }
  let plan: Plan;
  try {
    plan = await planner(group);
  } catch (error) {
    yield { group: group.name, name: '*', status: 'failed', compared: 0, why: messageOf(error) };
    return;
  }
  for (const one of [...plan.cases, ...unplanned(plan)]) yield { group: group.name, ...(await runCase(group, plan, one)) };
}

async function runCase(group: Group, plan: Plan, one: GoldenCase | SkippedCase): Promise<Omit<CaseResult, 'group'>> {
  const { name } = one;
  if ('why' in one) return { name, status: 'skipped', compared: 0, why: one.why };
  const tensors = plan.tensors ?? EMPTY;
  const comparison = new Comparison(tensors, tensors.names().filter((tensor) => one.owns?.(tensor) ?? false), group.tolerance);
  let fault: string | undefined;
  tf.engine().startScope();
  try {
    await one.run(comparison);
  } catch (error) {
    fault = messageOf(error);
  } finally {
    tf.engine().endScope();
  }
  return { name, ...verdict(comparison, fault) };
}

function verdict(comparison: Comparison, fault: string | undefined): Omit<CaseResult, 'group' | 'name'> {
  const { differences } = comparison;
  const worst = differences.reduce<Difference | undefined>((a, b) => (a && share(a) >= share(b) ? a : b), undefined);
  const left = comparison.left();
  const over = differences.filter(({ difference, tolerance }) => !(difference <= tolerance));
  const why = [
    ...(fault === undefined ? [] : [fault]),
    ...(over.length > 0 ? [`${over.length} of ${differences.length} beyond the tolerance: ${some(over.map(({ of }) => of))}`] : []),
    ...(fault === undefined && left.length > 0 ? [`nothing was computed for ${some(left)}`] : []),
    ...(fault === undefined && differences.length === 0 ? ['nothing was compared'] : []),
  ];
  return {
    status: why.length > 0 ? 'failed' : 'passed',
    compared: differences.length,
    ...(worst ? { worst } : {}),
    ...(why.length > 0 ? { why: why.join('; ') } : {}),
  };
}

/** A case of its own for each name of the file's cases that no planned case owns. */
function unplanned({ tensors, cases }: Plan): SkippedCase[] {
  if (!tensors) return [];
  const left = [...tensors.names('expected/'), ...tensors.names('grad/')].filter((name) => !cases.some((one) => 'why' in one ? ownedBySkipped(one, name) : one.owns?.(name)));
  const names = new Set(left.map((name) => name.split('/')[1] ?? name));
  return [...names].map((name) => ({ name, why: 'no case of this name is known here' }));
}

function ownedBySkipped({ name }: SkippedCase, tensor: string): boolean {
  return tensor.split('/')[1] === name;
}

const share = ({ difference, tolerance }: Difference): number => (difference === 0 ? 0 : Number.isNaN(difference) ? Infinity : difference / tolerance);
const some = (names: readonly string[]): string => `${names.slice(0, 3).join(', ')}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`;
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A safetensors file without tensors, for groups that compare plain values. */
const EMPTY = new GoldenTensors(new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]), 'no file');

function unknownGroup(group: string, names: readonly string[]): Fault {
  return new Fault({ code: 'unknown-group', where: '--group', expected: `the beginning of one of ${names.join(', ')}`, got: JSON.stringify(group), remedy: 'Leave the option out to run every group.' });
}
