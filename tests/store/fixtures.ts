import 'fake-indexeddb/auto';
import { get, promisifyRequest, set } from 'idb-keyval';
import type { Recipe } from '../../src/experiment/recipe.ts';
import type { StepReport } from '../../src/experiment/run.ts';
import { openDatabase, type Database } from '../../src/store/database.ts';
import type { Checkpoint, RunRecord, StoredTensor } from '../../src/store/types.ts';

/** A database of its own for each call. */
export function freshDatabase(): Database {
  return openDatabase(crypto.randomUUID());
}

/** Web Locks within one thread: the exclusive ones, granted in order or refused by `ifAvailable`. */
export function memoryLocks(): Pick<LockManager, 'request' | 'query'> {
  const queues = new Map<string, Promise<unknown>>();
  const request = async (name: string, ...rest: unknown[]): Promise<unknown> => {
    const task = rest.at(-1) as (lock: unknown) => Promise<unknown>;
    const options = (rest.length > 1 ? rest[0] : {}) as LockOptions;
    const before = queues.get(name);
    if (before !== undefined && options.ifAvailable) return task(null);
    const turn = Promise.resolve(before).catch(() => undefined).then(() => task({ name, mode: 'exclusive' }));
    queues.set(name, turn);
    const done = () => queues.get(name) === turn && queues.delete(name);
    turn.then(done, done);
    return turn;
  };
  const query = async (): Promise<LockManagerSnapshot> => ({ held: [...queues.keys()].map((name) => ({ name })) });
  return { request: request as LockManager['request'], query };
}

/** Values that only a bit-exact copy keeps: negative zero, a subnormal, the largest and the smallest step from 1. */
export const HARD_VALUES = [-0, 1e-45, 3.4028234663852886e38, 1.00000011920929, -Math.PI, 1 / 3, 7];

/** Three tensors of 7, 15 and 1 values, two of them views into a larger buffer. */
export function someTensors(seed = 0): StoredTensor[] {
  const whole = Float32Array.from({ length: 1009 }, (_, i) => Math.fround(Math.sin(i + seed)));
  whole.set(HARD_VALUES, 101);
  return [
    { name: 'embeddings.weight', shape: [7], data: whole.subarray(101, 108) },
    { name: 'encoder.0.weight', shape: [3, 5], data: whole.subarray(211, 226) },
    { name: 'step.scale', shape: [], data: Float32Array.of(seed + 0.5) },
  ];
}

export function someCheckpoint(step: number): Checkpoint {
  return { state: { arm: 'distilled', step, losses: [0.1, 2 / 3], note: null }, tensors: someTensors(step) };
}

/** The bit patterns of a tensor. */
export function bits(tensor: StoredTensor | undefined): number[] {
  const { buffer, byteOffset, length } = tensor?.data ?? new Float32Array(0);
  return [...new Uint32Array(buffer.slice(byteOffset, byteOffset + 4 * length))];
}

/** All keys whose first element is `kind`. */
export async function keysOf(database: Database, kind: string): Promise<IDBValidKey[]> {
  const all = await database.relaxed('readonly', (entries) => promisifyRequest(entries.getAllKeys()));
  return all.filter((key) => Array.isArray(key) && key[0] === kind);
}

/** Flips the lowest bit of one byte of a stored buffer. */
export async function flipBit(database: Database, key: IDBValidKey, byte: number): Promise<void> {
  const part: unknown = await get(key, database.relaxed);
  if (!(part instanceof ArrayBuffer)) throw new Error('no part under this key');
  new Uint8Array(part)[byte]! ^= 1;
  await set(key, part, database.relaxed);
}

export const RECIPE: Recipe = {
  version: 2,
  kind: 'distill',
  name: 'demo',
  task: 'sst-2',
  data: { kind: 'mini-glue', seed: 1, train_rows: 1009, dev_rows: 211 },
  teacher: { kind: 'bundled', name: 'mini' },
  student: { num_hidden_layers: 3, init: { kind: 'layers', layers: [0, 1, 2] } },
  stages: [{ name: 'distillation', objectives: [{ name: 'kd', weight: 1, parameters: { temperature: 2 } }], training: {}, start: 'last' }],
  fidelity: 'corrected',
  dropout: { student: true, teacher: false },
  training: {
    seed: 1, num_train_epochs: 1, max_steps: 0, per_device_train_batch_size: 32, max_seq_length: 64,
    learning_rate: 1e-3, weight_decay: 0.01, warmup_ratio: 0.1, max_grad_norm: 1, adam_beta1: 0.9, adam_beta2: 0.999,
    adam_epsilon: 1e-8, eval_steps: 0,
  },
  baselines: true,
  backend: 'auto',
};

export function someRun(id: string, changes: Partial<RunRecord> = {}): RunRecord {
  return {
    id, name: `run ${id}`, recipe: RECIPE, state: 'running', createdAt: 1000, updatedAt: 1000,
    arm: 'distilled', step: 5, steps: 11, rows: [], generation: 0, ...changes,
  };
}

export function someReport(step: number, changes: Partial<StepReport> = {}): StepReport {
  return {
    arm: 'distilled', step, steps: 1009, epoch: step / 7, loss: 1 / step, terms: { ce: 2 / step, kd: 3 / step },
    learning_rate: 1e-3 / step, grad_norm: step / 3, stepsPerSecond: 13, secondsLeft: 17, ...changes,
  };
}
