import { squareNorm } from '../../tensor/kernels/square_norm.ts';
import * as tf from '../../tensor/tf.ts';
import type { OptimizerName } from '../../train/optimization.ts';
import { clipScale, Optimizer } from '../../train/optimizer.ts';
import type { OptimizerOptions, ParameterGroup } from '../../train/parameter_groups.ts';
import { learningRate, type ScheduleOptions } from '../../train/schedule.ts';
import type { Comparison } from '../comparison.ts';
import type { GoldenTensors } from '../golden_tensors.ts';
import { ownsCase, type GoldenCase, type Group, type Plan, type Planner } from '../group.ts';
import { badManifest, type Options } from '../options.ts';
import { polynomialDecay } from './schedules.ts';

/** One optimiser with everything that decides its updates. */
interface Setting {
  readonly options: OptimizerOptions;
  readonly groups: readonly ParameterGroup[];
  readonly schedule: ScheduleOptions;
  readonly clip: number;
}

/** Name of the optimiser's tensors in the file → ours. */
const MOMENTS = [['exp_avg_final', 'm'], ['exp_avg_sq_final', 'v']] as const;

/** `optimizer` of a case → ours. */
const TORCH: Readonly<Record<string, OptimizerName>> = { adamw: 'adamw_torch', adam: 'adam' };

/** Group c_fairseq_adam; a case that says it equals transformers' AdamW is held against that form too. */
export const fairseqAdam: Planner = (group) =>
  planned(group, (name, given) => [settingOf(given, 'adam_fairseq'), ...(name.endsWith('_as_hf_adamw') ? [settingOf(given, 'adamw_hf')] : [])]);

/** Group c_torch_optim. */
export const torchOptimizers: Planner = (group) =>
  planned(group, (_, given) => {
    const optim = TORCH[given.text('optimizer')];
    if (!optim) throw badManifest(given.where, `one of ${Object.keys(TORCH).join(', ')}`, given.text('optimizer'));
    return [settingOf(given, optim)];
  });

async function planned(group: Group, settings: (name: string, given: Options) => readonly Setting[]): Promise<Plan> {
  const tensors = await group.tensors();
  const cases = group.cases().map(({ name, case: one }): GoldenCase => ({
    name,
    owns: ownsCase(name),
    run: async (comparison) => {
      for (const setting of settings(name, one.object('options'))) await compare(comparison, group, `expected/${name}`, setting);
    },
  }));
  return { tensors, cases };
}

function settingOf(given: Options, optim: OptimizerName): Setting {
  const [adam_beta1 = 0, adam_beta2 = 0] = given.numbers('betas');
  const exempt = given.has('no_decay') ? given.texts('no_decay') : [];
  return {
    options: { optim, adam_beta1, adam_beta2, adam_epsilon: given.number('eps'), weight_decay: given.number('weight_decay'), decay_bias_and_norm: true },
    groups: [{ name: 'no decay', matches: (name) => exempt.includes(name), weight_decay: 0 }],
    schedule: scheduleOf(given),
    clip: given.number('clip_norm', 0),
  };
}

/** "constant", fairseq's `{ warm, total, power, end }`, or `{ kind: "linear", num_warmup_steps, num_training_steps }`. */
function scheduleOf(given: Options): ScheduleOptions {
  const learning_rate = given.number('lr');
  if (given.json['schedule'] === 'constant') return { lr_scheduler_type: 'constant', learning_rate, warmup_ratio: 0, total: 0 };
  const one = given.object('schedule');
  if (one.has('warm')) return polynomialDecay(learning_rate, { warm: one.number('warm'), total: one.number('total'), power: one.number('power', 1), end: one.number('end', 0) });
  if (one.text('kind') !== 'linear') throw badManifest(one.where, 'a linear schedule', one.text('kind'));
  return { lr_scheduler_type: 'linear', learning_rate, warmup_ratio: 0, warmup_steps: one.number('num_warmup_steps'), total: one.number('num_training_steps') };
}

/** What the steps of one run leave behind, in order. */
interface Course {
  readonly rates: number[];
  readonly norms: number[];
  /** By parameter: its values after every step. */
  readonly after: Map<string, number[]>;
}

async function compare(comparison: Comparison, group: Group, place: string, setting: Setting): Promise<void> {
  const { tensors } = comparison;
  const names = tensors.names('inputs/param/').map((name) => name.slice('inputs/param/'.length));
  const parameters = new Map(names.map((name) => [name, tf.variable(tensors.tensor(`inputs/param/${name}`))]));
  const optimizer = new Optimizer(parameters, setting.options, undefined, setting.groups);
  const course = await follow(optimizer, parameters, tensors, setting);
  const displacement = { measure: 'absolute', tolerance: group.bound('abs') } as const;
  for (const [name, values] of course.after) await comparison.near(`${place}/param_after_each_step/${name}`, values, displacement);
  await comparison.nearIfThere(`${place}/lr_used_at_step`, () => course.rates, { measure: 'elementwise', tolerance: group.hostBound('lr relative') });
  await comparison.nearIfThere(`${place}/grad_norm_before_clip`, () => course.norms);
  const { moments } = await optimizer.save();
  for (const [theirs, ours] of MOMENTS) {
    for (const name of names) await comparison.nearIfThere(`${place}/${theirs}/${name}`, () => moments.get(`${ours}/${name}`)?.data ?? []);
  }
  optimizer.dispose();
}

async function follow(optimizer: Optimizer, parameters: ReadonlyMap<string, tf.Variable>, tensors: GoldenTensors, { schedule, clip }: Setting): Promise<Course> {
  const course: Course = { rates: [], norms: [], after: new Map([...parameters.keys()].map((name) => [name, []])) };
  const given = new Map([...parameters.keys()].map((name) => [name, tensors.tensor(`inputs/grad_per_step/${name}`)]));
  const steps = [...given.values()][0]?.shape[0] ?? 0;
  for (let step = 0; step < steps; step++) {
    const gradients = new Map([...given].map(([name, all]) => [name, tf.reshape(tf.slice(all, step, 1), all.shape.slice(1))]));
    const norm = Math.sqrt((await squareNorm([...gradients.values()]).data())[0]!);
    const rate = learningRate(schedule, { step });
    optimizer.update(gradients, rate, clipScale(norm, clip));
    course.rates.push(rate);
    course.norms.push(norm);
    for (const [name, parameter] of parameters) course.after.get(name)!.push(...(await parameter.data()));
  }
  return course;
}
