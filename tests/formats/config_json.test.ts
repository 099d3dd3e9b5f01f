import { describe, expect, it } from 'vitest';
import { architectureOf, opensInTransformers, readConfig, writeConfig } from '../../src/formats/config_json.ts';
import type { ModelConfig } from '../../src/model/config.ts';

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const read = (value: unknown) => readConfig(bytes(value), 'config.json');

const CONFIG: ModelConfig = {
  model_type: 'roberta', vocab_size: 211, hidden_size: 35, num_hidden_layers: 3, num_attention_heads: 5, intermediate_size: 71,
  hidden_act: 'gelu_new', hidden_dropout_prob: 0.2, attention_probs_dropout_prob: 0.3, max_position_embeddings: 67,
  type_vocab_size: 1, initializer_range: 0.05, layer_norm_eps: 1e-5, pad_token_id: 1, labels: ['no', 'yes', 'perhaps'], finetuning_task: 'mnli',
};

describe('config.json', () => {
  it('takes the defaults of BERT and of RoBERTa', () => {
    expect(read({ model_type: 'bert' })).toEqual({
      model_type: 'bert', vocab_size: 30522, hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072,
      hidden_act: 'gelu', hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1, max_position_embeddings: 512,
      type_vocab_size: 2, initializer_range: 0.02, layer_norm_eps: 1e-12, pad_token_id: 0, labels: ['LABEL_0', 'LABEL_1'],
    });
    expect(read({ architectures: ['RobertaForMaskedLM'], num_labels: 3 })).toMatchObject({
      model_type: 'roberta', vocab_size: 50265, pad_token_id: 1, labels: ['LABEL_0', 'LABEL_1', 'LABEL_2'],
    });
  });

  it('comes back as it was written', () => {
    expect(read(writeConfig(CONFIG, 'RobertaForSequenceClassification'))).toEqual(CONFIG);
    const written = JSON.parse(writeConfig(CONFIG, 'RobertaForSequenceClassification'));
    expect(written.architectures).toEqual(['RobertaForSequenceClassification']);
    expect(written.label2id).toEqual({ no: 0, yes: 1, perhaps: 2 });
    expect(Object.keys(written)).toEqual([...Object.keys(written)].sort());
  });

  it('reads what the task-agnostic reference adds, and leaves out what is usual', () => {
    const usual = read({ model_type: 'bert' });
    const spelled = { encoder_ln_mode: 'post-ln', layernorm_embedding: true, layer_norm_type: 'apex', classifier_dropout: null, pruned_heads: {}, problem_type: 'regression', tie_word_embeddings: true };
    expect(read({ model_type: 'bert', ...spelled })).toEqual(usual);
    const preLn = { encoder_ln_mode: 'pre-ln', layernorm_embedding: false, classifier_dropout: 0.25 };
    expect(read({ model_type: 'bert', ...preLn })).toEqual({ ...usual, ...preLn });
  });

  it('writes them back, and says that only this reader knows them', () => {
    const preLn: ModelConfig = { ...CONFIG, model_type: 'bert', encoder_ln_mode: 'pre-ln', layernorm_embedding: false, classifier_dropout: 0.25 };
    expect(read(writeConfig(preLn, 'BertForSequenceClassification'))).toEqual(preLn);
    const written = Object.keys(JSON.parse(writeConfig(CONFIG, 'RobertaForMaskedLM')));
    expect(written).not.toContain('encoder_ln_mode');
    expect(written).not.toContain('layernorm_embedding');
    expect([CONFIG, preLn, { ...CONFIG, layernorm_embedding: false }].map(opensInTransformers)).toEqual([true, false, false]);
  });

  it('names the class that has the heads', () => {
    const bert: ModelConfig = { ...CONFIG, model_type: 'bert' };
    expect(architectureOf(bert, [])).toBe('BertModel');
    expect(architectureOf(bert, ['masked-lm', 'classification'])).toBe('BertForSequenceClassification');
    expect(architectureOf(bert, ['next-sentence', 'masked-lm'])).toBe('BertForPreTraining');
    expect(architectureOf(CONFIG, ['masked-lm'])).toBe('RobertaForMaskedLM');
    expect(architectureOf(CONFIG, [])).toBe('RobertaModel');
  });

  it('lists every bad field in one error', () => {
    const hostile = { model_type: 'gpt2', hidden_size: 1e9, num_hidden_layers: 1e6, num_attention_heads: '4', vocab_size: -1, hidden_act: 'swish', id2label: [], hidden_dropout_prob: 1 };
    const names = Object.keys(hostile);
    const message = (() => {
      try {
        read(hostile);
        return '';
      } catch (error) {
        return String(error);
      }
    })();
    expect(names.filter((name) => !message.includes(name))).toEqual([]);
    expect(message).toContain('hidden_size: 1000000000');
  });

  it.each([
    [{ hidden_size: 33, num_attention_heads: 5 }, /divisor of hidden_size \(33\)/],
    [{ num_hidden_layers: 0 }, /num_hidden_layers: an integer from 1 to 48/],
    [{ num_hidden_layers: 2.5 }, /num_hidden_layers/],
    [{ pad_token_id: 7, vocab_size: 7 }, /pad_token_id: an integer from 0 to 6/],
    [{ position_embedding_type: 'relative_key' }, /position_embedding_type: "absolute"/],
    [{ id2label: { 0: 'a', 2: 'b' } }, /id2label/],
    [{ id2label: { 0: 'a', 1: 'b' }, num_labels: 3 }, /num_labels: 2, as id2label has/],
    [{ layer_norm_eps: 'NaN' }, /layer_norm_eps/],
    [{ hidden_act: 'silu' }, /hidden_act: one of "gelu", "gelu_python".*got hidden_act: "silu"/s],
    [{ encoder_ln_mode: 'sandwich' }, /encoder_ln_mode: one of "post-ln", "pre-ln"/],
    [{ layernorm_embedding: 'yes' }, /layernorm_embedding: one of true, false/],
    [{ layer_norm_type: 'rmsnorm' }, /layer_norm_type: one of "pytorch", "apex"/],
    [{ problem_type: 'multi_label_classification' }, /problem_type: one of "single_label_classification", "regression"/],
    [{ classifier_dropout: 1 }, /classifier_dropout: a number from 0, below 1/],
    [{ pruned_heads: { 0: [1] } }, /pruned_heads: nothing: models that have it are not supported/],
    [{ quantization_config: { bits: 4 } }, /quantization_config: nothing/],
    [{ is_encoder_decoder: true }, /is_encoder_decoder: false/],
    [{ model_type: 'roberta', max_position_embeddings: 2 }, /max_position_embeddings: an integer from 3 to 16384/],
  ])('refuses %j', (fields, message) => expect(() => read({ model_type: 'bert', ...fields })).toThrow(message));

  it('refuses what is no JSON object', () => {
    for (const text of ['', '[]', '3', '{', 'null', '['.repeat(100_000)]) {
      expect(() => read(text)).toThrow(expect.objectContaining({ code: 'NotJson', where: 'config.json' }));
    }
    expect(() => read('<!doctype html><html></html>')).toThrow(expect.objectContaining({ code: 'UnsupportedFormat' }));
    expect(() => readConfig(Uint8Array.of(0x7b, 0x0a, 0xff), 'config.json')).toThrow(expect.objectContaining({ code: 'NotUtf8', where: 'config.json, line 2' }));
    expect(() => readConfig(new Uint8Array(2 ** 20 + 1), 'config.json')).toThrow(expect.objectContaining({ code: 'TooLarge' }));
  });

  it('is not fooled by prototypes', () => {
    expect(read('{"model_type":"bert","__proto__":{"hidden_size":24}}').hidden_size).toBe(768);
  });
});
