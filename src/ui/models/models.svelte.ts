import type { Opened } from '../../hub/open_remote.ts';
import { deleteModel, listModels, type ModelEntry } from '../../store/models.ts';
import type { RunRecord } from '../../store/types.ts';
import type { GivenFile } from '../../worker/protocol.ts';
import { withArchives } from '../state/dropped.ts';
import type { Setup } from '../state/setup.svelte.ts';
import { Inspector, WORKERS, type InspectorPorts } from './inspector.svelte.ts';
import { Saver } from './saver.svelte.ts';

/** The models that were made in this browser and are kept by name. */
export interface KeptModels {
  list(): Promise<readonly ModelEntry[]>;
  delete(name: string): Promise<void>;
}

const REAL: KeptModels = { list: () => listModels(), delete: (name) => deleteModel(name) };

/** What the view of models is made of; it outlives the view, so that an inspection goes on while another view is shown. */
export class Models {
  readonly inspector: Inspector;
  readonly saver: Saver;
  kept: readonly ModelEntry[] = $state.raw([]);

  constructor(ports: InspectorPorts = WORKERS, private readonly store: KeptModels = REAL) {
    this.inspector = new Inspector(ports);
    this.saver = new Saver(ports);
  }

  /** Inspects files as they were dropped or picked. */
  give(files: readonly GivenFile[]): void {
    const [only] = files;
    if (!only) return;
    this.inspector.inspect({ kind: 'files', files }, files.length === 1 ? only.name : (only.name.split('/').at(-2) ?? `${files.length} files`));
  }

  /** Inspects a fetched model; answers as the fetching reports it. */
  take({ name, files }: Opened): string {
    this.inspector.inspect({ kind: 'files', files: files.map((file) => ({ name: `${name}/${file.name}`, blob: file.blob })) }, name);
    return `“${name}” is here.`;
  }

  /** Inspects the student of a finished run. */
  async inspectRun({ id, name }: RunRecord, exported: (run: string) => Promise<readonly GivenFile[]>): Promise<void> {
    const files = await exported(id);
    this.inspector.inspect({ kind: 'files', files: files.map((file) => ({ name: `${name}/${file.name}`, blob: file.blob })) }, name);
  }

  /** Lists the kept models; a browser without storage keeps none. */
  async refresh(): Promise<void> {
    this.kept = await this.store.list().catch(() => []);
  }

  async remove(name: string): Promise<void> {
    await this.store.delete(name);
    await this.refresh();
  }

  /** Makes the model in view the teacher of the setup form; false when the form does not recognise it. */
  async useAsTeacher(setup: Setup): Promise<boolean> {
    const { source, model } = this.inspector;
    if (!source || !model) return false;
    if (source.kind === 'named') {
      setup.useNamed(source.name, model.config?.finetuning_task);
      return true;
    }
    return setup.give(await withArchives(source.files)).some(({ use }) => use === 'teacher');
  }
}
