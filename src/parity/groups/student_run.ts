import type { ObjectiveTerm, TrainingArguments } from '../../experiment/recipe.ts';
import { bindTerms, objectiveTensors } from '../../lab/bound_terms.ts';
import { classifierLoop } from '../../lab/classifier_training.ts';
import { shapeOf } from '../../lab/teacher_pass.ts';
import type { ModelConfig } from '../../model/config.ts';
import { ourName } from '../../model/names.ts';
import { dispose, download, upload, type HostTensor, type Weights } from '../../model/weights.ts';
import type { LabelledBatch } from '../../train/batches.ts';
import type { StepLosses } from '../../train/job.ts';
import type { OptimizationArguments } from '../../train/optimization.ts';
import type { ParameterGroup } from '../../train/parameter_groups.ts';
import type { GoldenTensors } from '../golden_tensors.ts';

/** One stage of a whole run: what is minimised, how, and on which batches. */
export interface RunSpec {
  readonly teacher: Weights;
  readonly student: { readonly config: ModelConfig; readonly tensors: ReadonlyMap<string, HostTensor> };
  readonly terms: readonly ObjectiveTerm[];
  /** Projections as they begin, by the name that the objective gives them. */
  readonly projection?: ReadonlyMap<string, HostTensor>;
  readonly options: OptimizationArguments;
  readonly groups: readonly ParameterGroup[];
  readonly reduction: StepLosses['reduction'];
  /** Updates that the schedule counts towards, and those that are made. */
  readonly total: number;
  readonly steps: number;
  readonly batchAt: (step: number) => LabelledBatch;
}

/** What a run leaves behind. */
export interface RunRecord {
  readonly losses: readonly number[];
  readonly norms: readonly number[];
  readonly rates: readonly number[];
  /** The student's parameters by our names. */
  readonly student: ReadonlyMap<string, HostTensor>;
  /** Projections by the name that the objective gives them. */
  readonly projection: ReadonlyMap<string, HostTensor>;
}

/** Trains a student in the released form, through the loop that trains every classifier of the lab. */
export async function runStudent(spec: RunSpec): Promise<RunRecord> {
  const { teacher, student } = spec;
  const parameters = upload({ ...student, heads: [] }, true);
  const frozen = upload(teacher, false);
  const shared = { student: shapeOf(student.config), teacher: shapeOf(teacher.config), fidelity: 'released' as const, seed: 0 };
  const terms = bindTerms(spec.terms, shared);
  const prefix = terms[0]?.prefix ?? '';
  const given = new Map([...(spec.projection ?? [])].map(([name, tensor]) => [prefix + name, tensor]));
  const trained = objectiveTensors('trained', terms, given);
  const loop = classifierLoop({
    config: student.config,
    parameters,
    terms,
    trained,
    memory: new Map(),
    teacher: { config: teacher.config, parameters: frozen, needsLogits: terms.some(({ objective }) => objective.needs.teacherLogits), dropout: false },
    examples: [],
    options: { ...UNUSED, ...spec.options },
    steps: spec.total,
    first: 0,
    padId: student.config.pad_token_id,
    fidelity: 'released',
    dropout: { student: false, teacher: false },
    batchAt: spec.batchAt,
    groups: spec.groups,
    reduction: spec.reduction,
  });
  try {
    const events = [];
    for (let step = 0; step < spec.steps; step++) events.push(await loop.next());
    const projection = new Map([...(await download(trained))].map(([name, tensor]) => [name.slice(prefix.length), tensor]));
    return {
      losses: events.map(({ loss }) => loss),
      norms: events.map(({ grad_norm }) => grad_norm),
      rates: events.map(({ learning_rate }) => learning_rate),
      student: await download(parameters),
      projection,
    };
  } finally {
    loop.dispose();
    [parameters, frozen, trained].forEach(dispose);
  }
}

/** Arguments that only the drawing of batches reads; here they are given. */
const UNUSED: Pick<TrainingArguments, 'seed' | 'num_train_epochs' | 'max_steps' | 'per_device_train_batch_size' | 'max_seq_length' | 'eval_steps'> = {
  seed: 0, num_train_epochs: 1, max_steps: 0, per_device_train_batch_size: 1, max_seq_length: 1, eval_steps: 0,
};

/** Tensors below a prefix as those of a model, by our names. */
export function hostTensors(tensors: GoldenTensors, prefix: string): Map<string, HostTensor> {
  return new Map(tensors.names(prefix).map((name) => [ourName(name.slice(prefix.length)), { shape: tensors.shape(name), data: tensors.floats(name) }]));
}

/** Batch `step` of inputs [steps, B, T]; types, mask and labels where the file has them. */
export function givenBatch(tensors: GoldenTensors, { pad_token_id }: ModelConfig, step: number): LabelledBatch {
  const [, size = 0, length = 0] = tensors.shape('inputs/input_ids');
  const part = (name: string, width: number) => tensors.integers(name).slice(step * width, (step + 1) * width);
  const or = (name: string, width: number, otherwise: () => Int32Array) => (tensors.has(name) ? part(name, width) : otherwise());
  const ids = part('inputs/input_ids', size * length);
  const mask = or('inputs/attention_mask', size * length, () => ids.map((id) => Number(id !== pad_token_id)));
  const typeIds = or('inputs/token_type_ids', size * length, () => new Int32Array(ids.length));
  const labels = or('inputs/class_labels', size, () => new Int32Array(size));
  return { size, length, ids, typeIds, mask: Float32Array.from(mask), labels, indices: [...Array(size).keys()] };
}
