import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../../scripts/build_app.ts';
import { problemOf, STEP, type Problem } from './problem.ts';
import type { Job, OpenSide, StepReport } from './side.ts';

/** One line of the program's answer; processor time is that of its whole process. */
interface Answer extends StepReport {
  readonly processor: number;
}

/**
 * Opens the step in PyTorch, in a process of its own; `python` is an interpreter that has torch.
 *
 * Its threads sleep while they wait for each other: spinning would count as processor time.
 */
export async function openPyTorch(python: string, { size }: Job): Promise<OpenSide> {
  const folder = join(ROOT, 'node_modules', '.cache', 'bundles');
  mkdirSync(folder, { recursive: true });
  const dir = mkdtempSync(join(folder, 'pytorch-'));
  writeProblem(dir, problemOf(size));
  const child = spawn(python, [join(import.meta.dirname, 'sides', 'pytorch.py'), dir], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, OMP_WAIT_POLICY: 'PASSIVE' } });
  const failed = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`PyTorch's process ended with ${code}`)));
  });
  failed.catch(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (word: string): Promise<Answer> => {
    child.stdin.write(`${word}\n`);
    const { value, done } = await Promise.race([failed, lines.next()]);
    if (done) throw new Error("PyTorch's process ended");
    return JSON.parse(value) as Answer;
  };
  return {
    adapter: '',
    step: () => ask('step'),
    processorTime: async () => (await ask('time')).processor,
    close: async () => {
      child.stdin.end();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Sizes and places as JSON, all values in one file of float32. */
function writeProblem(dir: string, { size, teacher, student, batch }: Problem): void {
  const parts: Float32Array[] = [];
  let at = 0;
  const place = (data: Float32Array, shape: readonly number[]) => {
    parts.push(data);
    at += data.length;
    return { at: at - data.length, shape };
  };
  const model = ({ tensors }: Problem['teacher']) => Object.fromEntries([...tensors].map(([name, { data, shape }]) => [name, place(data, shape)]));
  const lists = { ids: [...batch.ids], types: [...batch.typeIds], mask: [...batch.mask], labels: [...batch.labels] };
  writeFileSync(join(dir, 'problem.json'), JSON.stringify({ size, step: STEP, teacher: model(teacher), student: model(student), batch: lists }));
  writeFileSync(join(dir, 'values.f32'), Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))));
}
