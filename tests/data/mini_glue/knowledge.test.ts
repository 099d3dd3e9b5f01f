import { readFileSync } from 'node:fs';
import { Tokenizer } from '@huggingface/tokenizers';
import { expect, it } from 'vitest';
import { heldOutWords } from '../../../src/data/mini_glue/held_out.ts';
import { LEXICON } from '../../../src/data/mini_glue/lexicon/index.ts';
import { readSafetensors, toFloat32 } from '../../../src/formats/safetensors.ts';

const BASE = new URL('../../../public/models/mini-bert/', import.meta.url);
const json = (name: string) => JSON.parse(readFileSync(new URL(name, BASE), 'utf8'));
const WORD_EMBEDDINGS = 'bert.embeddings.word_embeddings.weight';

/** Mean word embedding of an adjective's pieces, from the bundled base model. */
function embeddings(): (word: string) => Float64Array {
  const tokenizer = new Tokenizer(json('tokenizer.json'), json('tokenizer_config.json'));
  const tensor = readSafetensors(new Uint8Array(readFileSync(new URL('model.safetensors', BASE))), 'mini-bert').tensors.get(WORD_EMBEDDINGS)!;
  const table = toFloat32(tensor, WORD_EMBEDDINGS);
  const width = tensor.shape[1]!;
  return (word) => {
    const { ids } = tokenizer.encode(word, { add_special_tokens: false });
    return Float64Array.from({ length: width }, (_, i) => ids.reduce((sum, id) => sum + table[id * width + i]! / ids.length, 0));
  };
}

const mean = (rows: readonly Float64Array[]) => rows[0]!.map((_, i) => rows.reduce((sum, row) => sum + row[i]! / rows.length, 0));
const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);

it('knows the polarity of adjectives that no training row contains', () => {
  const embedding = embeddings();
  const held = heldOutWords();
  const polar = LEXICON.adjectives.filter(({ polarity }) => polarity !== 0).map((entry) => ({ ...entry, row: embedding(entry.word) }));
  const seen = (sign: number) => mean(polar.filter(({ word, polarity }) => !held.has(word) && Math.sign(polarity) === sign).map(({ row }) => row));
  const [good, bad] = [seen(1), seen(-1)];
  const direction = good.map((value, i) => value - bad[i]!);
  const threshold = dot(mean([good, bad]), direction);
  const unseen = polar.filter(({ word }) => held.has(word));
  const right = unseen.filter(({ row, polarity }) => (dot(row, direction) > threshold) === polarity > 0);
  expect(unseen.length).toBeGreaterThan(60);
  expect(right.length / unseen.length).toBeGreaterThan(0.95);
});
