import { Fault } from '../fault/fault.ts';
import type { ModelConfig } from './config.ts';
import { evenLayers } from './layers.ts';
import { initialValues, parameterSpecs, type Head } from './parameters.ts';
import type { HostTensor, Weights } from './weights.ts';

/** Where a student's weights came from, for its record and its model card. */
export interface Provenance {
  /** Teacher layer that student layer j started from, 0-based; empty for a random start. */
  readonly layers: readonly number[];
  readonly copied: readonly string[];
  readonly random: readonly string[];
}

/** The student's architecture: the teacher's with another number of layers. */
export function studentConfig(teacher: ModelConfig, num_hidden_layers: number): ModelConfig {
  return { ...teacher, num_hidden_layers };
}

const LAYER = /^encoder\.layer\.(\d+)\./;

/** The teacher's parameter that a student's parameter starts from; a classification head always starts fresh. */
function sourceOf(name: string, layers: readonly number[]): string | undefined {
  if (name.startsWith('embeddings.') || name.startsWith('cls.')) return name;
  const layer = LAYER.exec(name);
  return layer ? name.replace(LAYER, `encoder.layer.${layers[Number(layer[1])]}.`) : undefined;
}

/**
 * Weight initialisation from teacher layers: student layer j := teacher layer layers[j]; embeddings and a masked-LM head
 * are copied, a classification head is random. A layer may be named twice, which is how a deep model grows out of a
 * shallow one (Gong et al. 2019).
 *
 * An empty list gives random weights throughout. Fault when the list does not fit the two depths.
 * Source: Wang et al. 2023, section 3; `layer_weight_selection` of the reference's `experiments.py`.
 */
export function initialiseStudent(teacher: Weights, student: ModelConfig, layers: readonly number[], seed: number, heads: readonly Head[] = ['classification']): { weights: Weights; provenance: Provenance } {
  checkLayers(layers, student.num_hidden_layers, teacher.config.num_hidden_layers);
  const [copied, random]: [string[], string[]] = [[], []];
  const tensors = new Map<string, HostTensor>();
  for (const spec of parameterSpecs(student, heads)) {
    const source = layers.length > 0 ? sourceOf(spec.name, layers) : undefined;
    const from = source === undefined ? undefined : teacher.tensors.get(source);
    (from ? copied : random).push(spec.name);
    tensors.set(spec.name, { shape: spec.shape, data: from ? from.data.slice() : initialValues(spec, student, seed) });
  }
  return { weights: { config: student, heads, tensors }, provenance: { layers, copied, random } };
}

/**
 * Refuses a list of teacher layers that does not fit the two depths; an empty list fits all.
 *
 * Fault `bad-init-layers` that says which layers there are.
 */
export function checkLayers(layers: readonly number[], studentDepth: number, teacherDepth: number): void {
  const beyond = layers.filter((layer) => !Number.isInteger(layer) || layer < 0 || layer >= teacherDepth);
  if (layers.length === 0 || (layers.length === studentDepth && beyond.length === 0)) return;
  const even = evenLayers(teacherDepth, studentDepth);
  const lower = studentDepth > teacherDepth ? '' : ` or ${[...even.keys()].join(',')} (lower)`;
  throw new Fault({
    code: 'bad-init-layers',
    where: `init ${layers.join(',')}`,
    expected: `${studentDepth} layers of the teacher, each from 0 to ${teacherDepth - 1}`,
    got: beyond.length > 0 ? `layer ${beyond.join(', ')}, which the teacher does not have` : `${layers.length} of them`,
    remedy: `For this teacher use for example ${even.join(',')} (spread)${lower}, or start from random weights.`,
  });
}
