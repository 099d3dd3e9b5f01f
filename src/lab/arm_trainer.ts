import type { DataPath } from '../experiment/data_path.ts';
import type { Recipe, TrainingArguments } from '../experiment/recipe.ts';
import type { Scores } from '../experiment/run.ts';
import { assign, download, type HostTensor, type Weights } from '../model/weights.ts';
import type { OnCompile } from '../tensor/plan/planner.ts';
import type { EncodedExample } from '../train/batches.ts';
import { MOST_UNDER_WAY } from '../train/device_step.ts';
import type { StepEvent, TrainingLoop } from '../train/loop.ts';
import { OBJECTIVE_PREFIX } from './bound_terms.ts';
import { DataMeter } from './data_meter.ts';
import type { ExperimentState } from './experiment_state.ts';
import { HeldMemory } from './held_memory.ts';
import type { Clock } from './progress.ts';
import type { Session } from './session.ts';
import { batchesInEpoch, batchesOf, stepsOf, type ArmModel, type ArmStage, type ArmTraining, type OnRows, type OpenStage } from './stage.ts';
import { TrainingClock } from './training_clock.ts';
import { evaluationDue, selects, stopsEarly, tooHigh, watched } from './watching.ts';

/** The part of an experiment's state that training changes. */
export type TrainingState = Pick<ExperimentState, 'stage' | 'live' | 'best' | 'watching' | 'hours'>;

/** What the experiment gives to the training of one of its models. */
export interface TrainerHost {
  readonly recipe: Recipe;
  readonly session: Session;
  /** Rows that are watched while a model trains. */
  readonly watched: readonly EncodedExample[];
  teacher(): Weights;
  readonly now: Clock;
  progress(label: string, total: number): OnRows;
  /** Hears of kernels that are compiled. */
  readonly compiling: OnCompile;
  report(event: StepEvent, epoch: number): void;
  /** Scores on the watched rows. */
  watch(): Promise<Scores>;
  /** Tells of a decision, in a sentence. */
  note(text: string): void;
  /** Gives out the model as it is. */
  snapshot(epoch: number): Promise<void>;
  gate(): Promise<void>;
}

/** Trains one model stage after stage; stopped anywhere and continued from its state, it gives the same bits. */
export class ArmTrainer {
  readonly #stages: readonly ArmStage[];
  readonly #examples: readonly EncodedExample[];
  readonly #updates: readonly number[];
  #state: TrainingState;
  #open?: OpenStage;
  #clock: TrainingClock;
  readonly #meter: DataMeter;

  constructor(
    training: ArmTraining,
    readonly model: ArmModel,
    readonly host: TrainerHost,
    saved: TrainingState,
  ) {
    this.#stages = training.stages(host.recipe);
    this.#examples = training.examples(host.session);
    this.#updates = this.#stages.map(({ options }) => stepsOf(options, this.#examples.length));
    this.#state = saved;
    this.#clock = new TrainingClock(host.now, saved.hours);
    this.#meter = new DataMeter(host.now);
  }

  /** What the data of the steps cost that were made here. */
  get dataPath(): DataPath | undefined {
    const { report } = this.#meter;
    return report && { rows: this.#examples.length, ...report };
  }

  /** Updates made in all stages so far. */
  get step(): number {
    return sum(this.#updates.slice(0, this.#state.stage)) + (this.#open?.loop.step ?? 0);
  }

  /** Updates of all stages. */
  get steps(): number {
    return sum(this.#updates);
  }

  /** Hours until the stage in work ends, whatever its steps; Infinity where no hours bound it. */
  get hoursLeft(): number {
    return Math.max(0, hoursOf(this.#stages[this.#state.stage]?.options) - this.#clock.hours);
  }

  /** Share of the training that is done: of its updates, or of the hours that bound it, whichever is further. */
  get share(): number {
    const { stage } = this.#state;
    const before = sum(this.#updates.slice(0, stage));
    return Math.max(this.step / this.steps, (before + this.#shareOfHours * (this.#updates[stage] ?? 0)) / this.steps);
  }

  get #shareOfHours(): number {
    return Math.min(1, this.#clock.hours / hoursOf(this.#stages[this.#state.stage]?.options));
  }

  /** Runs every stage that is left. */
  async run(): Promise<void> {
    for (;;) {
      await this.#runStage(this.#stages[this.#state.stage]!);
      if (this.#state.stage + 1 >= this.#stages.length) return;
      await this.#nextStage();
    }
  }

  /** The state in main memory; steps that are under way are waited for and told. */
  async save(): Promise<TrainingState> {
    if (!this.#open) return this.#state;
    while (this.#open.loop.underWay > 0) await this.#step(this.#open.loop, 1);
    return { ...this.#state, hours: this.#clock.hours, live: { parameters: await download(this.#open.parameters), loop: await this.#open.loop.save() } };
  }

  /** Frees all but the model's parameters. */
  dispose(): void {
    this.#open?.dispose();
    this.#open = undefined;
  }

  async #runStage(stage: ArmStage): Promise<void> {
    const { options } = stage;
    const memory = new HeldMemory();
    this.#open = await stage.open(this.#context(stage), this.#state.live);
    const { loop, estimate } = this.#open;
    memory.besideSteps();
    for (;;) {
      if (this.#evaluationDue(options)) {
        await this.#watch(options);
        memory.besideSteps();
      }
      if (loop.finished || this.hoursLeft === 0 || stopsEarly(options, this.#state.watching) || this.#isTooHigh(options)) break;
      const before = this.share;
      await this.#step(loop, this.#stepsAhead(options));
      memory.inStep();
      if (this.#passesMarker(before)) await this.host.snapshot(this.#epoch());
      await this.host.gate();
    }
    await this.#keepBest();
    memory.besideSteps();
    for (const text of memory.told(estimate, replays(loop, options))) this.host.note(text);
    this.#select(options);
  }

  async #step(loop: TrainingLoop, ahead: number): Promise<void> {
    this.host.report(await this.#meter.step(() => this.#clock.during(() => loop.next(ahead))), this.#epoch());
  }

  /** Steps that may be under way: none beyond one behind which the model is looked at, and one where the clock decides. */
  #stepsAhead(options: ArmStage['options']): number {
    if (hoursOf(options) < Infinity || (this.host.recipe.training.finetune_time_markers ?? []).length > 0) return 1;
    const { step } = this.#open!.loop;
    let ahead = 1;
    while (ahead < MOST_UNDER_WAY && !this.#evaluationDue(options, step + ahead)) ahead += 1;
    return ahead;
  }

  /** Whether a share of the training that calls for a snapshot was passed; one at its very end is the model itself. */
  #passesMarker(before: number): boolean {
    const { share } = this;
    return share < 1 && (this.host.recipe.training.finetune_time_markers ?? []).some((marker) => before < marker && marker <= share);
  }

  /** Whether the loss is above what it should be by now. */
  #isTooHigh(options: ArmStage['options']): boolean {
    const { watching } = this.#state;
    const loss = watching?.step === this.#open!.loop.step ? tooHigh(options, watching, this.#clock.hours) : undefined;
    if (loss !== undefined) this.host.note(`Stopped after step ${watching!.step}: the loss of ${loss.toFixed(4)} on tuning rows is above ${options.early_stop!.loss} after ${(60 * this.#clock.hours).toFixed(1)} minutes.`);
    return loss !== undefined;
  }

  /** An evaluation in the midst of which the training was stopped is made again. */
  #evaluationDue(options: ArmStage['options'], step = this.#open!.loop.step): boolean {
    const passes = (updates: number) => Math.floor((updates * batchesOf(options)) / batchesInEpoch(options, this.#examples.length));
    const steps = this.#updates[this.#state.stage]!;
    return this.#state.watching?.step !== step && evaluationDue(options, step, { steps, passes, share: Math.max(step / steps, this.#shareOfHours) });
  }

  #context({ options }: ArmStage) {
    const { recipe, session, compiling } = this.host;
    const { stage } = this.#state;
    const teacher = this.host.teacher();
    const progress = (label: string, total: number) => this.host.progress(label, total);
    const note = (text: string) => this.host.note(text);
    return { ...this.model, recipe, session, examples: this.#examples, options, teacher, progress, compiling, note, meter: this.#meter, steps: this.#updates[stage]!, first: this.#first(), hours: () => this.#clock.hours, watchesLoss: this.#stages[stage + 1]?.start === 'best' };
  }

  /** Batches that the stages before used up. */
  #first(): number {
    return sum(this.#stages.slice(0, this.#state.stage).map(({ options }, i) => this.#updates[i]! * batchesOf(options)));
  }

  /** Passes over the rows so far, those of the stages before included. */
  #epoch(): number {
    const updates = [...this.#updates.slice(0, this.#state.stage), this.#open!.loop.step];
    return sum(updates.map((count, i) => (count * batchesOf(this.#stages[i]!.options)) / batchesInEpoch(this.#stages[i]!.options, this.#examples.length)));
  }

  async #watch(options: ArmStage['options']): Promise<void> {
    const scores = await this.host.watch();
    await this.#keepBest();
    const { step } = this.#open!.loop;
    const { watching } = this.#state;
    this.#state = { ...this.#state, watching: selects(options) ? await watched(watching, options, step, scores, () => download(this.model.parameters)) : { step, loss: scores.loss, waited: 0 } };
  }

  /** Ends a stage with the weights of its best evaluation, where its options say so. */
  #select({ early_stopping_patience: patience, metric_for_best_model: measure = 'loss' }: ArmStage['options']): void {
    const { watching, stage } = this.#state;
    const best = watching?.best;
    if (!best) return;
    if (best.parameters) assign(this.model.parameters, best.parameters);
    const early = patience !== undefined && stopsEarly({ early_stopping_patience: patience }, watching) && watching.step < this.#updates[stage]!;
    if (early) this.host.note(`Stopped after step ${watching.step}: ${patience} evaluations in a row were no better than that of step ${best.step}.`);
    if (best.parameters) this.host.note(`Goes on with the weights of step ${best.step}: ${measure} ${best.value.toFixed(4)} on tuning rows.`);
  }

  /** Keeps the weights where the stage's loss on the watched rows is the lowest so far and the next stage wants them. */
  async #keepBest(): Promise<void> {
    const loss = await this.#open?.lossOn?.(this.host.watched);
    if (loss === undefined || !(loss < (this.#state.best?.loss ?? Infinity))) return;
    this.#state = { ...this.#state, best: { loss, parameters: await download(this.model.parameters) } };
  }

  /** Ends a stage: the model goes on from its last or its best weights, and everything else begins anew. */
  async #nextStage(): Promise<void> {
    const { best, stage } = this.#state;
    if (best) assign(this.model.parameters, best.parameters);
    this.dispose();
    this.#clock = new TrainingClock(this.host.now);
    this.#state = { stage: stage + 1, live: { parameters: await download(this.model.parameters) } };
  }
}

/** Whether all steps were replayed from records, and nothing else. */
const replays = ({ execution }: TrainingLoop, { execution: chosen = 'auto' }: TrainingArguments): boolean => execution.notReplayed.length === 0 && (chosen === 'auto' || chosen === 'plan');

/** The tensors that belong to the model alone. */
export function modelTensors(parameters: ReadonlyMap<string, HostTensor>): Map<string, HostTensor> {
  return new Map([...parameters].filter(([name]) => !name.startsWith(OBJECTIVE_PREFIX)));
}

/** Hours after which a stage ends: those that its schedule counts towards, or fewer. */
function hoursOf({ lr_scheduler_type, total_training_time = Infinity, early_exit_time_marker = Infinity }: Pick<TrainingArguments, 'lr_scheduler_type' | 'total_training_time' | 'early_exit_time_marker'> = {}): number {
  return Math.min(lr_scheduler_type === 'time' ? total_training_time : Infinity, early_exit_time_marker);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
