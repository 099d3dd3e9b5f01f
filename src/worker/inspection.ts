import { Fault } from '../fault/fault.ts';
import type { SafetensorsTensor } from '../formats/safetensors.ts';
import { tensorStats } from '../formats/tensor_stats.ts';
import { givenFolder } from '../hub/given.ts';
import { filesFolder, type Folder } from '../hub/folder.ts';
import { readAsIs, tensorLine, type ModelAsIs } from '../hub/inspect.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import { urlFolder } from '../hub/url_folder.ts';
import { zipFiles } from '../hub/zip.ts';
import { convertFolder } from '../lab/convert.ts';
import { reportOf } from '../lab/fit_report.ts';
import type { StoredModel } from '../store/types.ts';
import type { InspectedModel, InspectEvent, InspectorTask, InspectSource, MaybeStats, SaveTask } from './inspector_protocol.ts';

/** What an inspection needs of the world. */
export interface InspectionPorts {
  /** Address below which `models/` lies, with a slash at the end. */
  readonly baseUrl: string;
  /** A model that was made in this browser and kept under a name. */
  readonly kept: (name: string) => Promise<StoredModel | undefined>;
  readonly now: () => number;
  readonly tell: (event: InspectEvent) => void;
}

/** Milliseconds after which statistics are told, however few there are. */
const TELL = 100;
/** Characters of config.json that are shown. */
const SHOWN = 20_000;

/** Does a task and tells how it goes; rejects with a Fault. */
export function perform(task: InspectorTask, ports: InspectionPorts): Promise<void> {
  return task.type === 'save' ? save(task, ports) : inspect(task.source, ports);
}

/** Reads a model, tells what it is, then tells the statistics of its tensors, one after another. */
async function inspect(source: InspectSource, ports: InspectionPorts): Promise<void> {
  const { tell } = ports;
  const folder = await open(source, ports);
  const found = await readAsIs(folder, { onProgress: (file, done, total) => tell({ type: 'reading', file, done, total }) });
  tell({ type: 'model', model: described(found) });
  measure([...found.raw.values()], ports);
  tell({ type: 'done' });
}

/** Reads a model whole and tells the files of its folder. */
async function save({ source, name, dtype, form }: SaveTask, ports: InspectionPorts): Promise<void> {
  const folder = await open(source, ports);
  const { files } = await convertFolder(folder, { name, dtype, onProgress: (file, done, total) => ports.tell({ type: 'reading', file, done, total }) });
  const blob = (bytes: Uint8Array) => new Blob([bytes.slice()]);
  const zip = () => new Blob([zipFiles(files.map((file) => ({ name: `${name}/${file.name}`, bytes: file.bytes })))], { type: 'application/zip' });
  ports.tell({ type: 'saved', files: form === 'zip' ? [{ name: `${name}.zip`, blob: zip() }] : files.map((file) => ({ name: file.name, blob: blob(file.bytes) })) });
}

const open = (source: InspectSource, ports: InspectionPorts): Promise<Folder> => FOLDERS[source.kind](source as never, ports);

type Opener<K extends InspectSource['kind']> = (source: Extract<InspectSource, { kind: K }>, ports: InspectionPorts) => Promise<Folder>;

const FOLDERS: { readonly [K in InspectSource['kind']]: Opener<K> } = {
  files: ({ files }) => givenFolder(files),

  async named({ name }, { baseUrl, kept }) {
    const folder = urlFolder(`${baseUrl}models/${name}/`, name);
    if (await folder.read('config.json')) return folder;
    const model = await kept(name);
    if (model) return keptFolder(name, model);
    throw new Fault({ code: 'no-such-model', where: `model ${name}`, expected: 'a bundled model of this name, or one that was made in this browser', got: 'neither', remedy: 'Start a run of its task: the teacher is made on its first use, and kept.' });
  },
};

/** A kept model as the files that it would have in a folder. */
function keptFolder(name: string, { config, tensors }: StoredModel): Folder {
  const weights = new Blob([writeSafetensors(tensors, { dtype: 'F32' }).slice()]);
  return filesFolder(name, [{ name: 'config.json', blob: new Blob([JSON.stringify(config, null, 2)]) }, { name: 'model.safetensors', blob: weights }]);
}

function described({ name, file, config, configBytes, configFault, raw }: ModelAsIs): InspectedModel {
  return {
    name,
    file,
    tensors: [...raw].map(([tensor, value]) => tensorLine(tensor, value)),
    ...(config ? { config, fit: reportOf(config, raw) } : {}),
    ...(configBytes ? { configText: new TextDecoder().decode(configBytes.subarray(0, 4 * SHOWN)).slice(0, SHOWN) } : {}),
    ...(configFault ? { configFault: configFault.toReport() } : {}),
  };
}

/** Tells statistics in the order of the tensors; many small ones go together. */
function measure(tensors: readonly SafetensorsTensor[], { now, tell }: InspectionPorts): void {
  let stats: MaybeStats[] = [];
  let [from, bytes, told] = [0, 0, now()];
  tensors.forEach((tensor, index) => {
    stats.push(tensorStats(tensor) ?? null);
    bytes += tensor.bytes.length;
    if (now() - told < TELL && index < tensors.length - 1) return;
    tell({ type: 'stats', from, stats, bytes });
    [stats, from, told] = [[], index + 1, now()];
  });
}
