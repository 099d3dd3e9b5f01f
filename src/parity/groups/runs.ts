import { methodNamed, type MethodTerm, type ReferenceHalf } from '../../distill/methods.ts';
import { ourName } from '../../model/names.ts';
import { studentConfig } from '../../model/student_init.ts';
import type { Weights } from '../../model/weights.ts';
import type { OptimizationArguments } from '../../train/optimization.ts';
import { readCheckpoint } from '../checkpoint.ts';
import type { Comparison, Rule } from '../comparison.ts';
import type { GoldenTensors } from '../golden_tensors.ts';
import { ownsCase, type GoldenCase, type Group, type Plan, type Planner, type SkippedCase } from '../group.ts';
import { badManifest, type Options } from '../options.ts';
import { givenBatch, hostTensors, runStudent, type RunRecord, type RunSpec } from './student_run.ts';

/** A group of whole runs, and the runs that other ones start from. */
class Runs {
  readonly #done = new Map<string, Promise<RunRecord>>();

  constructor(
    readonly group: Group,
    readonly tensors: GoldenTensors,
    readonly teacher: Weights,
  ) {}

  get settings(): Options {
    return this.group.entry.object('settings');
  }

  get formulas(): string {
    return this.group.entry.texts('formulas').join('\n');
  }

  /** The first numbers that a pattern captures in the group's formulas; Fault `bad-manifest` when it says none. */
  formula(pattern: RegExp): number[] {
    const found = pattern.exec(this.formulas);
    if (!found) throw badManifest(`${this.group.entry.where}, formulas`, `text like ${pattern.source}`, 'none');
    return found.slice(1).map(Number);
  }

  /** Each run is made once, also when another one starts from its end. */
  record(name: string, spec: () => Promise<RunSpec>): Promise<RunRecord> {
    const record = this.#done.get(name) ?? spec().then(runStudent);
    this.#done.set(name, record);
    return record;
  }

  /** The student as the file begins it. RoBERTa's files have no token types: the teacher's, which are 0, are not trained. */
  get student(): RunSpec['student'] {
    const { config, tensors } = this.teacher;
    const types = 'embeddings.token_type_embeddings.weight';
    const own = hostTensors(this.tensors, 'inputs/student_init/');
    return { config: studentConfig(config, this.settings.numbers('sel').length), tensors: new Map([[types, tensors.get(types)!], ...own]) };
  }

  steps(name: string): number {
    return this.tensors.shape(`expected/${name}/loss_per_step`)[0] ?? 0;
  }

  terms(method: string, half: ReferenceHalf, mapping?: string): RunSpec['terms'] {
    return methodNamed(method, half).objectives.map((term: MethodTerm) => ({ ...term, ...(mapping === undefined || term.mapping !== undefined ? {} : { mapping }) }));
  }
}

async function open(group: Group): Promise<Runs> {
  const tensors = await group.tensors();
  const found = /teacher = (\S+) checkpoint/.exec(group.entry.texts('formulas').join('\n'))?.[1];
  if (!found) throw badManifest(`${group.entry.where}, formulas`, 'text like "teacher = <folder> checkpoint"', 'none');
  return new Runs(group, tensors, await readCheckpoint(group.files, found));
}

/** Names of the file's cases. */
const caseNames = (tensors: GoldenTensors): string[] => [...new Set(tensors.names('expected/').map((name) => name.split('/')[1]!))];

function planned(runs: Runs, specOf: (runs: Runs, name: string) => (() => Promise<RunSpec>) | undefined): Plan {
  const cases = caseNames(runs.tensors).map((name): GoldenCase | SkippedCase => {
    const spec = specOf(runs, name);
    return spec ? { name, owns: ownsCase(name), run: async (comparison) => compare(comparison, runs, name, await runs.record(name, spec)) } : { name, why: 'no run of this name is known here' };
  });
  return { tensors: runs.tensors, cases };
}

async function compare(comparison: Comparison, { group, tensors }: Runs, name: string, record: RunRecord): Promise<void> {
  const place = `expected/${name}`;
  const relative = (phrase: string): Rule => ({ measure: 'elementwise', tolerance: group.bound(phrase) });
  const absolute = (parameter: string): Rule => ({ measure: 'absolute', tolerance: group.bound(parameter.endsWith('key.bias') ? 'key.bias abs' : 'parameters abs') });
  await comparison.near(`${place}/loss_per_step`, record.losses, relative('losses relative'));
  if (tensors.has(`${place}/grad_norm_per_step`)) await comparison.near(`${place}/grad_norm_per_step`, record.norms, relative('gradient norms relative'));
  await comparison.nearIfThere(`${place}/lr_used_at_step`, () => record.rates);
  for (const full of tensors.names(`${place}/student_final/`)) {
    const parameter = full.slice(`${place}/student_final/`.length);
    await comparison.near(full, record.student.get(ourName(parameter))?.data ?? [], absolute(parameter));
  }
  for (const full of tensors.names(`${place}/proj_final.`)) await comparison.near(full, record.projection.get(full.replace(`${place}/proj_final.`, 'projection.'))?.data ?? [], absolute(full));
  const still = group.entry.has('unchanged_parameters') ? group.entry.object('unchanged_parameters') : undefined;
  for (const parameter of still?.has(name) ? still.texts(name) : []) {
    const values = record.student.get(ourName(parameter))?.data;
    if (values && tensors.has(`inputs/student_init/${parameter}`)) comparison.same(`${parameter} (unchanged)`, [...values], [...tensors.floats(`inputs/student_init/${parameter}`)]);
  }
}

/** Group d_task_specific: fairseq's trainer, one stage or two, with a trained projection too. */
export const taskSpecificRuns: Planner = async (group) => planned(await open(group), specificSpec);

/** Group d_task_agnostic: the reference's trainer on the BERT half. */
export const taskAgnosticRuns: Planner = async (group) => planned(await open(group), agnosticSpec);

/** What one name of a task-specific run means; undefined for an unknown one. */
function specificSpec(runs: Runs, name: string): (() => Promise<RunSpec>) | undefined {
  const { settings } = runs;
  if (name === 'kd') return async () => ({ ...specific(runs, name), terms: runs.terms('kd', 'task_specific').map((term) => ({ ...term, parameters: { temperature: settings.number('kdT'), kd_weight: settings.number('kda') } })) });
  const second = /^(.+)_stage2_pred$/.exec(name)?.[1];
  if (second !== undefined) return () => predictionStage(runs, name, `${second}_stage1`);
  const first = /^(.+)_stage1$/.exec(name)?.[1];
  if (first !== undefined) return async () => ({ ...specific(runs, name), terms: runs.terms(first, 'task_specific', 'skip') });
  const hidden = /^hidden_(mse|token)_(skip|last|combine)$/.exec(name);
  if (!hidden) return undefined;
  return async () => ({ ...specific(runs, name), terms: runs.terms(hidden[1] === 'mse' ? 'hidden_mse_learn' : 'hidden_mse_token', 'task_specific', hidden[2]) });
}

/** Goes on from the end of the first stage, with the batches after its last. */
async function predictionStage(runs: Runs, name: string, before: string): Promise<RunSpec> {
  const [temperature = 1, kd_weight = 1] = runs.formula(/kd with tau=([\d.]+), alpha=([\d.]+)/);
  const { student } = await runs.record(before, specificSpec(runs, before)!);
  const spec = specific(runs, name);
  const used = runs.steps(before);
  return {
    ...spec,
    student: { ...spec.student, tensors: student },
    terms: [{ name: 'kd', weight: 1, parameters: { temperature, kd_weight } }],
    batchAt: (step) => spec.batchAt(used + step),
  };
}

function specific(runs: Runs, name: string): Omit<RunSpec, 'terms'> {
  const { settings, teacher, tensors } = runs;
  const [adam_beta1 = 0.9, adam_beta2 = 0.98, adam_epsilon = 1e-6] = runs.formula(/betas ([\d.]+)\/([\d.]+), eps ([\d.e-]+)/);
  const clip = new RegExp(`^${name}:.*clip_norm ([\\d.]+)`, 'm').exec(runs.formulas)?.[1];
  const projection = ['weight', 'bias'].map((part) => [`projection.${part}`, `inputs/hidden_combine.proj.${part}`] as const).filter(([, input]) => tensors.has(input));
  const options: OptimizationArguments = {
    ...{ optim: 'adam_fairseq', adam_beta1, adam_beta2, adam_epsilon, weight_decay: settings.number('wd'), max_grad_norm: clip === undefined ? 0 : Number(clip) },
    ...{ lr_scheduler_type: 'polynomial_decay', learning_rate: settings.number('lr'), warmup_ratio: 0, warmup_steps: settings.number('warm'), power: 1, lr_end: 0 },
  };
  return {
    teacher,
    student: runs.student,
    projection: new Map(projection.map(([ours, input]) => [ours, { shape: tensors.shape(input), data: tensors.floats(input) }])),
    options,
    groups: [{ name: 'token types', matches: (parameter) => parameter === 'embeddings.token_type_embeddings.weight', frozen: true }],
    reduction: 'sum',
    total: settings.number('total'),
    steps: runs.steps(name),
    batchAt: (step) => givenBatch(tensors, teacher.config, step),
  };
}

function agnosticSpec(runs: Runs, name: string): (() => Promise<RunSpec>) | undefined {
  const { settings, teacher, tensors, group } = runs;
  if (!settings.texts('cases').includes(name)) return undefined;
  return async () => {
    const [adam_beta1 = 0.9, adam_beta2 = 0.98, adam_epsilon = 1e-6, weight_decay = 0.01] = runs.formula(/betas ([\d.]+)\/([\d.]+), eps ([\d.e-]+), wd ([\d.]+)/);
    const sides = group.entry.object('param_groups').object(name);
    const [decay, exempt] = ['decay', 'no_decay'].map((side) => new Set(sides.texts(side).map(ourName))) as [Set<string>, Set<string>];
    return {
      teacher,
      student: runs.student,
      terms: runs.terms(name, 'task_agnostic', settings.text('layer')),
      options: {
        ...{ optim: 'adamw_torch', adam_beta1, adam_beta2, adam_epsilon, weight_decay, decay_bias_and_norm: true, max_grad_norm: 0 },
        ...{ lr_scheduler_type: 'step', curve: 'linear', learning_rate: settings.number('lr'), warmup_ratio: settings.number('warm') },
      },
      groups: [
        { name: 'no decay', matches: (parameter) => exempt.has(parameter), weight_decay: 0 },
        { name: 'not in the optimiser', matches: (parameter) => !decay.has(parameter), frozen: true },
      ],
      reduction: 'mean',
      total: settings.number('max_steps'),
      steps: runs.steps(name),
      batchAt: (step) => givenBatch(tensors, teacher.config, step),
    };
  };
}
