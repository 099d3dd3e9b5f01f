import type { Recipe } from '../experiment/recipe.ts';
import type { Arm, ResultRow, Scores } from '../experiment/run.ts';
import type { HostTensor, Weights } from '../model/weights.ts';
import { dispose, download, upload } from '../model/weights.ts';
import type { EncodedExample } from '../train/batches.ts';
import { ForwardPass } from '../train/forward_pass.ts';
import type { OnCompile } from '../tensor/plan/planner.ts';
import type { StepEvent } from '../train/loop.ts';
import { exportedBy, planArms, type ArmPlan, type ModelPlan } from './arms.ts';
import { exportFiles } from './export.ts';
import type { LabEvent } from './events.ts';
import { compilationProgress, notReplayedNote, Progress, Speed, type Clock } from './progress.ts';
import { majorityScores, weakTeacher, withMismatched } from './scores.ts';
import type { Session } from './session.ts';
import { ArmTrainer, modelTensors } from './arm_trainer.ts';
import { stepsOf, type ArmModel, type ArmTraining, type OnRows } from './stage.ts';
import { selects } from './watching.ts';
import { freshState, type ExperimentState } from './experiment_state.ts';

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

/** Scores for the curves are taken on at most this many tuning rows; dev rows are for the table alone. */
const WATCHED_ROWS = 400;

/** A model that keeps what is recorded of its evaluation. */
type LiveArmModel = Required<ArmModel>;

/** Nothing of the next arm is there yet. */
const NOT_BEGUN = { stage: 0, live: undefined, best: undefined, watching: undefined, hours: undefined } as const;

/**
 * One recipe from its first model to the table: every arm is made, trained and scored in turn.
 *
 * Its whole state is a value, so a run that was stopped anywhere continues with the same bits.
 */
export class Experiment {
  readonly #arms: readonly ArmPlan[];
  #state: ExperimentState;
  #live?: { readonly model: LiveArmModel; readonly trainer?: ArmTrainer };
  readonly #speed = new Speed();
  readonly #compiling: OnCompile;
  #armBegin = 0;

  constructor(
    readonly recipe: Recipe,
    readonly session: Session,
    readonly surroundings: Surroundings,
    saved?: ExperimentState,
  ) {
    this.#arms = planArms(recipe, session);
    this.#compiling = compilationProgress(surroundings.now, (event) => surroundings.emit(event));
    this.#state = saved ?? freshState();
  }

  /** Rows of the table so far. */
  get rows(): readonly ResultRow[] {
    return this.#state.rows;
  }

  /** The models that are finished; what is in work is left out. */
  get finished(): ExperimentState {
    return { ...this.#state, ...NOT_BEGUN };
  }

  /** Arm in work, its step and its number of steps. */
  get position(): { arm: Arm; step: number; steps: number } {
    const plan = this.#arms[Math.min(this.#state.armIndex, this.#arms.length - 1)]!;
    const trainer = this.#live?.trainer;
    return { arm: plan.arm, step: trainer?.step ?? 0, steps: trainer?.steps ?? 0 };
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
    return { ...this.#state, armSeconds, ...(await this.#live?.trainer?.save()) };
  }

  async #runArm(plan: ArmPlan): Promise<void> {
    this.#armBegin = this.surroundings.now() - this.#state.armSeconds * 1000;
    if ('counted' in plan) return this.#finishArm(plan, undefined, this.#row(plan.arm, 0, plan.counted(this.session, this.recipe)));
    const { weights, origin } = plan.weights(this.session, this.#teacher(), this.recipe);
    if (origin !== undefined && plan.arm === exportedBy(this.recipe).arm) this.#state = { ...this.#state, origin };
    const scores = await this.#trainAndScore(plan, weights);
    const parameters = [...weights.tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
    await this.#finishArm(plan, weights, this.#row(plan.arm, parameters, scores));
  }

  #row(arm: Arm, parameters: number, scores: Scores): ResultRow {
    return { arm, parameters, scores, seconds: (this.surroundings.now() - this.#armBegin) / 1000 };
  }

  async #trainAndScore(plan: ModelPlan, weights: Weights): Promise<Scores> {
    const saved = this.#state.live;
    const parameters = upload(saved ? { ...weights, tensors: modelTensors(saved.parameters) } : weights, plan.training !== undefined);
    const refused = (reason: string) => this.surroundings.emit({ type: 'note', text: notReplayedNote(`Scoring of ${plan.arm} runs`, reason) });
    const model = { config: weights.config, parameters, forward: new ForwardPass(this.recipe.training.execution, this.#compiling, refused) };
    this.#live = { model };
    if (plan.training) await this.#train(plan, plan.training, model);
    const { dev, mismatched = [] } = this.session.data;
    const scores = await this.#score(plan, model, dev, `Scoring: ${plan.arm}`);
    if (mismatched.length === 0) return scores;
    return withMismatched(scores, await plan.score(model, mismatched, this.session, this.recipe, this.#progress(`Scoring: ${plan.arm}, mismatched rows`, mismatched.length)));
  }

  async #train(plan: ModelPlan, training: ArmTraining, model: LiveArmModel): Promise<void> {
    const { recipe, session } = this;
    const watched = selects(recipe.training) ? session.data.tuning : session.data.tuning.slice(0, WATCHED_ROWS);
    const trainer = new ArmTrainer(training, model, {
      recipe,
      session,
      watched,
      now: this.surroundings.now,
      teacher: () => this.#teacher(),
      progress: (label, total) => this.#progress(label, total),
      compiling: this.#compiling,
      report: (event, epoch) => this.#report(plan.arm, event, epoch),
      gate: () => this.surroundings.gate(),
      note: (text) => this.surroundings.emit({ type: 'note', text }),
      snapshot: (epoch) => this.#snapshot(plan, model, epoch),
      watch: async () => {
        const scores = await this.#score(plan, model, watched, `Watching: ${plan.arm}`);
        this.#speed.restart(this.surroundings.now());
        return scores;
      },
    }, this.#state);
    this.#live = { model, trainer };
    this.#speed.restart(this.surroundings.now());
    await trainer.run();
    if (trainer.dataPath) this.surroundings.emit({ type: 'data-path', arm: plan.arm, ...trainer.dataPath });
  }

  /** Gives out the model that the run exports as it is now; the others of the comparison are not kept. */
  async #snapshot({ arm }: ModelPlan, { parameters, config }: ArmModel, epoch: number): Promise<void> {
    if (arm !== exportedBy(this.recipe).arm) return;
    const { step } = this.position;
    const files = exportFiles(this.recipe, { ...this.#state, exported: await download(parameters), config }, this.session.tokenizer);
    const name = `epoch${Math.floor(epoch)}_step${step}`;
    this.surroundings.emit({ type: 'snapshot', name, step, files: files.map((file) => ({ name: file.name, blob: new Blob([new Uint8Array(file.bytes)]) })) });
    this.surroundings.emit({ type: 'note', text: `Snapshot ${name}: the model as it is after step ${step}.` });
    this.#speed.restart(this.surroundings.now());
  }

  #report(arm: Arm, event: StepEvent, epoch: number): void {
    const { step, steps } = this.position;
    const hoursLeft = this.#live?.trainer?.hoursLeft ?? Infinity;
    if (event.notReplayed !== undefined) this.surroundings.emit({ type: 'note', text: notReplayedNote(`Steps of ${arm} run`, event.notReplayed) });
    if (event.recordedAnew) this.surroundings.emit({ type: 'note', text: `Most steps of ${arm} so far were recorded anew before they ran, which takes the processor some milliseconds each: they are of many kinds, by lengths, layers that were drawn, or numbers of rows.` });
    if (event.skipped) this.surroundings.emit({ type: 'note', text: `Step ${step} of ${arm}: the gradient was not finite, so the step was left out.` });
    const { skipped: _skipped, notReplayed: _notReplayed, recordedAnew: _recordedAnew, ...numbers } = event;
    const stepsPerSecond = this.#speed.tick(this.surroundings.now());
    this.surroundings.emit({ type: 'step', report: { arm, epoch, ...numbers, step, steps, stepsPerSecond, secondsLeft: this.#secondsLeft(Math.min(steps - step, stepsPerSecond * hoursLeft * 3600), stepsPerSecond) } });
  }

  async #score(plan: ModelPlan, model: ArmModel, rows: readonly EncodedExample[], label: string): Promise<Scores> {
    const scores = await plan.score(model, rows, this.session, this.recipe, this.#progress(label, rows.length));
    this.surroundings.emit({ type: 'evaluation', arm: plan.arm, step: this.position.step, split: rows === this.session.data.dev ? 'dev' : 'tuning', scores });
    return scores;
  }

  /** A listener that tells how far a pass over rows is, and opens the gate after each batch. */
  #progress(label: string, total: number): OnRows {
    const progress = new Progress(label, total, this.surroundings.now, (event) => this.surroundings.emit(event));
    return async (done) => {
      progress.at(done);
      await this.surroundings.gate();
    };
  }

  #teacher(): Weights {
    const { start } = this.session;
    return this.#state.teacher ? { ...start, tensors: this.#state.teacher } : start;
  }

  async #finishArm(plan: ArmPlan, weights: Weights | undefined, row: ResultRow): Promise<void> {
    const trained = this.#live?.trainer ? await download(this.#live.model.parameters) : undefined;
    const step = this.position.step;
    this.#release();
    const rows = [...this.#state.rows, row];
    const exported = plan.arm === exportedBy(this.recipe).arm && weights ? { exported: (trained ?? weights.tensors) as ReadonlyMap<string, HostTensor>, config: weights.config } : {};
    const teacher = plan.arm === 'teacher' && trained ? { teacher: trained } : {};
    this.#state = { ...this.#state, ...exported, ...teacher, rows, armIndex: this.#state.armIndex + 1, ...NOT_BEGUN, armSeconds: 0 };
    if (teacher.teacher) await this.surroundings.keepTeacher(this.#teacher());
    if (plan.arm === 'teacher') this.#noteWeakTeacher(row.scores);
    this.surroundings.emit({ type: 'results', rows });
    this.surroundings.emit({ type: 'arm-done', arm: plan.arm, step });
    await this.surroundings.gate();
  }

  #noteWeakTeacher(scores: Scores): void {
    if (this.recipe.kind !== 'distill') return;
    const { task, data } = this.session;
    const text = weakTeacher(task, scores, majorityScores(task, data.train, data.dev));
    if (text !== undefined) this.surroundings.emit({ type: 'note', text });
  }

  /** Time for the steps of this arm and of those after it; scoring is small beside them and left out. */
  #secondsLeft(inThisArm: number, stepsPerSecond: number): number {
    const later = this.#arms.slice(this.#state.armIndex + 1).reduce((sum, plan) => sum + ('counted' in plan ? 0 : this.#updatesOf(plan.training)), 0);
    return stepsPerSecond > 0 ? (inThisArm + later) / stepsPerSecond : 0;
  }

  #updatesOf(training: ArmTraining | undefined): number {
    const rows = training?.examples(this.session).length ?? 0;
    return (training?.stages(this.recipe) ?? []).reduce((sum, { options }) => sum + stepsOf(options, rows), 0);
  }

  #release(): void {
    if (this.#live) dispose(this.#live.model.parameters);
    this.#live?.model.forward.dispose();
    this.#live?.trainer?.dispose();
    this.#live = undefined;
  }
}
