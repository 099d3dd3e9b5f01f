import * as tf from '../../tensor/tf.ts';
import { fitted } from '../hidden.ts';
import type { Objective, ObjectiveSetting } from '../objective.ts';
import { allStates, teacherOf } from '../pairs.ts';
import { denseSpecs } from '../trainables.ts';

/**
 * ALP-KD: every first-token vector of the student should equal a mixture of the teacher's, weighted by similarity.
 *
 *   L = mean over B, states, features of ( C_S − softmax(C_S·C_Tᵀ)·C_T )²
 *
 * C_S [B, S+1, d], C_T [B, N+1, d]: first-token vectors of all hidden states, those of a student of another width projected.
 * The mixture follows the student, so that equal models do not give 0.
 * Source: Passban et al. 2021; `alp_kd` of the reference's `feature_learn.py`.
 */
export const alpKd: Objective = {
  name: 'alp_kd',
  aliases: ['alp-kd', 'alp'],
  title: 'ALP-KD',
  about: 'Each of the student’s [CLS] vectors should equal a mixture of all of the teacher’s.',
  formula: 'L = mean (C_S − softmax(C_S·C_Tᵀ)·C_T)²',
  source: 'Passban et al. 2021; `alp_kd`',
  needs: { teacherLogits: false },
  controls: [],
  mapping: { kind: 'combine' },
  taps: (setting) => {
    const states = allStates('alp_kd', setting);
    return { student: { firstTokens: states.student }, teacher: { firstTokens: states.teacher } };
  },
  trainables: (setting: ObjectiveSetting) => {
    const [student, teacher] = [setting.student.hidden_size, teacherOf('alp_kd', setting).hidden_size];
    return student === teacher ? [] : denseSpecs('projection', teacher, student);
  },
  loss: (inputs) => {
    const states = allStates('alp_kd', inputs);
    const teacher = teacherOf('alp_kd', inputs);
    const targets = states.teacher.map((index) => teacher.taps.at('firstTokens', index));
    const vectors = states.student.map((index) => fitted('alp_kd', inputs.student.taps.at('firstTokens', index), targets[0]!, inputs));
    const [s, t] = [tf.stack(vectors, 1), tf.stack(targets, 1)];
    const mixture = tf.matMul(tf.softmax(tf.matMul(s, t, false, true)), t);
    return { alp_kd: tf.mean(tf.squaredDifference(s, mixture)) };
  },
};
