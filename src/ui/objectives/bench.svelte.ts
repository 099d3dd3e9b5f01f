import { BENCH_ROWS, BENCH_SIZES, benchRecipe, type BenchEvent, type BenchRefusal, type BenchReport, type BenchRow } from '../../experiment/objective_bench.ts';
import { BUNDLED_LAYERS, DEFAULT_RECIPE } from '../../experiment/presets.ts';
import type { Recipe } from '../../experiment/recipe.ts';
import type { FaultReport } from '../../fault/fault.ts';
import type { Event, GivenFiles } from '../../worker/protocol.ts';
import { LAYER_CHOICES } from '../state/layer_choice.ts';
import type { Trainer } from '../state/ports.ts';


/** What a person chooses of a bench. */
export interface BenchChoice {
  /** The bundled models of a task, or those of the form in the lab. */
  models: 'bundled' | 'form';
  task: string;
  layers: number;
  /** Name of a layer choice, or `random`. */
  init: string;
  size: (typeof BENCH_SIZES)[number]['name'];
  seed: number;
  fidelity: Recipe['fidelity'];
}

/** The experiment that is set up in the lab: what it would run, and the files it needs. */
export interface FormModels {
  readonly recipe: Recipe;
  readonly files: GivenFiles;
}

/** How far the bench is. */
export type BenchProgress = Omit<Extract<BenchEvent, { kind: 'progress' }>, 'kind'>;

/** The objective bench of the page; what it found stays until the next one begins. */
export class Bench {
  choice: BenchChoice = $state({ models: 'bundled', task: DEFAULT_RECIPE.task, layers: 3, init: 'spread', size: 'default', seed: 42, fidelity: 'corrected' });
  state: 'idle' | 'running' | 'stopping' | 'stopped' | 'done' | 'failed' = $state('idle');
  progress: BenchProgress | undefined = $state.raw();
  rows: readonly BenchRow[] = $state.raw([]);
  refused: readonly BenchRefusal[] = $state.raw([]);
  report: BenchReport | undefined = $state.raw();
  fault: FaultReport | undefined = $state.raw();
  /** The objective that is looked at closely. */
  chosen = $state('kd');
  /** Below 0, apart from the numbers of the lab's questions. */
  #id = 0;

  constructor(readonly trainer: Trainer) {}

  /** Listens to the worker; returns what stops it. */
  begin(): () => void {
    return this.trainer.listen((event) => this.#take(event));
  }

  get running(): boolean {
    return this.state === 'running' || this.state === 'stopping';
  }

  /** Begins a bench of these objectives; `form` is what the lab's form describes. */
  start(objectives: readonly string[], form: FormModels | undefined): void {
    const given = this.choice.models === 'form' ? form : undefined;
    this.state = 'running';
    this.progress = this.report = this.fault = undefined;
    this.rows = [];
    this.refused = [];
    this.#id -= 1;
    const job = { recipe: given ? this.#ofForm(given.recipe) : this.#bundled(), objectives };
    this.trainer.send({ type: 'bench', id: this.#id, job, ...(given ? { files: given.files } : {}) });
  }

  stop(): void {
    this.state = 'stopping';
    this.trainer.send({ type: 'stop-bench' });
  }

  #bundled(): Recipe {
    const { task, layers, init, seed } = this.choice;
    const recipe = benchRecipe(task, BUNDLED_LAYERS, layers, this.#batch);
    const choice = LAYER_CHOICES.find(({ name }) => name === init);
    const begins: Recipe['student']['init'] = choice ? { kind: 'layers', layers: choice.layers(layers, BUNDLED_LAYERS) } : { kind: 'random' };
    return this.#with({ ...recipe, student: { num_hidden_layers: layers, init: begins }, training: { ...recipe.training, seed } });
  }

  /** The form's models and rows, on a batch of the bench's size. */
  #ofForm(recipe: Recipe): Recipe {
    const data = recipe.data.kind === 'mini-glue' ? { ...recipe.data, train_rows: BENCH_ROWS, dev_rows: 1 } : recipe.data;
    return this.#with({ ...recipe, data, training: { ...recipe.training, per_device_train_batch_size: this.#batch } });
  }

  #with(recipe: Recipe): Recipe {
    return { ...recipe, fidelity: this.choice.fidelity };
  }

  get #batch(): number {
    return BENCH_SIZES.find(({ name }) => name === this.choice.size)!.rows;
  }

  #take(event: Event): void {
    if ((event.type !== 'bench' && event.type !== 'fault') || event.id !== this.#id || !this.running) return;
    if (event.type === 'fault') {
      this.fault = event.fault;
      this.#end('failed');
    } else this.#hear(event.event);
  }

  #hear(event: BenchEvent): void {
    const heard: { readonly [K in BenchEvent['kind']]: (event: Extract<BenchEvent, { kind: K }>) => void } = {
      progress: ({ kind: _kind, ...progress }) => (this.progress = progress),
      row: ({ row }) => (this.rows = [...this.rows, row]),
      refused: ({ refusal }) => (this.refused = [...this.refused, refusal]),
      done: ({ report }) => {
        this.report = report;
        this.#end('done');
      },
      stopped: () => this.#end('stopped'),
    };
    heard[event.kind](event as never);
  }

  #end(state: 'stopped' | 'done' | 'failed'): void {
    this.state = state;
    this.progress = undefined;
  }
}
