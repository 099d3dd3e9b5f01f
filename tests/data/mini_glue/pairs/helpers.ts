import { heldOutWords } from '../../../../src/data/mini_glue/held_out.ts';
import { LEXICON } from '../../../../src/data/mini_glue/lexicon/index.ts';
import type { Noun, Verb } from '../../../../src/data/mini_glue/lexicon/types.ts';
import type { Event, Phrase } from '../../../../src/data/mini_glue/pairs/scene.ts';
import { WordSampler } from '../../../../src/data/mini_glue/sampler.ts';
import type { Depth, TaskGenerator, TemplateSet } from '../../../../src/data/mini_glue/types.ts';
import type { Example } from '../../../../src/data/task.ts';
import { Generator } from '../../../../src/random/generator.ts';

export const LABELS: Readonly<Record<string, number>> = { mrpc: 2, qqp: 2, rte: 2, qnli: 2, mnli: 3 };
export const TRAIN_WORDS = new WordSampler(heldOutWords(), 0);
export const DEV_WORDS = new WordSampler(heldOutWords(), 1 / 3);

export function noun(word: string): Noun {
  const found = LEXICON.nouns.find((n) => n.word === word);
  if (!found) throw new RangeError(`no noun ${word}`);
  return found;
}

export function verb(word: string, frame: Verb['frame'] = 'transitive'): Verb {
  const found = LEXICON.verbs.find((v) => v.word === word && v.frame === frame);
  if (!found) throw new RangeError(`no verb ${word}`);
  return found;
}

export function named(word: string): Phrase {
  return { head: { kind: 'name', word, gender: 'feminine' }, determiner: '' };
}

export function event(agent: string, does: string, patient: string, more: Partial<Event> = {}): Event {
  return { verb: verb(does), agent: named(agent), patient: named(patient), holds: true, ...more };
}

/** As many rows as asked, labels in turn; depths by the given shares. */
export function rows(
  generator: TaskGenerator, count: number, seed: number, templates: (rng: Generator) => TemplateSet, depths: readonly number[],
): Example[] {
  const rng = new Generator(seed, 'grammar');
  const words = templates(rng) === 'dev' ? DEV_WORDS : TRAIN_WORDS;
  const out: Example[] = [];
  while (out.length < count) {
    const depth = drawDepth(rng, depths);
    const label = out.length % (LABELS[generator.task] ?? 2);
    let made: Example | undefined;
    while (!made) made = generator.generate(rng, { depth, label, words, templates: templates(rng) });
    out.push(made);
  }
  return out;
}

function drawDepth(rng: Generator, shares: readonly number[]): Depth {
  const u = rng.uniform();
  const [a = 0, b = 0, c = 0] = shares;
  return u < a ? 0 : u < a + b ? 1 : u < a + b + c ? 2 : 3;
}
