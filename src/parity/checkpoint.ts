import { Fault } from '../fault/fault.ts';
import { readConfig } from '../formats/config_json.ts';
import { readSafetensors, toFloat32 } from '../formats/safetensors.ts';
import { fromFile } from '../model/names.ts';
import type { Weights } from '../model/weights.ts';
import { readGolden, type GoldenFiles } from './golden_files.ts';

/** A checkpoint folder beside the numbers; Fault `bad-checkpoint` when its tensors are not those of its config. */
export async function readCheckpoint(files: GoldenFiles, folder: string): Promise<Weights> {
  const path = `${folder}/model.safetensors`;
  const config = readConfig(await readGolden(files, `${folder}/config.json`), `${files.name}/${folder}/config.json`);
  const { tensors } = readSafetensors(await readGolden(files, path), `${files.name}/${path}`);
  const host = [...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor, `${path}, tensor ${name}`) }] as const);
  const { weights, report } = fromFile(config, new Map(host));
  const wrong = [...report.missing.map((name) => `no ${name}`), ...report.unexpected.map((name) => `${name}, which it does not need`), ...report.misshaped.map(({ name, got }) => `${name} [${got.join(', ')}]`)];
  if (wrong.length === 0) return weights;
  throw new Fault({ code: 'bad-checkpoint', where: `${files.name}/${path}`, expected: 'the tensors of its config.json', got: wrong.slice(0, 3).join('; '), remedy: 'Give the checkpoint that belongs to this manifest.json.' });
}
