import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../scripts/build_app.ts';

/** How one run of the lab's command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command of the lab; everything that it starts has its scratch folder on its command line. */
export interface LabProcess {
  readonly child: ChildProcess;
  readonly scratch: string;
  readonly ended: Promise<Ended>;
  /** Resolves when the standard output holds the text. */
  readonly says: (text: string) => Promise<void>;
}

/** Starts `npm run lab -- …` without npm. */
export function lab(args: readonly string[]): LabProcess {
  const scratch = mkdtempSync(join(tmpdir(), 'lab-e2e-'));
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/lab.ts', ...args], { cwd: ROOT, env: { ...process.env, TMPDIR: scratch, XDG_CACHE_HOME: join(scratch, 'cache') }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  const says = (text: string) => new Promise<void>((resolve, reject) => {
    const look = () => {
      if (said.stdout.includes(text)) resolve();
    };
    child.stdout.on('data', look);
    child.once('close', () => reject(new Error(`ended without "${text}":\n${said.stdout}\n${said.stderr}`)));
    look();
  });
  return { child, scratch, ended, says };
}

/** Command lines of processes that mention a text. */
export function processesWith(text: string): string[] {
  const { stdout } = spawnSync('ps', ['-Ao', 'args'], { encoding: 'utf8', maxBuffer: 16 << 20 });
  return stdout.split('\n').filter((line) => line.includes(text));
}
