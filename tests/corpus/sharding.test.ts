import { describe, expect, it } from 'vitest';
import { distribute, shardText } from '../../src/corpus/sharding.ts';
import { counterDraws } from '../../src/corpus/draws.ts';

const PLAN = { trainShards: 7, testShards: 3, testShare: 0.1 };

describe('articles over shards', () => {
  it('puts every article into one shard, all of about the same size', () => {
    const draws = counterDraws(11);
    const sentences = Array.from({ length: 1009 }, () => draws.between(1, 97));
    const { training, test } = distribute(sentences, PLAN);
    expect([...training.flat(), ...test.flat()].sort((a, b) => a - b)).toEqual([...sentences.keys()]);
    const sizes = [...training, ...test].map((shard) => shard.reduce((sum, article) => sum + sentences[article]!, 0));
    const [most, least] = [Math.max(...sizes.slice(0, 7)), Math.min(...sizes.slice(0, 7))];
    expect(most / least).toBeLessThan(1.01);
    const total = sentences.reduce((a, b) => a + b, 0);
    expect(sizes.slice(7).reduce((a, b) => a + b, 0) / total).toBeCloseTo(0.1, 2);
  });

  it('is fast for many articles and few shards', () => {
    const sentences = Uint32Array.from({ length: 200_003 }, (_, i) => 1 + (i * 7919) % 211);
    expect(distribute(sentences, { trainShards: 2, testShards: 1, testShare: 0.1 }).training.flat().length).toBeGreaterThan(150_000);
  });

  it('refuses fewer articles than shards, and says what to lower', () => {
    expect(() => distribute([5, 4, 3], PLAN)).toThrow('shards: expected at least as many articles as shards (10), got 3. Add text, one article a line, or lower --num_train_shards and --num_test_shards.');
  });

  it('refuses an article without sentences', () => {
    expect(() => distribute([5, 0, 3, 4], { trainShards: 1, testShards: 1, testShare: 0.1 })).toThrow('article 1 has 0 sentences');
  });

  it('writes a sentence a line and an empty line after the article', () => {
    expect(shardText(['a b.', 'c.'])).toBe('a b.\nc.\n\n');
  });
});
