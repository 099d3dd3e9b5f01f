import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const SRC = resolve(import.meta.dirname, '..', 'src');

/** Layer → what it may import, by layer or by path; `type:` marks what only `import type` may reach. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  random: [],
  fault: [],
  formats: [],
  tensor: [],
  tokenizer: ['formats'],
  hub: ['formats'],
  model: ['tensor'],
  data: ['tokenizer', 'formats'],
  corpus: ['tokenizer', 'formats'],
  distill: ['tensor', 'model'],
  train: ['tensor', 'model', 'distill', 'type:data'],
  store: ['type:train', 'train/token_table.ts', 'type:corpus', 'type:experiment', 'experiment/run.ts', 'experiment/recipe_versions.ts', 'type:worker/protocol.ts'],
  experiment: ['distill', 'data', 'model/config.ts', 'model/layers.ts'],
  parity: ['formats', 'tensor', 'tokenizer', 'model', 'data', 'corpus', 'distill', 'train', 'hub/file_names.ts', 'lab/bound_terms.ts', 'lab/classifier_training.ts', 'lab/teacher_pass.ts'],
  lab: ['formats', 'tensor', 'tokenizer', 'hub', 'model', 'data', 'corpus', 'distill', 'train', 'experiment'],
  worker: ['formats', 'tensor', 'tokenizer', 'hub', 'model', 'data', 'corpus', 'distill', 'train', 'experiment', 'lab', 'store', 'trusted_url.ts'],
  ui: ['worker/trainer_client.ts', 'worker/protocol.ts', 'worker/inspector_client.ts', 'type:worker/inspector_protocol.ts', 'worker/corpus_client.ts', 'type:worker/corpus_protocol.ts', 'worker/table_report_client.ts', 'corpus/sample_plan.ts', 'model/memory.ts', 'experiment', 'distill', 'data', 'store', 'hub', 'trusted_url.ts'],
  'main.ts': ['ui'],
  'service_worker.ts': ['response_headers.ts'],
  'response_headers.ts': [],
  'trusted_url.ts': [],
};

/** What every layer may import: randomness, faults, and the files that hold nothing but shared types. */
const COMMON = [
  'random', 'fault', 'formats/format_error.ts', 'type:model/config.ts', 'type:data/task.ts', 'type:experiment/recipe.ts',
  'type:train/optimization.ts',
];

/** Package → the only layers that may import it. The address of a WebAssembly binary is no code, so the worker may pass it on. */
const PACKAGE_OWNERS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^@tensorflow\/(?!.*\.wasm\?url$)/, ['tensor']],
  [/^idb-keyval$/, ['store']],
  [/^svelte(\/|$)/, ['ui', 'main.ts']],
];

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

/** The offending edges among the imports of these files (path within src → text). */
function offences(files: ReadonlyMap<string, string>): string[] {
  return [...files].flatMap(([from, text]) => edges(from, text)).filter((edge) => !allowed(edge)).map(show);
}

function allowed({ from, to, typeOnly }: Edge): boolean {
  const layer = layerOf(from);
  if (!to.startsWith('src/')) return PACKAGE_OWNERS.every(([name, owners]) => !name.test(to) || owners.includes(layer));
  const path = to.slice('src/'.length);
  if (layerOf(path) === layer) return true;
  return [...(MAY_IMPORT[layer] ?? []), ...COMMON].some((entry) => {
    const target = entry.replace(/^type:/, '');
    return (path === target || path.startsWith(`${target}/`)) && (typeOnly || entry === target);
  });
}

function layerOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function show({ from, to, typeOnly }: Edge): string {
  return `src/${from} → ${to}${typeOnly ? ' (type)' : ''}`;
}

function edges(from: string, text: string): Edge[] {
  const code = from.endsWith('.svelte') ? [...text.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)].map((m) => m[1]).join('\n') : text;
  const found: Edge[] = [];
  const add = (specifier: string, typeOnly: boolean) => found.push({ from, to: target(from, specifier), typeOnly });
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, onlyTypes(node.importClause));
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments;
      if (specifier && ts.isStringLiteral(specifier)) add(specifier.text, false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument) && ts.isStringLiteral(node.argument.literal)) {
      add(node.argument.literal.text, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(from, code, ts.ScriptTarget.Latest));
  return found;
}

function onlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  return !clause.name && !!named && ts.isNamedImports(named) && named.elements.every((element) => element.isTypeOnly);
}

function target(from: string, specifier: string): string {
  if (!specifier.startsWith('.')) return specifier;
  const path = join(dirname(from), specifier.replace(/\?.*$/, '')).split(sep).join('/');
  return path.startsWith('..') ? path : `src/${path}`;
}

function sources(): Map<string, string> {
  const files = readdirSync(SRC, { recursive: true, withFileTypes: true }).filter((f) => f.isFile() && /\.(ts|svelte)$/.test(f.name));
  return new Map(files.map((f) => {
    const path = join(f.parentPath, f.name);
    return [relative(SRC, path).split(sep).join('/'), readFileSync(path, 'utf8')];
  }));
}

describe('what may import what', () => {
  it('holds in src', () => {
    expect(offences(sources())).toEqual([]);
  });

  it('knows every layer of src', () => {
    expect([...sources().keys()].map(layerOf).filter((layer) => !(layer in MAY_IMPORT))).toEqual([]);
  });

  it.each([
    ['model/bert.ts', "import { x } from '../ui/page.ts';", 'src/model/bert.ts → src/ui/page.ts'],
    ['model/bert.ts', "import { add } from '@tensorflow/tfjs-core';", 'src/model/bert.ts → @tensorflow/tfjs-core'],
    ['ui/a/page.svelte', "<script lang='ts'>import w from '../../worker/trainer.worker.ts?worker&url';</script>", 'src/ui/a/page.svelte → src/worker/trainer.worker.ts'],
    ['train/loop.ts', "import { type A, b } from '../data/batches.ts';", 'src/train/loop.ts → src/data/batches.ts'],
    ['formats/tsv.ts', "export * from '../data/glue.ts';", 'src/formats/tsv.ts → src/data/glue.ts'],
    ['hub/zip.ts', "const t = await import('../tokenizer/tokenizer.ts');", 'src/hub/zip.ts → src/tokenizer/tokenizer.ts'],
    ['formats/tsv.ts', "type T = import('../data/glue.ts').Table;", 'src/formats/tsv.ts → src/data/glue.ts (type)'],
  ])('prints the offending edge of %s: %s', (from, text, edge) => {
    expect(offences(new Map([[from, text]]))).toEqual([edge]);
  });

  it.each([
    ['worker/trainer.worker.ts', "import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';"],
    ['train/loop.ts', "import type { Batch } from '../data/batches.ts';"],
    ['train/loop.ts', "import { type Batch } from '../data/batches.ts';"],
    ['tensor/device.ts', "import type { BackendName } from '../experiment/recipe.ts';"],
    ['store/runs.ts', "import { get } from 'idb-keyval'; import { Fault } from '../fault/fault.ts';"],
  ])('allows %s: %s', (from, text) => {
    expect(offences(new Map([[from, text]]))).toEqual([]);
  });
});
