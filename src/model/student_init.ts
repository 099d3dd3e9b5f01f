import { Fault } from '../fault/fault.ts';
import type { ModelConfig } from './config.ts';
import { familyOf } from './families.ts';
import { evenLayers } from './layers.ts';
import { initialValues, parameterSpecs, type Head, type ParameterSpec } from './parameters.ts';
import type { HostTensor, Weights } from './weights.ts';

/** Parts of a model that a student may take over beside its layers. */
export type StudentPart = 'embeddings' | 'masked-lm' | 'classifier';

/** What the reference takes over; its classification head begins at random even where it would fit (D22). */
export const REFERENCE_PARTS: readonly StudentPart[] = ['embeddings', 'masked-lm'];

/** A tensor of the teacher that the student has in another shape. */
export interface Misfit {
  readonly name: string;
  readonly expected: readonly number[];
  readonly got: readonly number[];
}

/** Where a student's weights came from, for its record and its model card. */
export interface Provenance {
  /** Teacher layer that student layer j started from, 0-based; empty for a random start. */
  readonly layers: readonly number[];
  readonly parts: readonly StudentPart[];
  /** Task that the teacher was finetuned on; undefined for a pretrained one. */
  readonly finetuning_task?: string;
  readonly copied: readonly string[];
  readonly random: readonly string[];
  /** Those among `random` that would have been copied if they fitted. */
  readonly misfits: readonly Misfit[];
}

/** Sizes in which a student may differ from its teacher beside the number of its layers. */
export type StudentWidth = Partial<Pick<ModelConfig, 'hidden_size' | 'num_attention_heads' | 'intermediate_size'>>;

/** The student's architecture: the teacher's with another number of layers, and another width if one is given. */
export function studentConfig(teacher: ModelConfig, num_hidden_layers: number, width: StudentWidth = {}): ModelConfig {
  return { ...teacher, ...width, num_hidden_layers };
}

const LAYER = /^encoder\.layer\.(\d+)\./;

/** The part of a model that a parameter belongs to: a pooler to the classifier, or to the head for next sentences beside that of masked words. */
function partOf(name: string, config: ModelConfig, heads: readonly Head[]): StudentPart | 'layers' {
  const { classifier } = familyOf(config);
  if (name.startsWith('embeddings.')) return 'embeddings';
  if (name.startsWith('encoder.')) return 'layers';
  const isClassifier = heads.includes('classification') && [classifier.hidden, classifier.output].some((head) => name.startsWith(`${head}.`));
  return isClassifier ? 'classifier' : 'masked-lm';
}

/** The teacher's parameter that a student's parameter starts from; undefined for a random start. */
function sourceOf(name: string, config: ModelConfig, heads: readonly Head[], layers: readonly number[], parts: readonly StudentPart[]): string | undefined {
  const part = partOf(name, config, heads);
  if (part !== 'layers') return parts.includes(part) ? name : undefined;
  if (layers.length === 0) return undefined;
  return name.replace(LAYER, (_, layer: string) => `encoder.layer.${layers[Number(layer)]}.`);
}

/**
 * Weight initialisation from teacher layers: student layer j := teacher layer layers[j], with the named parts. A layer may
 * be named twice, which is how a deep model grows out of a shallow one (Gong et al. 2019). What the teacher lacks or has in
 * another shape begins at random, and the provenance lists it.
 *
 * An empty list gives random weights throughout, unless parts are named. Fault when the list does not fit the two depths.
 * Source: Wang et al. 2023, section 3; `layer_weight_selection` of the reference's `experiments.py`.
 */
export function initialiseStudent(
  teacher: Weights,
  student: ModelConfig,
  layers: readonly number[],
  seed: number,
  heads: readonly Head[] = ['classification'],
  parts: readonly StudentPart[] = layers.length > 0 ? REFERENCE_PARTS : [],
): { weights: Weights; provenance: Provenance } {
  checkLayers(layers, student.num_hidden_layers, teacher.config.num_hidden_layers);
  const [copied, random, misfits]: [string[], string[], Misfit[]] = [[], [], []];
  const tensors = new Map<string, HostTensor>();
  for (const spec of parameterSpecs(student, heads)) {
    const source = sourceOf(spec.name, student, heads, layers, parts);
    const found = source === undefined ? undefined : teacher.tensors.get(source);
    const from = found && fits(found, spec) ? found : undefined;
    if (found && !from) misfits.push({ name: spec.name, expected: spec.shape, got: found.shape });
    (from ? copied : random).push(spec.name);
    tensors.set(spec.name, { shape: spec.shape, data: from ? from.data.slice() : initialValues(spec, student, seed) });
  }
  const { finetuning_task } = teacher.config;
  const provenance = { layers, parts, ...(finetuning_task === undefined ? {} : { finetuning_task }), copied, random, misfits };
  return { weights: { config: student, heads, tensors }, provenance };
}

const fits = (tensor: HostTensor, { shape }: ParameterSpec): boolean => tensor.shape.join() === shape.join();

/**
 * The provenance as one sentence; layers are counted from 0 and, in brackets, from 1 as in the paper.
 *
 * e.g. `layers 3, 7, 11 (4, 8, 12 counted from 1) of a model finetuned on sst-2, with its embeddings`
 */
export function initialisationSentence({ layers, parts, finetuning_task, copied, misfits }: Provenance): string {
  if (copied.length === 0) return misfits.length === 0 ? 'random weights' : 'random weights: nothing of the teacher has the student’s shapes';
  const from = finetuning_task === undefined ? 'a pretrained model' : `a model finetuned on ${finetuning_task}`;
  const numbers = layers.length === 0 ? 'no layers' : `layers ${layers.join(', ')} (${layers.map((layer) => layer + 1).join(', ')} counted from 1)`;
  const words = { embeddings: 'its embeddings', 'masked-lm': 'its masked-LM head', classifier: 'its classifier' } as const;
  const along = parts.map((part) => words[part]);
  const rest = misfits.length === 0 ? '' : `; ${misfits.length} tensors of another shape began at random`;
  return `${numbers} of ${from}${along.length > 0 ? `, with ${along.join(' and ')}` : ''}${rest}`;
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
