import { key, integer } from '../../src/random/counter.ts';
import { DEFAULT_RECIPE } from '../../src/experiment/presets.ts';
import type { Recipe } from '../../src/experiment/recipe.ts';
import { scratchConfig } from '../../src/lab/sources.ts';
import type { Session } from '../../src/lab/session.ts';
import { randomWeights } from '../../src/model/weights.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import type { EncodedExample } from '../../src/train/batches.ts';
import { taskNamed } from '../../src/data/tasks.ts';

/** The vocabulary of the small tokenizer. */
export const WORDS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...'good bad film book very not the a is was it'.split(' ')];

/** A tokenizer of 16 words. */
export function smallTokenizer(): Tokenizer {
  return Tokenizer.fromFiles(new Map([['vocab.txt', new TextEncoder().encode(`${WORDS.join('\n')}\n`)]]), 'vocab.txt');
}

/** Rows of random words; the label says whether word 5 or word 6 stands first. */
function rows(count: number, stream: number): EncodedExample[] {
  const k = key(3, 'grammar', stream);
  return Array.from({ length: count }, (_, i) => {
    const length = 3 + integer(k, 17 * i, 7);
    const words = Array.from({ length }, (_, j) => 7 + integer(k, 17 * i + j + 1, WORDS.length - 7));
    const label = i % 2;
    words[integer(k, 17 * i + 16, length)] = 5 + label;
    const ids = [2, ...words, 3];
    return { ids, typeIds: ids.map(() => 0), label, depth: i % 4 };
  });
}

/** A run small enough for a test: a 3-layer teacher of width 15 that must be trained first, a 2-layer student. */
export function smallRecipe(): Recipe {
  return {
    ...DEFAULT_RECIPE,
    name: 'small',
    teacher: { kind: 'scratch', num_hidden_layers: 3, hidden_size: 15 },
    student: { num_hidden_layers: 2, init: { kind: 'layers', layers: [0, 2] } },
    training: { ...DEFAULT_RECIPE.training, num_train_epochs: 1, per_device_train_batch_size: 5, max_seq_length: 16, learning_rate: 3e-3, eval_steps: 4 },
  };
}

export function smallSession(): Session {
  const task = taskNamed('sst-2');
  const tokenizer = smallTokenizer();
  const config = { ...scratchConfig(3, 15), num_attention_heads: 5, vocab_size: tokenizer.vocabSize, labels: task.labels, finetuning_task: task.name };
  const start = randomWeights(config, ['classification'], 1);
  return { task, tokenizer, start, teacherUntrained: true, teacherRows: rows(59, 0), data: { train: rows(43, 1), tuning: rows(13, 2), dev: rows(37, 3) } };
}
