import { describe, expect, it } from 'vitest';
import { TRAINING_COUNTS } from '../../src/data/labels.ts';
import { FAIRSEQ_GLUE, glueTraining } from '../../src/experiment/glue_recipes.ts';

describe('published recipes for GLUE', () => {
  it('have fairseq’s rates, batches and warm-up', () => {
    const rows = Object.fromEntries(Object.keys(FAIRSEQ_GLUE).map((name) => {
      const { learning_rate, per_device_train_batch_size, num_train_epochs, warmup_ratio } = glueTraining('fairseq', { name });
      return [name, [learning_rate, per_device_train_batch_size, num_train_epochs, warmup_ratio]];
    }));
    expect(rows).toEqual({
      mnli: [1e-5, 32, 10, 0.06], qnli: [1e-5, 32, 10, 0.06], qqp: [1e-5, 32, 10, 0.25], rte: [2e-5, 16, 10, 0.06],
      'sst-2': [1e-5, 32, 10, 0.06], mrpc: [1e-5, 16, 10, 0.06], cola: [1e-5, 16, 10, 0.06], 'sts-b': [2e-5, 16, 10, 0.06],
    });
    expect(glueTraining('fairseq', { name: 'rte' })).toMatchObject({ adam_beta2: 0.98, adam_epsilon: 1e-6, weight_decay: 0.1, max_grad_norm: 0, lr_scheduler_type: 'polynomial_decay' });
    expect(() => glueTraining('fairseq', { name: 'wnli' })).toThrow(expect.objectContaining({ code: 'usage', where: '--recipe' }));
  });

  it('have as many updates as ten passes over the training rows take, about', () => {
    for (const [task, counts] of Object.entries(TRAINING_COUNTS)) {
      const { updates, batch } = FAIRSEQ_GLUE[task]!;
      const passes = (updates * batch) / counts.reduce((a, b) => a + b);
      expect([task, passes > 9.4 && passes < 13.1]).toEqual([task, true]);
    }
  });

  it('have Hugging Face’s', () => {
    expect(glueTraining('huggingface', { name: 'mnli' })).toMatchObject({ learning_rate: 2e-5, per_device_train_batch_size: 32, num_train_epochs: 3, max_seq_length: 128, warmup_ratio: 0, weight_decay: 0 });
    expect(['mrpc', 'wnli', 'rte'].map((name) => glueTraining('huggingface', { name }).num_train_epochs)).toEqual([5, 5, 3]);
  });
});
