import { BUNDLED_BASE } from '../../experiment/presets.ts';
import type { ModelSource, Recipe } from '../../experiment/recipe.ts';
import { CHAIN_MODELS, chainRows, DISTIL_STEPS, TASK_EPOCHS, TEXT_TO_GLUE_DEFAULTS, type ChainResult, type ChainRow } from '../../experiment/text_to_glue.ts';
import { pretrainingRun, taskRun, textRuns, type ChainChoice, type ChainRun } from '../../experiment/text_to_glue_recipes.ts';
import { sha256OfText } from '../../store/digest.ts';
import type { SampleSet } from '../../store/samples.ts';
import type { RunRecord } from '../../store/types.ts';
import type { Lab, PlannedRun } from '../state/lab.svelte.ts';
import { whole } from '../state/number_rule.ts';

/** A run of the chain under the id that it is stored by. */
export interface ChainStep extends ChainRun {
  readonly run: string;
}

/** Layers and width of a teacher that is pretrained here first: those of the bundled one. */
const SHAPE = { num_hidden_layers: 12, hidden_size: 64 } as const;
const STUDENT_LAYERS = 3;

export const CHAIN_RULES = {
  steps: whole('Updates on text', 1, 1_000_000, 'of the student, with and without a teacher'),
  epochs: whole('Epochs on a task', 1, 1000, 'of each of the three models'),
} as const;

/** Methods to choose from, as `--method` names them. */
export const CHAIN_METHODS = { masked_lm_distill: 'Masked words', att_kl: 'Attention, KL', att_mse: 'Attention, MSE', hidden_mse: 'Hidden states', hidden_cls: 'First tokens', minilm_v2: 'MiniLMv2' } as const;

/**
 * A chain from text to tasks: a teacher, its student and a student without a teacher, finetuned and compared.
 *
 * A run is stored under a digest of its recipe, so that the same choice finds what is finished, and goes on with what is not.
 */
export class Chain {
  teacher: 'bundled' | 'scratch' = $state('bundled');
  /** Id of a stored set of samples; empty for the generated corpus. */
  text = $state('');
  method: keyof typeof CHAIN_METHODS = $state('masked_lm_distill');
  tasks: readonly string[] = $state.raw(TEXT_TO_GLUE_DEFAULTS.tasks);
  steps = $state(DISTIL_STEPS);
  epochs = $state(TASK_EPOCHS);
  /** The runs of the present choice, in their order. */
  planned: readonly ChainStep[] = $state.raw([]);

  /** Names the runs of what is chosen; those of an earlier choice that is not waited for are forgotten. */
  async plan(sets: readonly SampleSet[]): Promise<void> {
    const set = sets.find(({ id }) => id === this.text);
    const choice: ChainChoice = {
      layers: SHAPE.num_hidden_layers, steps: this.steps, epochs: this.epochs, method: this.method,
      ...(set ? { text: textOf(set) } : {}),
    };
    const turn = (this.#turn += 1);
    const planned = await stepsOf(choice, this.teacher, this.tasks);
    if (turn === this.#turn) this.planned = planned;
  }
  #turn = 0;

  /** The runs that are not finished. */
  left(runs: readonly RunRecord[]): readonly PlannedRun[] {
    return this.planned.filter(({ run }) => recordOf(run, runs)?.state !== 'done').map(({ run, recipe }) => ({ run, recipe }));
  }

  /** Whether the run in work, or one that waits, is of this chain. */
  isRunning({ busy, current }: Pick<Lab, 'busy' | 'current'>): boolean {
    return busy && this.planned.some(({ run }) => run === current?.view.run);
  }

  /** The table, as far as its runs are finished. */
  rows(runs: readonly RunRecord[]): readonly ChainRow[] {
    return chainRows(this.planned.flatMap(({ part, run }): ChainResult[] => {
      const record = recordOf(run, runs);
      return record?.state === 'done' ? [{ part, rows: record.rows }] : [];
    }));
  }
}

/** A stored set as the text of a chain; one that was made here keeps its tokenizer. */
function textOf({ id, name, maxSeqLength, vocabularyName }: SampleSet): NonNullable<ChainChoice['text']> {
  const source = { kind: 'folder', name, samples: id } as const;
  return { data: source, length: maxSeqLength, ...(vocabularyName === '' ? {} : { tokenizer: source }) };
}

function recordOf(run: string, runs: readonly RunRecord[]): RunRecord | undefined {
  return runs.find(({ id }) => id === run);
}

/** The runs of a choice; each starts from the stored models of the ones before. */
async function stepsOf(choice: ChainChoice, teacher: Chain['teacher'], tasks: readonly string[]): Promise<readonly ChainStep[]> {
  const steps: ChainStep[] = [];
  const add = async (run: ChainRun): Promise<ModelSource> => {
    const step = { ...run, run: await idOf(run.recipe) };
    steps.push(step);
    return { kind: 'stored', run: step.run };
  };
  const from: ModelSource = teacher === 'bundled' ? { kind: 'bundled', name: BUNDLED_BASE } : await add(pretrainingRun(choice, { kind: 'scratch', ...SHAPE }));
  const [student, alone] = textRuns(choice, from);
  const sources = { teacher: from, student: await add(student!), alone: await add(alone!) };
  for (const task of tasks) for (const model of CHAIN_MODELS) await add(taskRun(choice, task, model, sources[model], model === 'teacher' ? choice.layers : STUDENT_LAYERS));
  return steps;
}

/** Equal recipes have equal ids, wherever they are computed. */
async function idOf({ backend: _free, ...recipe }: Recipe): Promise<string> {
  return `chain-${(await sha256OfText(JSON.stringify(recipe))).slice(0, 24)}`;
}
