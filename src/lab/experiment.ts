import type { Recipe } from '../experiment/recipe.ts';
import type { Arm, ResultRow, Scores } from '../experiment/run.ts';
import type { HostTensor, Weights } from '../model/weights.ts';
import { dispose, download, upload } from '../model/weights.ts';
import { logitsOf } from '../train/evaluate.ts';
import type { EncodedExample } from '../train/batches.ts';
import type { StepEvent, TrainingLoop } from '../train/loop.ts';
import type * as tf from '../tensor/tf.ts';
import { EXPORTED, planArms, stepsOf, type ArmModel, type ArmPlan, type ArmTraining, type LoopContext } from './arms.ts';
import type { LabEvent } from './events.ts';
import { Progress, Speed, type Clock } from './progress.ts';
import { majorityScores } from './scores.ts';
import type { Session } from './session.ts';
import { freshState, type ExperimentState, type LiveArm } from './experiment_state.ts';

/** What the surroundings give to an experiment. */
export interface Surroundings {
  readonly now: Clock;
  emit(event: LabEvent): void;
  /**
   * Waited for after every step and every evaluation batch, when the experiment's state is consistent: the place to
   * answer messages, pause, save a checkpoint, or stop by throwing.
   */
  gate(): Promise<void>;
  /** Called when a teacher had to be trained first, so that later runs find it. */
  keepTeacher(teacher: Weights): Promise<void>;
}

/** Scores during training are taken on at most this many tuning rows: dev rows are for the table alone. */
const WATCHED_ROWS = 400;

/**
 * One recipe from its first model to the table: every arm is made, trained and scored in turn.
 *
 * Its whole state is a value, so a run that was stopped anywhere continues with the same bits.
 */
export class Experiment {
  readonly #arms: readonly ArmPlan[];
  #state: ExperimentState;
  #live?: { readonly variables: ReadonlyMap<string, tf.Variable>; readonly loop?: TrainingLoop };
  readonly #speed = new Speed();
  #armBegin = 0;

  constructor(
    readonly recipe: Recipe,
    readonly session: Session,
    readonly surroundings: Surroundings,
    saved?: ExperimentState,
  ) {
    this.#arms = planArms(recipe, session);
    this.#state = saved ?? freshState();
  }

  /** Rows of the table so far. */
  get rows(): readonly ResultRow[] {
    return this.#state.rows;
  }

  /** The models that are finished; what is in work is left out. */
  get finished(): ExperimentState {
    return { ...this.#state, live: undefined };
  }

  /** Arm in work, its step and its number of steps. */
  get position(): { arm: Arm; step: number; steps: number } {
    const plan = this.#arms[Math.min(this.#state.armIndex, this.#arms.length - 1)]!;
    const loop = this.#live?.loop;
    return { arm: plan.arm, step: loop?.step ?? 0, steps: loop?.job.steps ?? 0 };
  }

  /** Makes, trains and scores every arm that is left. */
  async run(): Promise<void> {
    try {
      for (; this.#state.armIndex < this.#arms.length; ) await this.#runArm(this.#arms[this.#state.armIndex]!);
    } finally {
      this.#release();
    }
  }

  /** The state in main memory: what a checkpoint holds. */
  async save(): Promise<ExperimentState> {
    const armSeconds = this.#live ? (this.surroundings.now() - this.#armBegin) / 1000 : 0;
    return { ...this.#state, armSeconds, live: await this.#saveLive() };
  }

  async #saveLive(): Promise<LiveArm | undefined> {
    if (!this.#live?.loop) return this.#state.live;
    return { parameters: await download(this.#live.variables), loop: await this.#live.loop.save() };
  }

  async #runArm(plan: ArmPlan): Promise<void> {
    this.#armBegin = this.surroundings.now() - this.#state.armSeconds * 1000;
    const weights = plan.weights?.(this.session, this.#teacher(), this.recipe);
    const scores = weights ? await this.#trainAndScore(plan, weights) : majorityScores(this.session.task, this.session.data.train, this.session.data.dev);
    const seconds = (this.surroundings.now() - this.#armBegin) / 1000;
    const parameters = weights ? [...weights.tensors.values()].reduce((sum, { data }) => sum + data.length, 0) : 0;
    await this.#finishArm(plan, weights, { arm: plan.arm, parameters, scores, seconds });
  }

  async #trainAndScore(plan: ArmPlan, weights: Weights): Promise<Scores> {
    const saved = this.#state.live;
    const variables = upload(saved ? { ...weights, tensors: saved.parameters } : weights, plan.training !== undefined);
    this.#live = { variables };
    if (plan.training) await this.#train(plan, plan.training, { config: weights.config, parameters: variables });
    return this.#score(plan, { config: weights.config, parameters: variables }, this.session.data.dev, `Scoring: ${plan.arm}`);
  }

  async #train(plan: ArmPlan, training: ArmTraining, model: ArmModel): Promise<void> {
    const examples = training.examples(this.session);
    const options = training.options(this.recipe);
    const steps = stepsOf(options, examples.length);
    const teacherLogits = training.needsTeacherLogits(this.recipe) ? { teacherLogits: await this.#teacherLogits(examples) } : {};
    const context = { ...model, recipe: this.recipe, session: this.session, examples, options, steps, ...teacherLogits };
    const loop = training.loop(context, this.#state.live?.loop);
    this.#live = { variables: model.parameters, loop };
    this.#speed.restart(this.surroundings.now());
    while (!loop.finished) {
      this.#report(plan.arm, await loop.next(), context);
      await this.surroundings.gate();
      if (options.eval_steps > 0 && loop.step % options.eval_steps === 0 && !loop.finished) await this.#watch(plan, model);
    }
  }

  #report(arm: Arm, event: StepEvent, { steps, options, examples }: LoopContext): void {
    if (event.skipped) this.surroundings.emit({ type: 'note', text: `Step ${event.step} of ${arm}: the gradient was not finite, so the step was left out.` });
    const { skipped: _skipped, ...numbers } = event;
    const stepsPerSecond = this.#speed.tick(this.surroundings.now());
    const epoch = (event.step * options.per_device_train_batch_size) / examples.length;
    this.surroundings.emit({ type: 'step', report: { arm, steps, epoch, ...numbers, stepsPerSecond, secondsLeft: this.#secondsLeft(steps - event.step, stepsPerSecond) } });
  }

  async #watch(plan: ArmPlan, model: ArmModel): Promise<void> {
    await this.#score(plan, model, this.session.data.tuning.slice(0, WATCHED_ROWS), `Watching: ${plan.arm}`);
    this.#speed.restart(this.surroundings.now());
  }

  async #score(plan: ArmPlan, model: ArmModel, rows: readonly EncodedExample[], label: string): Promise<Scores> {
    const scores = await plan.score(model, rows, this.session, this.recipe, this.#progress(label, rows.length));
    this.surroundings.emit({ type: 'evaluation', arm: plan.arm, step: this.position.step, split: rows === this.session.data.dev ? 'dev' : 'tuning', scores });
    return scores;
  }

  /** A listener that tells how far a pass over rows is, and opens the gate after each batch. */
  #progress(label: string, total: number): (done: number) => Promise<void> {
    const progress = new Progress(label, total, this.surroundings.now, (event) => this.surroundings.emit(event));
    return async (done) => {
      progress.at(done);
      await this.surroundings.gate();
    };
  }

  /** The teacher's logits come from a pass of their own, so that a continued run finds the same bits. */
  async #teacherLogits(examples: readonly EncodedExample[]): Promise<Float32Array> {
    const teacher = this.#teacher();
    const parameters = upload(teacher, false);
    try {
      const onProgress = this.#progress('The teacher reads the training rows', examples.length);
      const padId = this.session.tokenizer.special.pad;
      return await logitsOf({ config: teacher.config, parameters }, examples, { padId, maxLength: this.recipe.training.max_seq_length, onProgress });
    } finally {
      dispose(parameters);
    }
  }

  #teacher(): Weights {
    const { start } = this.session;
    return this.#state.teacher ? { ...start, tensors: this.#state.teacher } : start;
  }

  async #finishArm(plan: ArmPlan, weights: Weights | undefined, row: ResultRow): Promise<void> {
    const trained = plan.training && this.#live ? await download(this.#live.variables) : undefined;
    const step = this.position.step;
    this.#release();
    const rows = [...this.#state.rows, row];
    const exported = plan.arm === EXPORTED[this.recipe.kind].arm && weights ? { exported: (trained ?? weights.tensors) as ReadonlyMap<string, HostTensor>, config: weights.config } : {};
    const teacher = plan.arm === 'teacher' && trained ? { teacher: trained } : {};
    this.#state = { ...this.#state, ...exported, ...teacher, rows, armIndex: this.#state.armIndex + 1, live: undefined, armSeconds: 0 };
    if (teacher.teacher) await this.surroundings.keepTeacher(this.#teacher());
    this.surroundings.emit({ type: 'results', rows });
    this.surroundings.emit({ type: 'arm-done', arm: plan.arm, step });
    await this.surroundings.gate();
  }

  /** Time for the steps of this arm and of those after it; scoring is small beside them and left out. */
  #secondsLeft(inThisArm: number, stepsPerSecond: number): number {
    const later = this.#arms.slice(this.#state.armIndex + 1).reduce((sum, { training }) => sum + (training ? stepsOf(training.options(this.recipe), training.examples(this.session).length) : 0), 0);
    return stepsPerSecond > 0 ? (inThisArm + later) / stepsPerSecond : 0;
  }

  #release(): void {
    if (this.#live) dispose(this.#live.variables);
    this.#live?.loop?.dispose();
    this.#live = undefined;
  }
}
