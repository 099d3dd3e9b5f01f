import * as tf from '../tensor/tf.ts';
import { linear } from '../tensor/kernels/linear.ts';
import { activation } from '../tensor/kernels/activation.ts';
import { Fault } from '../fault/fault.ts';
import { total } from './averages.ts';
import type { Control, ObjectiveInputs, ObjectiveSetting, TapNeeds, TensorSpec } from './objective.ts';
import { allStates, statePairs, tapsOfPairs, teacherOf } from './pairs.ts';
import { denseSpecs } from './trainables.ts';

/** Which vectors of hidden states are looked at (all tokens [B·T, d], or the first of each text [B, d]), and how two models' are compared. */
export interface HiddenView {
  readonly name: string;
  readonly tap: 'hiddenStates' | 'firstTokens';
  compare(student: tf.Tensor, teacher: tf.Tensor, inputs: ObjectiveInputs): tf.Scalar;
}

/** The parameter that leaves the embedding outputs out, for the page. */
export const EMBEDDINGS: Control = { name: 'embeddings', label: 'Compare embedding outputs too (0 or 1)', initial: 1, minimum: 0, maximum: 1, step: 1 };

/** Taps of a hidden-state objective under any mapping. */
export function hiddenTaps({ name, tap }: Pick<HiddenView, 'name' | 'tap'>, setting: ObjectiveSetting, step: number): TapNeeds {
  if (setting.mapping.kind !== 'combine') return tapsOfPairs(tap, statePairs(name, setting, step));
  const states = allStates(name, setting);
  return { student: { [tap]: states.student }, teacher: { [tap]: states.teacher } };
}

/**
 * The projection that a hidden-state objective trains: none for equal widths; W [d_T, d_S] for a narrower or wider student;
 * for `combine` one between all states side by side.
 *
 * Corrected: the student is projected. Released `combine`: the teacher is, W [states·d_S, states·d_T], so its target moves.
 */
export function projectionSpecs(name: string, setting: ObjectiveSetting): TensorSpec[] {
  const [student, teacher] = [setting.student.hidden_size, teacherOf(name, setting).hidden_size];
  if (setting.mapping.kind !== 'combine') return student === teacher ? [] : denseSpecs('projection', teacher, student);
  const states = allStates(name, setting);
  const [wide, narrow] = [states.teacher.length * teacher, states.student.length * student];
  return setting.fidelity === 'released' ? denseSpecs('projection', narrow, wide) : denseSpecs('projection', wide, narrow);
}

/** x through the trained projection, with the activation that the term asks for: [N, I] → [N, O]. Fault without its weights. */
export function projected(name: string, x: tf.Tensor, { trained, projection }: ObjectiveInputs): tf.Tensor {
  const [weight, bias] = [trained?.get('projection.weight'), trained?.get('projection.bias')];
  if (!weight || !bias) throw missingProjection(name);
  const y = linear(x, weight, bias);
  const chosen = projection?.activation ?? 'identity';
  if (chosen === 'identity') return y;
  return chosen === 'tanh' ? tf.tanh(y) : activation(y, chosen);
}

/** A student's view of a state in the teacher's width. */
export function fitted(name: string, student: tf.Tensor, teacher: tf.Tensor, inputs: ObjectiveInputs): tf.Tensor {
  return student.shape[1] === teacher.shape[1] ? student : projected(name, student, inputs);
}

/** Loss of a hidden-state objective: Σ over pairs, or all states side by side for `combine`. */
export function hiddenLoss(view: HiddenView, inputs: ObjectiveInputs): tf.Scalar {
  const teacher = teacherOf(view.name, inputs);
  const state = (outputs: ObjectiveInputs['student'], index: number) => outputs.taps.at(view.tap, index);
  if (inputs.mapping.kind === 'combine') {
    const states = allStates(view.name, inputs);
    const s = tf.concat(states.student.map((index) => state(inputs.student, index)), 1);
    const t = tf.concat(states.teacher.map((index) => state(teacher, index)), 1);
    return inputs.fidelity === 'released' ? view.compare(s, projected(view.name, t, inputs), inputs) : view.compare(projected(view.name, s, inputs), t, inputs);
  }
  return total(statePairs(view.name, inputs, inputs.step).map(({ student: i, teacher: j, weight }) => {
    const t = state(teacher, j);
    const value = view.compare(fitted(view.name, state(inputs.student, i), t, inputs), t, inputs);
    return weight === 1 ? value : tf.mul(value, weight) as tf.Scalar;
  }));
}

const missingProjection = (name: string) =>
  new Fault({ code: 'objective-input', where: `objective ${name}`, expected: 'a trained projection', got: 'none', remedy: 'Give the objective the tensors that its `trainables` list.' });
