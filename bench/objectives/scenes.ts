import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { miniGlue } from '../../src/data/mini_glue/index.ts';
import { taskNamed } from '../../src/data/tasks.ts';
import { DEFAULT_RECIPE, MINI_GLUE } from '../../src/experiment/presets.ts';
import { TOKENIZER_FILES } from '../../src/tokenizer/files.ts';
import { Tokenizer } from '../../src/tokenizer/tokenizer.ts';
import type { EncodedExample } from '../../src/train/batches.ts';
import { ROOT } from '../../scripts/build_app.ts';
import { SIZES, type Size } from '../steps/problem.ts';

/** A size with the rows that it is trained on; without rows it has one made-up batch. */
export interface Scene {
  readonly size: Size;
  readonly examples?: readonly EncodedExample[];
}

/** What can be measured: the main job, and the made-up sizes of the benchmark of steps. */
export const SCENES: Readonly<Record<string, () => Scene>> = {
  main: mainJob,
  micro: () => ({ size: SIZES.micro }),
  tiny: () => ({ size: SIZES.tiny }),
  small: () => ({ size: SIZES.small }),
};

/** The rows, sizes and dropout of the main job; times do not depend on the weights, which are random. */
function mainJob(): Scene {
  const { per_device_train_batch_size: batch, max_seq_length: length } = DEFAULT_RECIPE.training;
  const tokenizer = tokenizerOnDisk(join(ROOT, 'public', 'tokenizers', 'mini-glue'));
  const { train } = miniGlue(taskNamed(DEFAULT_RECIPE.task), { ...MINI_GLUE, dev_rows: 0, tuning_rows: 0 });
  const examples = train.map(({ text, textPair, label }) => {
    const { ids, typeIds } = tokenizer.encode(text, textPair, length);
    return { ids: Array.from(ids), typeIds: Array.from(typeIds), label };
  });
  return { examples, size: { batch, length, width: 64, heads: 4, feedForward: 256, teacherLayers: 12, studentLayers: 3, vocabulary: tokenizer.vocabSize, dropout: 0.1 } };
}

function tokenizerOnDisk(folder: string): Tokenizer {
  const present = TOKENIZER_FILES.filter((name) => existsSync(join(folder, name)));
  return Tokenizer.fromFiles(new Map(present.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))])), folder);
}
