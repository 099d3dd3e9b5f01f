import { total } from '../../distill/averages.ts';
import { parseMapping } from '../../distill/layer_mapping.ts';
import type { ObjectiveInputs, Terms } from '../../distill/objective.ts';
import { objectiveNamed } from '../../distill/objectives/index.ts';
import type { Fidelity } from '../../model/config.ts';
import * as tf from '../../tensor/tf.ts';
import type { Comparison } from '../comparison.ts';
import { ownsCase, type GoldenCase } from '../group.ts';
import { GivenModels, type GivenModel } from './given_models.ts';

/** One objective of a case. */
export interface Part {
  readonly objective: string;
  readonly mapping?: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly weight?: number;
  /** Whether the criterion logs it under `loss_inter`. */
  readonly prediction?: boolean;
}

/** A logged number: the sum of some terms of some parts. */
export type Logged = (parts: readonly Part[]) => readonly { readonly part: Part; readonly terms?: readonly string[] }[];

/** A case of group b: which objectives are summed, on which inputs, and what each logged number is. */
export interface ObjectiveSpec {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly logged: Readonly<Record<string, Logged>>;
  readonly student: GivenModel;
  readonly teacher: GivenModel;
  readonly labels: string;
  readonly fidelity: Fidelity;
  /** Input names of the projection that `combine` trains. */
  readonly projection?: string;
  /** Beginnings of the names of inputs that may have a gradient. */
  readonly trained: readonly string[];
}

/** [B, T], 1 = real token. */
export type MaskOf = (given: GivenModels) => tf.Tensor2D;

/** All terms of all parts. */
export const everything: Logged = (parts) => parts.map((part) => ({ part }));

/** Terms of these names, wherever they are, without the weights of their parts; none at all is 0. */
export const termsNamed = (...terms: readonly string[]): Logged => (parts) => parts.map((part) => ({ part: { ...part, weight: 1 }, terms }));

/** The runnable case: every logged number, then every gradient of the loss. */
export function objectiveCase(spec: ObjectiveSpec, maskOf: MaskOf): GoldenCase {
  return {
    name: spec.name,
    owns: ownsCase(spec.name),
    run: async (comparison) => {
      const given = new GivenModels(comparison.tensors, spec.trained);
      try {
        await compareLogged(comparison, given, spec, maskOf);
        await compareGradients(comparison, given, spec, maskOf);
      } finally {
        given.dispose();
      }
    },
  };
}

async function compareLogged(comparison: Comparison, given: GivenModels, { name, parts, logged, ...spec }: ObjectiveSpec, maskOf: MaskOf): Promise<void> {
  const place = `expected/${name}`;
  const value = (which: Logged) => total(which(parts).flatMap(({ part, terms }) => chosen(lossOf(part, given, spec, maskOf), terms)));
  await comparison.near(`${place}/loss`, value(everything));
  for (const [number, which] of Object.entries(logged)) await comparison.nearIfThere(`${place}/${number}`, () => value(which));
  if (comparison.tensors.has(`${place}/sample_size`)) comparison.exact(`${place}/sample_size`, given.input(spec.labels).shape[0] ?? 0);
}

async function compareGradients(comparison: Comparison, given: GivenModels, { name, parts, ...spec }: ObjectiveSpec, maskOf: MaskOf): Promise<void> {
  const loss = () => total(parts.flatMap((part) => chosen(lossOf(part, given, spec, maskOf))));
  const { grads } = tf.variableGrads(loss, [...given.variables.values()]);
  for (const [input, variable] of given.variables) await comparison.gradient(`grad/${name}/${input}`, grads[variable.name] ?? undefined);
}

const chosen = (terms: Terms, names?: readonly string[]): tf.Scalar[] => Object.entries(terms).filter(([name]) => names?.includes(name) ?? true).map(([, term]) => term);

/** The weighted terms of one part. */
function lossOf(part: Part, given: GivenModels, spec: Omit<ObjectiveSpec, 'name' | 'parts' | 'logged'>, maskOf: MaskOf): Terms {
  const objective = objectiveNamed(part.objective);
  const [student, teacher] = [given.outputsOf(spec.student), given.outputsOf(spec.teacher)];
  const { projection } = spec;
  const inputs: ObjectiveInputs = {
    student,
    teacher,
    mapping: part.mapping === undefined ? (objective.mapping ?? { kind: 'skip' }) : parseMapping(part.mapping),
    fidelity: spec.fidelity,
    parameters: part.parameters ?? {},
    seed: 0,
    step: 0,
    labels: given.input(spec.labels) as tf.Tensor1D,
    mask: maskOf(given),
    ...(projection === undefined ? {} : { trained: new Map(['weight', 'bias'].map((one) => [`projection.${one}`, given.input(`${projection}.${one}`)])) }),
  };
  const terms = objective.loss(inputs);
  const { weight = 1 } = part;
  return weight === 1 ? terms : Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, tf.mul(term, weight) as tf.Scalar]));
}
