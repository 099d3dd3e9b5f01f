import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { dawn } from '../../bench/steps/dawn.ts';

/** Needs the optional package `webgpu` (`npm install --no-save webgpu`) and a Vulkan driver that it finds. */
it.skipIf(!dawn())('the engine makes its steps in Node by the package `webgpu`, with the losses of WASM', () => {
  const folder = mkdtempSync(join(tmpdir(), 'node-step-'));
  try {
    const out = join(folder, 'results.json');
    const options = ['--node', '--sizes', 'micro', '--rounds', '3', '--sides', 'own-webgpu,own-wasm', '--out', out];
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'bench/steps.ts', ...options], { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8' });
    expect(stderr).toContain('own-webgpu: first step');
    expect(status).toBe(0);
    const { sizes } = JSON.parse(readFileSync(out, 'utf8')) as { sizes: { results: { side: string; steps: { submits: number }[] }[] }[] };
    const own = sizes[0]!.results.find(({ side }) => side === 'own-webgpu')!;
    expect(own.steps.at(-1)!.submits).toBe(1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 300_000);
