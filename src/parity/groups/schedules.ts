import { glueSteps } from '../../train/glue_steps.ts';
import type { SchedulerName } from '../../train/optimization.ts';
import { learningRate, SCHEDULERS, type ScheduleOptions } from '../../train/schedule.ts';
import type { Comparison } from '../comparison.ts';
import { ownsCase, type GoldenCase, type Group, type Plan, type Planner, type SkippedCase } from '../group.ts';
import type { Options } from '../options.ts';

/** fairseq's polynomial decay; its end is named differently by the groups that use it. */
export function polynomialDecay(learning_rate: number, { warm, total, power, end }: { warm: number; total: number; power: number; end: number }): ScheduleOptions {
  return { lr_scheduler_type: 'polynomial_decay', learning_rate, warmup_ratio: 0, warmup_steps: warm, total, power, lr_end: end };
}

/** Group c_lr_fairseq: the rate of fairseq's scheduler after each update, and the one that it is made with. */
export const fairseqSchedules: Planner = async (group): Promise<Plan> => {
  const tensors = await group.tensors();
  const rule = { measure: 'elementwise', tolerance: group.hostBound('relative') } as const;
  const cases = group.cases().map(({ name, case: one }): GoldenCase => ({
    name,
    owns: ownsCase(name),
    run: async (comparison) => {
      const given = one.object('options');
      const warm = given.number('warmup_updates');
      const options = polynomialDecay(given.number('lr'), { warm, total: given.number('total_num_update'), power: given.number('power', 1), end: given.number('end_learning_rate', 0) });
      const updates = tensors.integers(`inputs/${name}/num_updates`);
      await comparison.near(`expected/${name}/lr_after_step_update`, Array.from(updates, (step) => learningRate(options, { step })), rule);
      // Before any update fairseq's scheduler stands at the end of the first warm-up step.
      await comparison.nearIfThere(`expected/${name}/lr_before_step_update_0`, () => [learningRate(options, { step: warm > 0 ? 1 : 0 })], rule);
    },
  }));
  return { tensors, cases };
};

/** Group c_lr_agnostic_and_hf: the task-agnostic reference's curves, those of transformers, and `run_glue`'s counts. */
export const agnosticSchedules: Planner = async (group): Promise<Plan> => {
  const tensors = await group.tensors();
  const cases = group.cases().map(({ name, case: one }) => agnosticCase(group, name, one.object('options')));
  return { tensors, cases: [...cases, ...(group.entry.has('run_glue_steps_table') ? [stepsTable(group.entry.objects('run_glue_steps_table'))] : [])] };
};

/** The scheduler that a case means: named by its options, or `hf_<name>` for those of transformers. */
function schedulerOf(name: string, given: Options): SchedulerName | undefined {
  const wanted = given.has('lr_schedule') ? given.text('lr_schedule') : name.replace(/^hf_/, '');
  return [...SCHEDULERS].sort((a, b) => b.length - a.length).find((known) => wanted.startsWith(known));
}

function agnosticCase(group: Group, name: string, given: Options): GoldenCase | SkippedCase {
  const scheduler = schedulerOf(name, given);
  if (!scheduler) return { name, why: 'no schedule of this name is known here' };
  const options = readSchedule(scheduler, given);
  const place = `expected/${name}/lr_used_at_step`;
  const run = async (comparison: Comparison) => {
    const { tensors } = comparison;
    const hours = scheduler === 'time' ? tensors.floats(`inputs/${name}/elapsed_hours_at_evaluation`) : undefined;
    const rates = Array.from(tensors.floats(place), (_, step) => learningRate(options, { step, hours: hours?.[step] }));
    // Hours are recorded in float32: near the end of a day, what is left of it has 1e-6 of a relative error already.
    await comparison.near(place, rates, { measure: hours ? 'relative' : 'elementwise', tolerance: group.hostBound('relative') });
  };
  return { name, owns: ownsCase(name), run };
}

/** Option of a case → argument of the lab; what a case leaves out stays the lab's default. */
const ARGUMENTS: readonly (readonly [string, keyof ScheduleOptions])[] = [
  ['lr', 'learning_rate'], ['warmup_proportion', 'warmup_ratio'], ['num_warmup_steps', 'warmup_steps'], ['max_steps', 'total'], ['num_training_steps', 'total'],
  ['decay_rate', 'decay_rate'], ['decay_step', 'decay_step'], ['power', 'power'], ['lr_end', 'lr_end'], ['num_cycles', 'num_cycles'],
  ['total_training_time_hours', 'total_training_time'],
];

function readSchedule(lr_scheduler_type: SchedulerName, given: Options): ScheduleOptions {
  const numbers = Object.fromEntries(ARGUMENTS.filter(([name]) => given.has(name)).map(([name, argument]) => [argument, given.number(name)]));
  const curve = given.text('curve', 'linear') === 'exp' ? 'exp' : 'linear';
  return { learning_rate: 0, warmup_ratio: 0, total: 0, ...numbers, lr_scheduler_type, curve };
}

function stepsTable(rows: readonly Options[]): GoldenCase {
  return {
    name: 'run_glue_steps_table',
    run: async (comparison) => {
      for (const row of rows) {
        const number = (name: string) => row.number(name);
        const steps = glueSteps({ n_train: number('n_train'), epochs: number('epochs'), batch: number('batch'), warmup_ratio: number('warmup_ratio') });
        for (const [name, value] of Object.entries(steps)) comparison.number(`${row.where}, ${name}`, value, number(name), 0);
      }
    },
  };
}
