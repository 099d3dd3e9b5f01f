import { TASKS } from '../../data/tasks.ts';
import { BUNDLED_LAYERS, PRESETS, recipeForTask, TEXT_RECIPE, type Preset } from '../../experiment/presets.ts';
import { headsFor, studentWidths, widthNotes, type ModelWidths } from '../../experiment/student_shape.ts';
import type { Recipe } from '../../experiment/recipe.ts';
import { given } from '../../experiment/training_values.ts';
import type { GivenFile, GivenFiles } from '../../worker/protocol.ts';
import { adapted } from './layer_choice.ts';
import { layersOfConfig, recognise, widthsOfConfig, type Recognised, type Use } from './own_files.ts';
import { readPasted, type PageSources } from './paste.ts';
import { rowsFor } from './table_files.ts';
import { problemWith, recipeProblems, SCRATCH_RULES, type Draft, type Editable } from './settings.ts';
import { runName } from './run_name.ts';
import { newTerm, offeredIn, oneStage, twoStages } from './stages.ts';

const BUNDLED_WIDTHS: ModelWidths = { hidden_size: 64, num_attention_heads: 4, intermediate_size: 256 };

/** The experiment that a person is setting up. */
export class Setup {
  draft: Draft = $state(editable(PRESETS[0]!.recipe));
  preset: string = $state(PRESETS[0]!.name);
  /** Folders that the person gave, by use. */
  given: readonly Recognised[] = $state.raw([]);
  teacherLayers = $state(BUNDLED_LAYERS);
  teacherWidths: ModelWidths = $state.raw(BUNDLED_WIDTHS);
  /** The student's widths, and what is done where they are not its teacher's. */
  readonly studentWidths = $derived(studentWidths(this.draft.student, this.teacherWidths));
  readonly widthNotes = $derived(widthNotes(this.draft.stages.flatMap(({ objectives }) => objectives), this.studentWidths, this.teacherWidths));
  readonly problems = $derived(recipeProblems(this.draft, this.teacherLayers));

  /** Seeds to run after the form's own, with everything else equal. */
  seeds: readonly number[] = $state.raw([]);

  choosePreset(preset: Preset): void {
    this.seeds = [];
    this.preset = preset.name;
    this.draft = editable(preset.recipe);
    for (const folder of this.given) this.#use(folder);
    void this.readTeacher();
  }

  /** A task's labelled rows, or text with masked words: with the teacher, the rows and the loss to begin with there. */
  chooseKind(kind: 'distill' | 'distill-text'): void {
    if (kind === this.draft.kind) return;
    this.draft.kind = kind;
    const { name, data, teacher, stages } = this.#original();
    Object.assign(this.draft, { name, data, teacher, stages });
    delete this.draft.training.aug;
    this.preset = '';
    for (const folder of this.given) this.#use(folder);
    void this.readTeacher();
  }

  /** The generated corpus, or a stored set of samples, whose length is read whole. */
  chooseText(set: { readonly id: string; readonly name: string; readonly maxSeqLength: number } | undefined): void {
    if (this.draft.kind !== 'distill-text') this.chooseKind('distill-text');
    this.draft.data = set ? { kind: 'folder', name: set.name, samples: set.id } : this.#original().data;
    if (set) this.draft.training.max_seq_length = Math.max(this.draft.training.max_seq_length, set.maxSeqLength);
    this.preset = '';
  }

  /** The recipe that the page begins with, of what is trained on now. */
  #original(): Draft {
    return editable(this.draft.kind === 'distill-text' ? TEXT_RECIPE : recipeForTask(this.draft.task));
  }

  /** Another task, with the bundled teacher of that task where one was in use. */
  chooseTask(task: string): void {
    const { teacher, name } = editable(recipeForTask(task));
    const tables = this.given.find(({ use }) => use === 'data');
    if (tables && this.draft.data.kind === 'folder' && this.draft.data.samples === undefined) this.draft.data = editable(rowsFor(task, tables, this.#recipe()));
    this.draft.task = task;
    this.draft.name = name;
    if (this.draft.teacher.kind === 'bundled') this.draft.teacher = teacher;
    this.preset = PRESETS.find(({ recipe }) => recipe.kind === 'distill' && recipe.task === task)?.name ?? '';
  }

  chooseDepth(layers: number): void {
    const { student } = this.draft;
    student.num_hidden_layers = layers;
    const fits = Number.isInteger(layers) && layers >= 1 && layers <= this.teacherLayers;
    if (fits && student.init.kind === 'layers') student.init.layers = adapted(student.init.layers, layers, this.teacherLayers);
  }

  /** A width of the student; the teacher's own is none. */
  chooseWidth(name: 'hidden_size' | 'num_attention_heads', value: number): void {
    const { student } = this.draft;
    delete student[name];
    if (studentWidths(student, this.teacherWidths)[name] !== value) student[name] = value;
  }

  /** The teacher's layers that the student starts from; null for random weights. */
  chooseLayers(layers: readonly number[] | null): void {
    this.draft.student.init = layers ? { kind: 'layers', layers: [...layers] } : { kind: 'random' };
  }

  /** One stage with all terms together, or hidden layers first and predictions after. */
  chooseStages(count: 1 | 2): void {
    this.draft.stages = editable((count === 1 ? oneStage : twoStages)(this.#stages(), this.draft.kind));
  }

  /** Another objective in the place of one; a term begins with the objective's own numbers. */
  chooseObjective(stage: number, term: number, name: string): void {
    this.draft.stages[stage]?.objectives.splice(term, 1, editable(newTerm(name)));
  }

  /** One more term: the first objective that the stage does not have yet. */
  addObjective(stage: number): void {
    const terms = this.draft.stages[stage]?.objectives;
    const offered = offeredIn(this.draft);
    const next = offered.find(({ name }) => !terms?.some((term) => term.name === name)) ?? offered[0];
    if (next) terms?.push(editable(newTerm(next.name)));
  }

  removeObjective(stage: number, term: number): void {
    this.draft.stages[stage]?.objectives.splice(term, 1);
  }

  /** Fills the form from a command line and says how it was read; UsageError when it cannot be understood. */
  paste(line: string): readonly string[] {
    const { recipe, seeds, notes } = readPasted(line, this.sources());
    this.draft = editable(recipe);
    this.seeds = seeds;
    this.preset = '';
    void this.readTeacher();
    return notes;
  }

  /** What a pasted line can use of the page. */
  sources(): PageSources {
    const { task, teacher, data, tokenizer } = this.#recipe();
    return { teacherLayers: this.teacherLayers, task, teacher, data, ...given({ files: this.files.data, tokenizer }) };
  }

  /** As released, the teacher keeps its dropout too. */
  chooseFidelity(fidelity: Recipe['fidelity']): void {
    this.draft.fidelity = fidelity;
    this.draft.dropout.teacher = fidelity === 'released';
  }

  #stages(): Recipe['stages'] {
    return this.#recipe().stages;
  }

  /** What the form says now, as a plain value. */
  #recipe(): Recipe {
    return $state.snapshot(this.draft) as Recipe;
  }

  chooseTeacher(kind: 'bundled' | 'folder' | 'scratch'): void {
    const folder = this.given.find((g) => g.use === 'teacher')?.folder ?? '';
    const teachers: Record<typeof kind, () => Draft['teacher']> = {
      bundled: () => this.#original().teacher,
      folder: () => ({ kind: 'folder', name: folder }),
      scratch: () => ({ kind: 'scratch', num_hidden_layers: 12, hidden_size: 64 }),
    };
    this.draft.teacher = teachers[kind]();
    void this.readTeacher();
  }

  /** A model below `models/`, or made under such a name, as the teacher; with the task that it was finetuned on. */
  useNamed(name: string, task: string | undefined): void {
    if (task !== undefined && TASKS.some((known) => known.name === task)) this.chooseTask(task);
    this.draft.teacher = { kind: 'bundled', name };
    void this.readTeacher();
  }

  /** Another shape for a teacher that is trained here. */
  chooseScratch(shape: { num_hidden_layers?: number; hidden_size?: number }): void {
    if (this.draft.teacher.kind !== 'scratch') return;
    Object.assign(this.draft.teacher, shape);
    const layers = this.draft.teacher.num_hidden_layers;
    if (problemWith(SCRATCH_RULES.num_hidden_layers, layers) === undefined) void this.readTeacher();
  }

  /** Takes the folders that are recognised among the files; those of the same use are replaced. */
  give(files: readonly GivenFile[]): readonly Recognised[] {
    const found = recognise(files);
    this.given = [...this.given.filter((old) => !found.some((f) => f.use === old.use)), ...found];
    for (const folder of found) this.#use(folder);
    void this.readTeacher();
    return found;
  }

  /** Takes a table without a file, e.g. rows that were pasted. */
  giveRows(name: string, blob: Blob): void {
    const table: Recognised = { use: 'data', folder: name, found: name, files: [{ name, blob }], others: [] };
    this.given = [...this.given.filter((old) => old.use !== 'data'), table];
    this.draft.data = { kind: 'folder', name, train_file: name };
  }

  takeBack(use: Use): void {
    this.given = this.given.filter((g) => g.use !== use);
    const original = this.#original();
    if (use === 'data') this.draft.data = original.data;
    if (use === 'teacher') this.draft.teacher = original.teacher;
    if (use === 'tokenizer') delete this.draft.tokenizer;
    void this.readTeacher();
  }

  get files(): GivenFiles {
    return Object.fromEntries(this.given.map((g) => [g.use, g.files]));
  }

  /** The recipes to run one after another, as plain values, each named after what tells it apart. */
  recipes(): Recipe[] {
    const recipe = this.#recipe();
    return [recipe.training.seed, ...this.seeds].map((seed) => {
      const run = { ...recipe, training: { ...recipe.training, seed } };
      return { ...run, name: runName(run) };
    });
  }

  /** Learns the teacher's depth from its `config.json`, and lets the lines to its layers follow. */
  async readTeacher(): Promise<void> {
    const before = this.teacherLayers;
    const config = await this.#teacherConfig();
    const layers = (config === undefined ? undefined : layersOfConfig(config)) ?? BUNDLED_LAYERS;
    this.teacherLayers = layers;
    this.teacherWidths = (config === undefined ? undefined : widthsOfConfig(config)) ?? BUNDLED_WIDTHS;
    const { student } = this.draft;
    if (layers === before || student.init.kind !== 'layers') return;
    const depth = Math.min(student.num_hidden_layers, layers);
    student.num_hidden_layers = depth;
    student.init.layers = adapted(student.init.layers, depth, layers, before);
  }

  /** The text of the teacher's `config.json`; undefined where there is none. */
  async #teacherConfig(): Promise<string | undefined> {
    const { teacher } = this.draft;
    if (teacher.kind === 'scratch') return JSON.stringify({ ...teacher, num_attention_heads: headsFor(teacher.hidden_size), intermediate_size: 4 * teacher.hidden_size });
    if (teacher.kind === 'folder') return this.given.find((g) => g.use === 'teacher')?.files.find((file) => file.name === 'config.json')?.blob.text();
    if (teacher.kind !== 'bundled') return undefined;
    const answer = await fetch(new URL(`models/${teacher.name}/config.json`, document.baseURI)).catch(() => undefined);
    return answer?.ok ? answer.text() : undefined;
  }

  #use({ use, folder, files }: Recognised): void {
    if (use === 'data') this.draft.data = editable(rowsFor(this.draft.task, { folder, files }));
    if (use === 'teacher') this.draft.teacher = { kind: 'folder', name: folder };
    if (use === 'tokenizer') this.draft.tokenizer = { kind: 'folder', name: folder };
  }
}

/** A plain value as one that can be written to. */
function editable<T>(value: T): Editable<T> {
  return structuredClone(value) as Editable<T>;
}
