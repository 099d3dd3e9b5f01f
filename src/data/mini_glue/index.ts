/**
 * mini-GLUE: GLUE's tasks in miniature, written by a grammar, with labels that follow from meaning and structure.
 *
 * Every row is a function of (task, seed, split, row number) and of the rows before it. Held-out words occur in the
 * corpus only, so what a model knows of them it has from pretraining.
 */
import { Fault } from '../../fault/fault.ts';
import { Generator } from '../../random/generator.ts';
import type { Example, TaskData, TaskSpec } from '../task.ts';
import { DEV_DEPTHS, DEV_TEMPLATES, HELD_OUT_DRAWS, TRAIN_DEPTHS } from './difficulty.ts';
import { GENERATORS } from './generators.ts';
import { hashText, heldOutWords } from './held_out.ts';
import { WordSampler } from './sampler.ts';
import { homeOf, slots, type Slot, type Split } from './splits.ts';
import type { TaskGenerator, Words } from './types.ts';

export { GRAMMAR_VERSION } from './difficulty.ts';
export { corpus } from './corpus/index.ts';

export interface MiniGlueOptions {
  readonly seed: number;
  readonly train_rows: number;
  /** 2000 unless given. */
  readonly dev_rows?: number;
  /** 1000 unless given. */
  readonly tuning_rows?: number;
  /** Hears how many rows of all are written. */
  onProgress?(done: number, total: number): void;
}

/** Draws for one row before the generator counts as unable to write it. */
const ATTEMPTS = 5000;

/** The texts of every split so far; a second text may recur within its split, never in another one. */
interface Taken {
  readonly rows: Set<string>;
  readonly texts: Map<string, Split>;
}

function isFree(taken: Taken, split: Split, example: Example): boolean {
  const texts = example.textPair === undefined ? [example.text] : [example.text, example.textPair];
  return homeOf(example.text) === split && !taken.rows.has(texts.join('\t'))
    && texts.every((t) => (taken.texts.get(t) ?? split) === split);
}

function take(taken: Taken, split: Split, example: Example): void {
  taken.rows.add(example.textPair === undefined ? example.text : `${example.text}\t${example.textPair}`);
  taken.texts.set(example.text, split);
  if (example.textPair !== undefined) taken.texts.set(example.textPair, split);
}

class SplitWriter {
  readonly #generator: TaskGenerator;
  readonly #split: Split;
  readonly #words: Words;
  readonly #taken: Taken;

  constructor(generator: TaskGenerator, split: Split, taken: Taken) {
    this.#generator = generator;
    this.#split = split;
    this.#taken = taken;
    this.#words = new WordSampler(heldOutWords(), split === 'train' ? 0 : HELD_OUT_DRAWS);
  }

  rows(seed: number, count: number, labels: number, onRow: () => void): Example[] {
    const base = hashText(`${this.#generator.task} ${this.#split}`);
    const depths = this.#split === 'train' ? TRAIN_DEPTHS : DEV_DEPTHS;
    return slots(seed, base, count, depths, labels).map((slot, i) => {
      onRow();
      return this.#row(new Generator(seed, 'grammar', base + i), slot);
    });
  }

  #row(rng: Generator, slot: Slot): Example {
    const templates = this.#split !== 'train' && rng.chance(DEV_TEMPLATES) ? 'dev' : 'train';
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const example = this.#generator.generate(rng, { ...slot, words: this.#words, templates });
      if (example === undefined || !isFree(this.#taken, this.#split, example)) continue;
      take(this.#taken, this.#split, example);
      return { ...example, depth: slot.depth };
    }
    throw new RangeError(`mini-GLUE: no ${this.#split} row of ${this.#generator.task} for ${JSON.stringify(slot)}`);
  }
}

function generatorOf(task: TaskSpec): TaskGenerator {
  const generator = GENERATORS.find((g) => g.task === task.name);
  if (generator) return generator;
  throw new Fault({
    code: 'unknown-task', where: 'mini-GLUE', expected: `one of ${GENERATORS.map((g) => g.task).join(', ')}`,
    got: `"${task.name}"`, remedy: 'Choose a task of mini-GLUE, or give a folder with your own rows.',
  });
}

/**
 * The rows of one task. Dev does not depend on how many tuning or training rows there are, and fewer training rows are
 * the beginning of more. Fault `unknown-task` when mini-GLUE has no such task.
 */
export function miniGlue(task: TaskSpec, options: MiniGlueOptions): TaskData {
  const generator = generatorOf(task);
  const taken: Taken = { rows: new Set(), texts: new Map() };
  const { seed, train_rows, dev_rows = 2000, tuning_rows = 1000 } = options;
  let done = 0;
  const onRow = () => options.onProgress?.(++done, dev_rows + tuning_rows + train_rows);
  const write = (split: Split, count: number) => new SplitWriter(generator, split, taken).rows(seed, count, task.labels.length, onRow);
  return { task, dev: write('dev', dev_rows), tuning: write('tuning', tuning_rows), train: write('train', train_rows) };
}
