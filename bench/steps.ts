/**
 * One training step of a small distillation, ours against others, in turn in one run: `npm run bench`.
 *
 *   npm run bench                                 tiny and small, every side; some 12 minutes on two cores without a GPU
 *   npm run bench -- --quick                      without stock tfjs on WebGPU
 *   npm run bench -- --pytorch /usr/bin/python3   adds PyTorch on the processor
 *   npm run bench -- --node                       in Node, a process for each side; WebGPU by the package `webgpu`
 *
 * Processor time is that of every process of the browser, or of the side's own process in Node: on a machine that does other work too it is the number to trust.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../src/fault/fault.ts';
import { ROOT } from '../scripts/build_app.ts';
import { printError } from '../scripts/command_line/error_text.ts';
import { flag, readOptions, text } from '../scripts/command_line/option.ts';
import { browserHost } from './steps/in_browser.ts';
import { nodeHost } from './steps/in_node.ts';
import { SIZES, type SizeName } from './steps/problem.ts';
import { openPyTorch } from './steps/pytorch.ts';
import { runRounds, type RoundOptions, type SideResult } from './steps/rounds.ts';
import { SIDES, type Host, type SideName } from './steps/side.ts';
import { printed, summarise } from './steps/summary.ts';

const OPTIONS = {
  quick: flag('leave out stock tfjs on WebGPU, whose step at small takes over a minute in software'),
  sizes: text('NAMES', `some of ${Object.keys(SIZES).join(', ')}`, 'tiny,small'),
  sides: text('NAMES', `some of ${Object.keys(SIDES).join(', ')}`, 'all'),
  node: flag('run in Node instead of Chromium; without jax-js, which has no WebGPU there'),
  rounds: text('N', 'steps of each side behind the warm-up', '6'),
  pytorch: text('PYTHON', 'an interpreter with torch; adds its step'),
  out: text('FILE', 'where the JSON goes', 'bench/results.json of this project'),
  help: flag('print this help'),
} as const;

/** Steps that one measurement averages, where one is short against the clock of processor time. */
const REPEAT: Readonly<Record<SizeName, RoundOptions['repeat']>> = {
  micro: { 'own-webgpu': 10, 'own-webgpu-whole': 10, 'stock-wasm': 5, 'own-wasm': 20, pytorch: 20 },
  tiny: { 'own-wasm': 5, pytorch: 10 },
  small: { pytorch: 2 },
  base: {},
};

/** One step of stock tfjs on WebGPU takes minutes at size small on a software adapter. */
const FEWER: Readonly<Record<SizeName, RoundOptions['fewer']>> = { micro: {}, tiny: {}, small: { 'stock-webgpu': 1 }, base: { 'stock-webgpu': 1 } };

/** Steps on a batch of another length. */
const SHORTER = 8;

await main(process.argv.slice(2)).catch(printError);

async function main(args: readonly string[]): Promise<void> {
  const given = readOptions(OPTIONS, args);
  if (given.help) return help();
  const rounds = Number(given.rounds ?? 6);
  const sizes = (given.sizes ?? 'tiny,small').split(',').map((name) => oneOf(SIZES, name, '--sizes'));
  const sides = sidesOf(given);
  const host = withPyTorch(given.node ? nodeHost(sides) : await browserHost(), given.pytorch);
  const report = { machine: machine(), host: host.description, versions: versions(), sizes: [] as { summary: ReturnType<typeof summarise>; results: SideResult[] }[] };
  try {
    for (const size of sizes) {
      console.error(`${size} …`);
      const jobs = sides.map((side) => ({ side, size: SIZES[size] }));
      const results = await runRounds(host, jobs, { rounds, fewer: FEWER[size], repeat: REPEAT[size], shorter: SHORTER, tell: (line) => console.error(`  ${line}`) });
      const summary = summarise(size, results);
      report.sizes.push({ summary, results });
      console.log(`\n${printed(summary)}\n`);
    }
    console.log(`${report.machine}; ${report.host}; WebGPU adapter: ${report.sizes[0]!.results[0]!.adapter || 'none'}; ${Object.entries(report.versions).map((pair) => pair.join(' ')).join(', ')}`);
    writeFileSync(given.out ?? join(ROOT, 'bench', 'results.json'), `${JSON.stringify(report, null, 1)}\n`);
  } finally {
    await host.close();
  }
}

/** What can be compared here. */
function sidesOf({ sides, quick, node, pytorch }: { sides?: string | undefined; quick?: boolean; node?: boolean; pytorch?: string | undefined }): SideName[] {
  const named = sides === undefined ? (Object.keys(SIDES) as SideName[]) : sides.split(',').map((name) => oneOf(SIDES, name, '--sides'));
  const left: Readonly<Record<SideName, boolean | undefined>> = { 'stock-webgpu': quick, 'jax-webgpu': node, 'own-webgpu': false, 'own-webgpu-whole': false, 'stock-wasm': false, 'own-wasm': false, pytorch: pytorch === undefined };
  return named.filter((side) => !left[side]);
}

function oneOf<T extends object>(table: T, name: string, option: string): keyof T {
  if (Object.hasOwn(table, name)) return name as keyof T;
  throw new Fault({ code: 'usage', where: option, expected: `some of ${Object.keys(table).join(', ')}`, got: `"${name}"`, remedy: 'See --help.' });
}

/** PyTorch runs beside the browser. */
function withPyTorch(host: Host, python: string | undefined): Host {
  return { ...host, open: (job) => (job.side === 'pytorch' ? openPyTorch(python!, job) : host.open(job)) };
}

function machine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}`;
}

/** The versions that package.json pins. */
function versions(): Record<string, string> {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<'dependencies' | 'devDependencies', Record<string, string>>;
  return { '@tensorflow/tfjs': dependencies['@tensorflow/tfjs']!, '@jax-js/jax': devDependencies['@jax-js/jax']! };
}

function help(): void {
  const rows = Object.entries(OPTIONS).map(([name, option]) => `  --${name} ${option.placeholder ?? ''}  ${option.help}${option.otherwise === undefined ? '' : ` (default: ${option.otherwise})`}`);
  console.log(['npm run bench -- [options]', '', ...rows].join('\n'));
}
