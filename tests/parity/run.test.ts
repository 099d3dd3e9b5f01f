import { beforeAll, describe, expect, it, vi } from 'vitest';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { totalLine } from '../../src/parity/report.ts';
import { folderOnDisk } from '../../scripts/golden/disk.ts';
import { open } from '../tensor/backends.ts';
import { folder, named, OWN, results, tensorFile, tensorsOf } from './golden_folders.ts';

// Whole runs, which a busy machine makes long.
vi.setConfig({ testTimeout: 240_000 });

const SHARED = resolve(import.meta.dirname, '../../../shared/golden');
const TOKENIZERS = resolve(import.meta.dirname, '../../../shared/data/tokenizers');

beforeAll(() => open('wasm'));

describe('the reference numbers', () => {
  it('hold for every group of the repository', async () => {
    const all = await results(folder(OWN));
    expect(named(all, 'failed')).toEqual([]);
    const kinds = new Set(all.filter(({ status }) => status === 'passed').map(({ group }) => group[0]));
    expect([...kinds].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(all.filter(({ group, status }) => status === 'skipped' && !group.startsWith('t_'))).toEqual([]);
  });

  it.skipIf(!existsSync(SHARED))(`hold for the whole folder${existsSync(SHARED) ? '' : ' (skipped: no ../shared/golden)'}`, async () => {
    const all = await results(folderOnDisk(SHARED), { tokenizers: folderOnDisk(TOKENIZERS) });
    expect(named(all, 'failed')).toEqual([]);
    expect(named(all, 'skipped')).toEqual([]);
    expect(totalLine(all)).toMatch(/^\d{3} passed, 0 failed, 0 skipped$/);
  });
});

describe('a number that was changed', () => {
  /** One tensor of a group's file multiplied by a factor in one place, where it is largest. */
  const perturbed = (file: string, name: string, factor: number) => {
    const tensors = tensorsOf(file);
    const { data } = tensors.get(name)!;
    const sizes = Array.from(data, (value) => (Number.isFinite(value) ? Math.abs(value) : 0));
    const at = sizes.indexOf(Math.max(...sizes));
    data[at]! *= factor;
    return folder(OWN, { [file]: tensorFile(tensors) });
  };

  it.each([
    ['b_task_specific', 'att_kl_learn', 'expected/att_kl_learn/loss_att', 1 + 1e-4],
    ['b_task_specific', 'pkd', 'grad/pkd/student.hidden.1', 1 + 1e-3],
    ['b_task_agnostic', 'pear_col', 'expected/pear_col/inter_head', 1 - 1e-4],
    ['b_crd', 'step1', 'expected/step1.memory_v2_after', 1 + 1e-4],
    ['c_torch_optim', 'adamw_b98_wd001', 'expected/adamw_b98_wd001/param_after_each_step/embeddings.word_embeddings.weight', 1 + 1e-4],
    ['c_clip', 'torch_max1', 'expected/torch_max1/total_norm', 1 + 1e-5],
    ['c_lr_fairseq', 'small', 'expected/small/lr_after_step_update', 1 + 1e-5],
    ['e_pretraining_data', 'nsp', 'expected/nsp/masked_lm_ids', 2],
    ['d_task_agnostic_e2e', 'minilm_v2', 'expected/minilm_v2/loss_per_step', 1 + 1e-3],
  ])('fails %s/%s and nothing else', async (group, name, tensor, factor) => {
    const all = await results(perturbed(`${group}.safetensors`, tensor, factor), { group });
    expect(named(all, 'failed')).toEqual([`${group}/${name}`]);
    expect(all.find((one) => one.name === name)?.why).toContain(tensor);
    expect(named(all, 'passed').length).toBeGreaterThan(0);
  });

  it('fails an encoder whose checkpoint is another', async () => {
    const tensors = tensorsOf('a3_roberta/model.safetensors');
    tensors.get('roberta.encoder.layer.2.attention.self.value.weight')!.data[5]! += 0.01;
    const all = await results(folder(OWN, { 'a3_roberta/model.safetensors': tensorFile(tensors) }), { group: 'a3' });
    expect(named(all, 'passed')).toEqual([]);
  });

  it('is let pass on a GPU only within the wider tolerance', async () => {
    const files = perturbed('b_task_specific.safetensors', 'expected/pkd/loss', 1 + 1e-4);
    const failed = async (gpu: boolean) => named(await results(files, { group: 'b_task_specific', gpu }), 'failed');
    expect(await failed(false)).toEqual(['b_task_specific/pkd']);
    expect(await failed(true)).toEqual([]);
  });
});
