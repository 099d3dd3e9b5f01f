import { describe, expect, it } from 'vitest';
import { isPretrainingLine, readPastedPretraining } from '../../../src/ui/state/paste_run_pretraining.ts';

const LINE = `python -m torch.distributed.launch run_pretraining.py --deepspeed --distillation --teacher_path models/teachers/bert-base-uncased \\
  --dataset_path ~/data/masked --tokenizer_name bert-base-uncased --hidden_size 768 --num_hidden_layers 6 --layer_selection 11 --max_steps 100000 --train_batch_size 1024 --train_micro_batch_size_per_gpu 256 --output_dir out \\
  --method hidden_mse
  --finetune_time_markers 0.5
  --student_initialize
`;
const FOLDERS = { teacher: { kind: 'folder', name: 'own-bert' }, data: { kind: 'folder', name: 'samples' }, tokenizer: { kind: 'folder', name: 'words' }, teacherLayers: 12 } as const;

describe('a pasted line of run_pretraining', () => {
  it('is recognised by its program or its options', () => {
    expect([LINE, 'npm run lab -- run_pretraining --seed 3', '--teacher_path x --method att_kl', 'npm run lab -- pretrain --teacher mini-bert', '--task rte', '{"a": 1}'].map(isPretrainingLine)).toEqual([true, true, true, false, false, false]);
  });

  it('is scaled where the page has no model of that name, and says so', () => {
    const { recipes, notes } = readPastedPretraining(LINE, { teacherLayers: 5 });
    expect(recipes).toMatchObject([{
      kind: 'distill-text', teacher: { kind: 'bundled', name: 'mini-bert' }, data: { kind: 'mini-glue', train_rows: 2000 }, stages: [{ objectives: [{ name: 'hidden_mse', mapping: '11' }] }],
      student: { num_hidden_layers: 6, hidden_size: 64, init: { layers: [1, 3, 5, 7, 9, 11] } }, training: { max_steps: 300, per_device_train_batch_size: 32, gradient_accumulation_steps: 1 },
    }]);
    expect(recipes[0]!.training).not.toHaveProperty('finetune_time_markers');
    expect(notes[0]).toBe('Ready to begin: pretraining_experiment, distilled from mini-bert.');
    expect(notes).toContain('--deepspeed: there is one device.');
    expect(notes.some((note) => note.startsWith('models/teachers/bert-base-uncased: a page cannot open a model by its path, so the line is scaled'))).toBe(true);
  });

  it('takes the folders that were given', () => {
    const { recipes, notes } = readPastedPretraining(LINE, FOLDERS);
    expect(recipes).toMatchObject([{ teacher: FOLDERS.teacher, data: FOLDERS.data, tokenizer: FOLDERS.tokenizer, student: { hidden_size: 768 }, training: { max_steps: 100_000, per_device_train_batch_size: 256, gradient_accumulation_steps: 4 } }]);
    expect(notes).toContain('models/teachers/bert-base-uncased: the folder own-bert under “Your own files” is used.');
  });

  it('begins with random weights without a teacher', () => {
    const { recipes } = readPastedPretraining('run_pretraining --num_hidden_layers 2 --hidden_size 30 --num_attention_heads 3 --intermediate_size 77 --max_steps 5', { teacherLayers: 12 });
    expect(recipes).toMatchObject([{ kind: 'pretrain', student: { num_hidden_layers: 2 }, teacher: { kind: 'scratch', num_hidden_layers: 2, hidden_size: 30, architecture: { num_attention_heads: 3, intermediate_size: 77, encoder_ln_mode: 'pre-ln' } } }]);
  });
});
