/** The measurement itself; it needs tensors, and is bundled for Node. */
import { openAsBlob, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { taskNamed } from '../../src/data/tasks.ts';
import { dataPathWords } from '../../src/experiment/data_path.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { TOKENIZER_FILES } from '../../src/hub/file_names.ts';
import { Experiment } from '../../src/lab/experiment.ts';
import type { LabEvent } from '../../src/lab/events.ts';
import { prepare } from '../../src/lab/prepare.ts';
import type { Shelf } from '../../src/lab/sources.ts';
import { openBackend } from '../../src/tensor/backends/open.ts';
import { epochBatches, lengthStep, LENGTH_STEP, realShare, type EncodedExample } from '../../src/train/batches.ts';

export interface Asked {
  readonly task: string;
  /** Folders. */
  readonly data: string;
  readonly tokenizer: string;
  readonly steps: number;
  /** Of a model of two layers. */
  readonly width: number;
}

const BATCHES = [16, 32];
const LENGTHS = [64, 128];
const TABLE = /\.(tsv|csv|jsonl?|parquet)(\.gz)?$/;

/** Prints the shares of real tokens, and what a training of some steps tells of its data. */
export async function measure({ task, data, tokenizer, steps, width }: Asked): Promise<void> {
  const longest = Math.max(...LENGTHS);
  const recipe: Recipe = {
    ...DEFAULT_RECIPE,
    kind: 'finetune',
    task: taskNamed(task).name,
    teacher: { kind: 'scratch', num_hidden_layers: 2, hidden_size: width },
    data: { kind: 'folder', name: task },
    training: { ...DEFAULT_RECIPE.training, max_steps: steps, max_seq_length: longest, eval_steps: 0, max_eval_samples: 64 },
  };
  const given = { data: await files(data, (name) => TABLE.test(name)), tokenizer: await files(tokenizer, (name) => TOKENIZER_FILES.includes(name)) };
  const shelf: Shelf = { baseUrl: 'http://lab.invalid/', given, stored: async () => undefined, now: () => performance.now(), emit: say };
  await openBackend({ choice: 'wasm', onFault: (fault) => console.error(fault.message) });
  const session = await timed('Reading and tokenising', () => prepare(recipe, shelf, async () => undefined));
  for (const batch of BATCHES) for (const length of LENGTHS) shares(session.data.train, batch, length, recipe.training.seed);
  const surroundings = { now: shelf.now, emit: say, gate: async () => undefined, keepTeacher: async () => undefined };
  await timed(`${steps} steps, and the scores of ${session.task.name}`, () => new Experiment(recipe, session, surroundings).run());
}

function say(event: LabEvent): void {
  if (event.type === 'note') console.log(event.text);
  if (event.type === 'data-path') console.log(dataPathWords(event.arm, event));
}

function shares(train: readonly EncodedExample[], batch: number, length: number, seed: number): void {
  const rows = train.map(({ ids, typeIds, label }) => ({ ids: Array.from(ids).slice(0, length), typeIds: Array.from(typeIds).slice(0, length), label }));
  const batches = epochBatches(rows, batch, seed, 0);
  const step = lengthStep(rows, batch, length, seed);
  const share = (of: number) => `${(100 * realShare(rows, batches, length, of)).toFixed(1)} %`;
  const other = step === LENGTH_STEP ? '' : ` (of ${LENGTH_STEP}: ${share(LENGTH_STEP)})`;
  console.log(`Batch ${batch}, at most ${length} tokens: ${share(step)} of the computed tokens are real, padded to multiples of ${step}${other}`);
}

function files(folder: string, wanted: (name: string) => boolean) {
  return Promise.all(readdirSync(folder).filter(wanted).map(async (name) => ({ name, blob: await openAsBlob(join(folder, name)) })));
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const done = await work();
  console.log(`${what}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
  return done;
}
