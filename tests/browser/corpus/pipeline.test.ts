import { describe, expect, it } from 'vitest';
import { ArticleIndex, sentencesOfArticle } from '../../../src/corpus/article_index.ts';
import { wikiArticles } from '../../../src/corpus/article_reader.ts';
import { ARTICLE_END } from '../../../src/corpus/articles.ts';
import { Sampler } from '../../../src/corpus/sampling.ts';
import { readSamples } from '../../../src/corpus/samples_read.ts';
import { distribute, shardText } from '../../../src/corpus/sharding.ts';
import { Tokenizer } from '../../../src/tokenizer/tokenizer.ts';

const nothing = () => undefined;
const WORDS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', 'salt', 'is', 'white', 'old', 'the', 'sea', '.', 'and'];

/** A file as a worker reads it. */
async function* partsOf(blob: Blob): AsyncGenerator<Uint8Array> {
  const reader = blob.stream().getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

async function gzip(text: string): Promise<Blob> {
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).blob();
}

describe('data for pretraining in a browser', () => {
  it('goes from a packed file of articles to samples', async () => {
    const extracted = Array.from({ length: 7 }, (_, i) => `<doc id="${i}">\nTitle\n\nSalt is white. The sea is old.${' Salt is old.'.repeat(i)}\n</doc>\n`).join('');
    const articles: string[] = [];
    for await (const article of wikiArticles(partsOf(await gzip(extracted)), 'wiki_00.gz', nothing)) articles.push(article);
    const file = new Blob(articles.map((article) => article + ARTICLE_END));
    const index = new ArticleIndex();
    await index.add(0, partsOf(file), 'articles', nothing);
    expect([...index.sentences]).toEqual([2, 3, 4, 5, 6, 7, 8]);
    const { training } = distribute(index.sentences, { trainShards: 2, testShards: 1, testShare: 0.2 });
    const texts = await Promise.all(training[0]!.map(async (article) => {
      const { from, to } = index.at(article);
      return shardText(sentencesOfArticle(new Uint8Array(await file.slice(from, to).arrayBuffer()), 'articles'));
    }));
    const tokenizer = Tokenizer.fromFiles(new Map([['vocab.txt', new TextEncoder().encode(WORDS.join('\n'))]]), 'own');
    const sampler = new Sampler(tokenizer, { max_seq_length: 13, max_predictions_per_seq: 3, masked_lm_prob: 0.15, short_seq_prob: 0.1, next_sentence: true, whole_words: false });
    const { bytes, count } = sampler.make(await sampler.read(partsOf(new Blob(texts)), 'training0.txt', nothing), 1, 'train');
    const samples = readSamples(bytes, 'train_shard_0.samples');
    expect(samples.count).toBe(count);
    expect(count).toBeGreaterThan(3);
    expect(Array.from({ length: count }, (_, i) => samples.at(i).ids[0])).toEqual(new Array(count).fill(2));
  });
});
