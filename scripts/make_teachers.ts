/**
 * Makes the bundled models: `npm run make-teachers`.
 *
 * Every stage is a command of the lab, run as a person would run it, and is left out when its folder is there already, so
 * an interrupted run goes on where it was. The finished models are written to `public/models/` with 16-bit weights.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BUNDLED_BASE } from '../src/experiment/presets.ts';
import { ensureBuilt, ROOT } from './build_app.ts';
import { writeBundled } from './bundled_model.ts';
import { BUNDLED_TASKS, finetuningStages, PRETRAINING, type Stage } from './teacher_stages.ts';

const { values } = parseArgs({
  options: {
    work_dir: { type: 'string', default: join(ROOT, 'runs', 'teachers') },
    tasks: { type: 'string', default: BUNDLED_TASKS.join(',') },
    jobs: { type: 'string', default: '2' },
    help: { type: 'boolean', default: false },
  },
});

const HELP = `npm run make-teachers -- [--work_dir FOLDER] [--tasks sst-2,cola,…] [--jobs 2]

Pretrains the base model, finetunes it on each task (as many at once as --jobs says) and writes public/models/.
Stages whose folder is there are left out; delete a folder to make it again.`;

/** Runs one stage; resolves to the seconds it took, or 0 when it was there already. */
async function make({ name, args }: Stage): Promise<number> {
  const folder = join(values.work_dir, name);
  if (existsSync(join(folder, 'results.json'))) return 0;
  const began = performance.now();
  const code = await new Promise<number>((resolve) => {
    const child = spawn('node', ['--import', 'tsx', join(ROOT, 'scripts/lab.ts'), ...args(values.work_dir), '--output_dir', folder], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('exit', (status) => resolve(status ?? 1));
  });
  if (code !== 0) throw new Error(`stage ${name} ended with exit code ${code}`);
  return (performance.now() - began) / 1000;
}

/** Runs several chains of stages, `jobs` at a time. */
async function together(chains: readonly (readonly Stage[])[], jobs: number): Promise<void> {
  const waiting = [...chains];
  const worker = async () => {
    for (let chain = waiting.shift(); chain; chain = waiting.shift()) for (const stage of chain) await timed(stage);
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

/** Runs a stage and notes its time beside its results, for the model card. */
async function timed(stage: Stage): Promise<void> {
  const seconds = await make(stage);
  const note = join(values.work_dir, stage.name, 'seconds.txt');
  if (seconds > 0) writeFileSync(note, `${seconds.toFixed(0)}\n`);
  console.log(seconds > 0 ? `${stage.name}: made in ${seconds.toFixed(0)} s` : `${stage.name}: there already`);
}

async function main(): Promise<void> {
  mkdirSync(values.work_dir, { recursive: true });
  const tasks = values.tasks.split(',');
  await ensureBuilt(console.log); // once, so that stages side by side do not each begin a build
  for (const stage of PRETRAINING) await timed(stage);
  await together(tasks.map(finetuningStages), Number(values.jobs));
  const base = PRETRAINING.at(-1)!;
  const commands = (stages: readonly Stage[]) => stages.map(({ name, args }) => `npm run lab -- ${args('runs/teachers').join(' ')} --output_dir runs/teachers/${name}`);
  const seconds = (stage: Stage) => Number(readFileSync(join(values.work_dir, stage.name, 'seconds.txt'), 'utf8'));
  writeBundled({ name: BUNDLED_BASE, from: join(values.work_dir, base.name), commands: commands(PRETRAINING), seconds: PRETRAINING.reduce((sum, stage) => sum + seconds(stage), 0) });
  for (const task of tasks) {
    const stages = finetuningStages(task);
    const all = stages.reduce((sum, stage) => sum + seconds(stage), 0);
    writeBundled({ name: `${BUNDLED_BASE}-${task}`, from: join(values.work_dir, stages.at(-1)!.name), commands: commands([...PRETRAINING, ...stages]), seconds: all });
  }
}

if (values.help) console.log(HELP);
else await main();
