import { describe, expect, it } from 'vitest';
import type { Head, ModelConfig } from '../../src/model/config.ts';
import { countParameters, isDecayed, parameterSpecs } from '../../src/model/parameters.ts';

const BERT_BASE: ModelConfig = {
  model_type: 'bert', vocab_size: 30522, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072,
  hidden_act: 'gelu', hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 512, type_vocab_size: 2,
  initializer_range: 0.02, layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['0', '1'],
};
const ROBERTA_BASE: ModelConfig = { ...BERT_BASE, model_type: 'roberta', vocab_size: 50265, max_position_embeddings: 514, type_vocab_size: 1, pad_token_id: 1 };

describe('parameters', () => {
  it.each<[string, ModelConfig, readonly Head[], number]>([
    ['BertForSequenceClassification', BERT_BASE, ['classification'], 109_483_778],
    ['BertForMaskedLM', BERT_BASE, ['masked-lm'], 109_514_298],
    ['BertForPreTraining', BERT_BASE, ['masked-lm', 'next-sentence'], 110_106_428],
    ['RobertaForSequenceClassification', ROBERTA_BASE, ['classification'], 124_647_170],
    ['RobertaForMaskedLM', ROBERTA_BASE, ['masked-lm'], 124_697_433],
  ])('of the base size are as many as in %s of transformers', (_name, config, heads, count) => {
    expect(countParameters(parameterSpecs(config, heads))).toBe(count);
  });

  it('are decayed where they are products or embeddings', () => {
    const config: ModelConfig = { ...ROBERTA_BASE, num_hidden_layers: 1, encoder_ln_mode: 'pre-ln' };
    const decayed = parameterSpecs(config, ['masked-lm']).filter(({ name }) => isDecayed(name));
    expect(decayed.map(({ shape }) => shape.length)).toEqual(Array(3 + 6 + 1).fill(2));
    expect(['lm_head.layer_norm.weight', 'encoder.FinalLayerNorm.weight', 'lm_head.bias'].filter(isDecayed)).toEqual([]);
  });

  it('of a head that the family lacks are a mistake', () => {
    expect(() => parameterSpecs(ROBERTA_BASE, ['next-sentence'])).toThrow(/a model of type "roberta" has no next-sentence head/);
  });
});
