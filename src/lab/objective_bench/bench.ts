import { termLabel, type BenchEvent, type BenchReport, type BenchRow } from '../../experiment/objective_bench.ts';
import { describe, Fault } from '../../fault/fault.ts';
import { changed } from '../../tensor/kernels/bank_rows.ts';
import { isDeviceFault } from '../../tensor/device_faults.ts';
import * as tf from '../../tensor/tf.ts';
import { secondsLeft, type Clock } from '../progress.ts';
import { checkGradient } from './gradient_check.ts';
import { cosines, differentiated, norm, sum, termNames, type Differentiated } from './gradients.ts';
import { openObjective, type OpenObjective } from './open_objective.ts';
import { disposeModels, uploadModels, type Models, type Scene } from './scene.ts';
import { shares } from './shares.ts';
import { stepCost } from './step_cost.ts';

/** What the surroundings give to a bench. */
export interface BenchSurroundings {
  readonly now: Clock;
  tell(event: BenchEvent): void;
  /** Waited for between short pieces of work: the place to answer messages, or to stop by throwing. */
  gate(): Promise<void>;
}

/** Gradients are kept for the cosines up to this many bytes. */
const KEPT_BYTES = 2 ** 30;

/** A gradient of a term, as long as there is room for it. */
interface KeptGradient {
  readonly label: string;
  readonly gradient?: Float32Array;
}

/** Pieces of work for one objective, as progress counts them. */
const PIECES = ['gradients', 'finite differences', 'time of a step'] as const;

/** Measures every named objective on the scene's batch, and at last the cosines of their terms. */
export async function runBench(scene: Scene, objectives: readonly string[], surroundings: BenchSurroundings): Promise<BenchReport> {
  const models = uploadModels(scene);
  const progress = new BenchProgress(objectives.length * PIECES.length, surroundings);
  const [rows, kept, refused]: [BenchRow[], KeptGradient[], BenchReport['refused'][number][]] = [[], [], []];
  try {
    for (const [index, name] of objectives.entries()) {
      try {
        const measured = await measure(scene, models, name, surroundings, (piece) => progress.at(index * PIECES.length + piece, `${name}: ${PIECES[piece]}`));
        rows.push(measured.row);
        keep(kept, measured);
        surroundings.tell({ kind: 'row', row: measured.row });
      } catch (error) {
        if (!(error instanceof Fault) || isDeviceFault(error)) throw error;
        refused.push({ objective: name, why: describe(error.toReport()) });
        surroundings.tell({ kind: 'refused', refusal: refused.at(-1)! });
      }
    }
  } finally {
    disposeModels(models);
  }
  const notKept = kept.filter(({ gradient }) => !gradient).length;
  const notes = notKept === 0 ? scene.notes : [...scene.notes, `The gradients of the last ${notKept} terms were too large to keep, so that they have no cosines.`];
  return { notes, rows, refused, labels: kept.map(({ label }) => label), cosines: cosines(kept.map(({ gradient }) => gradient)) };
}

/** What is found of one objective, and the student's gradient of each of its terms. */
interface Measured {
  readonly row: BenchRow;
  readonly gradients: readonly Float32Array[];
}

async function measure(scene: Scene, models: Models, name: string, { now, gate }: BenchSurroundings, at: (piece: number) => void): Promise<Measured> {
  const open = openObjective(scene, models, name);
  const teacher = open.teacher();
  try {
    at(0);
    await settle(open, teacher);
    const names = termNames(open, teacher);
    const terms: Differentiated[] = [];
    for (const term of names) {
      terms.push(await differentiated(open, teacher, term));
      await gate();
    }
    const [student, trained] = [sum(terms.map((term) => term.student)), sum(terms.map((term) => term.trained))];
    at(1);
    const check = await checkGradient(() => total(open, teacher), variablesOf(open), joined(student, trained), scene.recipe.training.seed, gate);
    at(2);
    const cost = await stepCost(scene, open, now, gate);
    const row: BenchRow = {
      objective: name,
      value: terms.reduce((all, { value }) => all + value, 0),
      norm: norm(student),
      terms: terms.map(({ value, student: gradient }, i) => ({ name: names[i]!, value, norm: norm(gradient) })),
      parts: shares(student, [...open.student].map(([parameter, { shape }]) => ({ name: parameter, shape })), scene.student.config),
      ...cost,
      check,
    };
    return { row, gradients: terms.map((term) => term.student) };
  } finally {
    tf.dispose(teacher);
    open.dispose();
  }
}

/** Lets an objective remember the fixed batch once, as after its first step: what it fixes then is no part of the gradient. */
async function settle(open: OpenObjective, teacher: readonly tf.Tensor[]): Promise<void> {
  tf.tidy(() => {
    for (const [name, change] of Object.entries(open.losses(teacher).memory ?? {})) {
      const variable = open.memory.get(name);
      variable?.assign(changed(variable, change));
    }
  });
}

const variablesOf = ({ student, trained }: OpenObjective): tf.Variable[] => [...student.values(), ...trained.values()];

const total = (open: OpenObjective, teacher: readonly tf.Tensor[]): tf.Tensor => tf.addN(Object.values(open.losses(teacher).terms));

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

function keep(kept: KeptGradient[], { row, gradients }: Measured): void {
  gradients.forEach((gradient, i) => {
    const label = termLabel(row.objective, row.terms[i]!.name, gradients.length);
    const fits = (kept.length + 1) * gradient.byteLength <= KEPT_BYTES;
    kept.push({ label, ...(fits ? { gradient } : {}) });
  });
}

/** Tells how far a bench is, and how long it will still take at the pace so far. */
class BenchProgress {
  readonly #began: number;

  constructor(
    readonly total: number,
    readonly surroundings: BenchSurroundings,
  ) {
    this.#began = surroundings.now();
  }

  at(done: number, label: string): void {
    this.surroundings.tell({ kind: 'progress', label, done, total: this.total, secondsLeft: secondsLeft(this.#began, this.surroundings.now(), done, this.total) });
  }
}
