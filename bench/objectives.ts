/**
 * The training step of every objective against that of logit distillation, in turn in one run: `npm run bench:objectives`.
 *
 *   npm run bench:objectives                            the main job on WASM, in headless Chromium
 *   npm run bench:objectives -- --scenes main,tiny,small
 *   npm run bench:objectives -- --backend webgpu        dispatches count here; on a software adapter times mean little
 *   npm run bench:objectives -- --objectives att_mse,minilm --node
 *
 * Processor time is that of every process of the browser, or of the objective's own process in Node. A loss on hidden
 * layers is measured beside logit distillation, as in one stage: as it runs, with what it reads of the teacher looked up by
 * row, and with a teacher that runs in every step, as far as the mapping asks.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Fault } from '../src/fault/fault.ts';
import { ROOT } from '../scripts/build_app.ts';
import { withBundle } from '../scripts/node_bundle.ts';
import { printError } from '../scripts/command_line/error_text.ts';
import { flag, readOptions, text } from '../scripts/command_line/option.ts';
import type { Choice } from './objectives/choices.ts';
import { objectiveJobs } from './objectives/jobs.ts';
import { objectiveRounds } from './objectives/rounds.ts';
import { objectiveRows, objectiveTable, type ObjectiveRow } from './objectives/summary.ts';
import { SCENES } from './objectives/scenes.ts';
import { browserHost } from './steps/in_browser.ts';
import { nodeHost } from './steps/in_node.ts';
import type { SideName } from './steps/side.ts';

const BACKENDS: Readonly<Record<string, SideName>> = { wasm: 'own-wasm', webgpu: 'own-webgpu' };

const OPTIONS = {
  scenes: text('NAMES', `some of ${Object.keys(SCENES).join(', ')}`, 'main'),
  backend: text('NAME', Object.keys(BACKENDS).join(' or '), 'wasm'),
  objectives: text('NAMES', 'objectives beside kd', 'all'),
  node: flag('run in Node, a process for each objective, whose processor time is exact; WebGPU by the package `webgpu`'),
  rounds: text('N', 'rounds behind the warm-up', '5'),
  steps: text('N', 'steps of each objective in a round', '20'),
  out: text('FILE', 'where the JSON goes', 'bench/objectives.json of this project'),
  help: flag('print this help'),
} as const;

await main(process.argv.slice(2)).catch(printError);

async function main(args: readonly string[]): Promise<void> {
  const given = readOptions(OPTIONS, args);
  if (given.help) return help();
  const side = oneOf(BACKENDS, given.backend ?? 'wasm', '--backend');
  const scenes = (given.scenes ?? 'main').split(',').map((name) => ({ name, scene: oneOf(SCENES, name, '--scenes')() }));
  const choices = chosen(await withBundle(join(import.meta.dirname, 'objectives', 'choices.ts'), async ({ CHOICES }: { readonly CHOICES: readonly Choice[] }) => CHOICES), given.objectives);
  const host = given.node ? nodeHost([side]) : await browserHost();
  const report = { machine: machine(), host: host.description, backend: given.backend ?? 'wasm', adapter: '', scenes: [] as { scene: string; rows: ObjectiveRow[] }[] };
  try {
    for (const { name, scene } of scenes) {
      const times = await objectiveRounds(host, objectiveJobs(side, scene, choices), { rounds: Number(given.rounds ?? 5), steps: Number(given.steps ?? 20), tell: (line) => console.error(`${name}, ${line}`) });
      const rows = objectiveRows(times);
      report.adapter = times[0]!.adapter;
      report.scenes.push({ scene: name, rows });
      console.log(`\n${name}:\n\n${objectiveTable(rows)}\n`);
    }
    console.log(`${report.machine}; ${report.host}; backend ${report.backend}${side === 'own-webgpu' ? `, adapter ${report.adapter}` : ''}`);
    writeFileSync(given.out ?? join(ROOT, 'bench', 'objectives.json'), `${JSON.stringify(report, null, 1)}\n`);
  } finally {
    await host.close();
  }
}

function oneOf<T>(table: Readonly<Record<string, T>>, name: string, option: string): T {
  if (Object.hasOwn(table, name)) return table[name]!;
  throw new Fault({ code: 'usage', where: option, expected: Object.keys(table).join(', '), got: `"${name}"`, remedy: 'See --help.' });
}

/** The named objectives, or all. */
function chosen(all: readonly Choice[], names: string | undefined): readonly Choice[] {
  const table = Object.fromEntries(all.map((choice) => [choice.name, choice]));
  return names === undefined ? all : names.split(',').map((name) => oneOf(table, name, '--objectives'));
}

function machine(): string {
  const [first] = cpus();
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown processor'}`;
}

function help(): void {
  const rows = Object.entries(OPTIONS).map(([name, option]) => `  --${name} ${option.placeholder ?? ''}  ${option.help}${option.otherwise === undefined ? '' : ` (default: ${option.otherwise})`}`);
  console.log(['npm run bench:objectives -- [options]', '', ...rows].join('\n'));
}
