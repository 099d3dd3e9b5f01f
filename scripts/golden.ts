/** The lab against the numbers of the original code: `npm run golden -- --dir FOLDER [--backend wasm] [--group b] [--json]`. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toReport } from '../src/fault/fault.ts';
import { readManifest } from '../src/parity/manifest.ts';
import { caseLine, totalLine } from '../src/parity/report.ts';
import type { CaseResult } from '../src/parity/run.ts';
import { errorText } from './command_line/error_text.ts';
import { choice, flag, readOptions, text, UsageError } from './command_line/option.ts';
import { folderOnDisk } from './golden/disk.ts';
import { BACKENDS, type GoldenBackend, type GoldenJob } from './golden/job.ts';

const EXIT = { passed: 0, failed: 1, usage: 2 } as const;

const OPTIONS = {
  dir: text('FOLDER', 'folder with manifest.json and the files it names'),
  backend: choice([...BACKENDS, 'all'], 'what computes; all runs the three in turn', 'wasm'),
  group: text('NAME', 'only groups whose name begins so, e.g. b', 'every group'),
  tokenizers: text('FOLDER', 'folder with one folder a tokenizer', 'tokenizers in, or data/tokenizers beside, --dir'),
  json: flag('print the results as one JSON value on standard output, and the lines on standard error'),
  help: flag('print this help'),
} as const;

const inNode = async (job: GoldenJob) => (await import('./golden/in_node.ts')).runInNode(job);
const inBrowser = async (job: GoldenJob) => (await import('./golden/in_browser.ts')).runInBrowser(job);

/** Each backend's place: WebGPU is the browser's, the others run in Node. */
const RUN: Readonly<Record<GoldenBackend, (job: GoldenJob) => Promise<void>>> = { cpu: inNode, wasm: inNode, webgpu: inBrowser };

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  try {
    const given = readOptions(OPTIONS, args);
    if (given.help) return help();
    const dir = folderOf(given.dir);
    await readManifest(folderOnDisk(dir));
    const tokenizers = given.tokenizers === undefined ? nearbyTokenizers(dir) : resolve(given.tokenizers);
    const backends = given.backend === 'all' ? BACKENDS : [given.backend ?? 'wasm'];
    const results = [];
    for (const backend of backends) results.push(...(await runOn(backend, { dir, tokenizers, group: given.group }, json)));
    (json ? console.error : console.log)(totalLine(results));
    const failed = results.some(({ status }) => status === 'failed');
    if (json) console.log(JSON.stringify({ ok: !failed, cases: results }));
    return failed ? EXIT.failed : EXIT.passed;
  } catch (error) {
    if (json) console.log(JSON.stringify({ ok: false, error: toReport(error) }));
    console.error(errorText(error));
    return error instanceof UsageError ? EXIT.usage : EXIT.failed;
  }
}

async function runOn(backend: GoldenBackend, job: Omit<GoldenJob, 'backend' | 'tell'>, json: boolean): Promise<(CaseResult & { backend: GoldenBackend })[]> {
  const print = json ? console.error : console.log;
  const results: (CaseResult & { backend: GoldenBackend })[] = [];
  print(`backend ${backend}`);
  await RUN[backend]({
    ...job,
    backend,
    tell: (result) => {
      results.push({ backend, ...result });
      print(caseLine(result));
    },
  });
  return results;
}

function folderOf(dir: string | undefined): string {
  if (dir === undefined) throw new UsageError('--dir', 'a folder with manifest.json', 'nothing');
  const path = resolve(dir);
  if (!existsSync(path) || !statSync(path).isDirectory()) throw new UsageError('--dir', 'a folder with manifest.json', `"${dir}", which is no folder`);
  return path;
}

/** The tokenizers that come with a folder, if any do. */
function nearbyTokenizers(dir: string): string | undefined {
  return [join(dir, 'tokenizers'), join(dir, '..', 'data', 'tokenizers')].find((path) => existsSync(path));
}

function help(): number {
  const rows = Object.entries(OPTIONS).map(([name, option]) => `  --${name} ${option.placeholder ?? ''}  ${option.help}${option.otherwise === undefined ? '' : ` (default: ${option.otherwise})`}`);
  console.log(['npm run golden -- --dir FOLDER [options]', '', ...rows].join('\n'));
  return EXIT.passed;
}
