import { contrast, contrastTensor, type Contrast } from '../../distill/contrast.ts';
import { crd } from '../../distill/objectives/crd.ts';
import { changed } from '../../tensor/kernels/bank_rows.ts';
import * as tf from '../../tensor/tf.ts';
import type { Comparison } from '../comparison.ts';
import type { GoldenTensors } from '../golden_tensors.ts';
import type { GoldenCase, Group, Plan, Planner } from '../group.ts';
import type { Options } from '../options.ts';

const TEMPERATURE = 0.07;
const MOMENTUM = 0.5;
const MEMORY = ['memory_v1', 'memory_v2', 'normalisers'] as const;
const EMBEDDINGS = ['embed_s.weight', 'embed_s.bias', 'embed_t.weight', 'embed_t.bias'] as const;

/**
 * Group b_crd: several steps that share two memory banks and the normalisers of the first one.
 *
 * The embeddings' weights are the same in every step, and the rows of the banks that are compared are given.
 */
export const contrastive: Planner = async (group): Promise<Plan> => {
  const tensors = await group.tensors();
  const steps = tensors.names('inputs/step').filter((name) => name.endsWith('.contrast_idx')).map((name) => name.slice('inputs/'.length, -'.contrast_idx'.length));
  const run = new Steps(tensors, group.entry.object('dims'));
  const cases = steps.sort(byNumber).map((step): GoldenCase => ({
    name: step,
    owns: (name) => name.startsWith(`expected/${step}.`) || name.startsWith(`grad/${step}.`),
    run: (comparison) => compareStep(comparison, group, run, step),
  }));
  return { tensors, cases };
};

const byNumber = (a: string, b: string): number => Number(a.slice('step'.length)) - Number(b.slice('step'.length));

/** The memory before each step, in main memory: steps are run in order, each once. */
class Steps {
  readonly memory = new Map<string, { readonly shape: readonly number[]; readonly data: Float32Array }>();

  constructor(
    readonly tensors: GoldenTensors,
    readonly dims: Options,
  ) {
    for (const bank of ['memory_v1', 'memory_v2']) this.memory.set(bank, { shape: tensors.shape(`inputs/${bank}`), data: tensors.floats(`inputs/${bank}`) });
    this.memory.set('normalisers', { shape: [2], data: new Float32Array(2) });
  }

  tensor(name: string): tf.Tensor {
    const { data, shape } = this.memory.get(name)!;
    return tf.tensor(data, [...shape]);
  }
}

async function compareStep(comparison: Comparison, group: Group, run: Steps, step: string): Promise<void> {
  const { tensors } = run;
  const variables = new Map([...EMBEDDINGS.map((name) => [name, `inputs/${name}`] as const), ['student.cls_concat', `inputs/${step}.student.cls_concat`] as const].map(([name, input]) => [name, tf.variable(tensors.tensor(input))]));
  const memory = new Map(MEMORY.map((name) => [name, run.tensor(name)]));
  const result = contrastOf(run, step, variables, memory);
  await compareInner(comparison, step, result);
  const rule = { measure: 'absolute', tolerance: group.bound('memories abs') } as const;
  for (const bank of ['memory_v1', 'memory_v2'] as const) await comparison.near(`expected/${step}.${bank}_after`, changed(memory.get(bank)!, result.after[bank]), rule);
  const { value, grads } = tf.variableGrads(() => objectiveLoss(run, step, variables, memory), [...variables.values()]);
  await comparison.near(`expected/${step}.loss`, value);
  for (const [name, variable] of variables) await comparison.gradient(`grad/${step}.${name}`, grads[variable.name]);
  for (const name of MEMORY) run.memory.set(name, { shape: memory.get(name)!.shape, data: Float32Array.from(await changed(memory.get(name)!, result.after[name]).data()) });
  tf.dispose([...variables.values()]);
}

async function compareInner(comparison: Comparison, step: string, result: Contrast): Promise<void> {
  const place = `expected/${step}`;
  const [z1, z2] = await result.after.normalisers.data() as Float32Array;
  await comparison.near(`${place}.Z_v1`, [z1!]);
  await comparison.near(`${place}.Z_v2`, [z2!]);
  await comparison.near(`${place}.out_v1`, result.studentScores);
  await comparison.near(`${place}.out_v2`, result.teacherScores);
  await comparison.near(`${place}.v1_student_embedding`, result.studentEmbedding);
  await comparison.near(`${place}.v2_teacher_embedding`, result.teacherEmbedding);
  await comparison.near(`${place}.s_loss`, result.studentLoss);
  await comparison.near(`${place}.t_loss`, result.teacherLoss);
}

type Named = ReadonlyMap<string, tf.Tensor>;

/** The inner computation, for everything that the loss does not tell. */
function contrastOf({ tensors }: Steps, step: string, variables: Named, memory: Named): Contrast {
  return contrast({
    student: variables.get('student.cls_concat') as tf.Tensor2D,
    teacher: tensors.tensor(`inputs/${step}.teacher.cls_concat`) as tf.Tensor2D,
    trained: (name) => variables.get(name)!,
    memory: (name) => memory.get(name)!,
    contrast: contrastTensor(tensors.integers(`inputs/${step}.contrast_idx`), tensors.integers(`inputs/${step}.sample_ids`).length),
    temperature: TEMPERATURE,
    momentum: MOMENTUM,
  });
}

/** The objective itself: the vectors of all states are given as texts of one token. */
function objectiveLoss({ tensors, dims }: Steps, step: string, variables: Named, memory: Named): tf.Scalar {
  const model = (side: 's' | 't', concatenated: tf.Tensor) => {
    const hidden_size = dims.number(`H${side}`);
    const at = (_: string, index: number) => tf.slice(concatenated, [0, index * hidden_size], [-1, hidden_size]);
    return { layers: dims.number(`L${side}`), heads: 1, hidden_size, taps: { at } };
  };
  const examples = tensors.integers(`inputs/${step}.sample_ids`);
  const terms = crd.loss({
    student: model('s', variables.get('student.cls_concat')!),
    teacher: model('t', tensors.tensor(`inputs/${step}.teacher.cls_concat`)),
    mapping: { kind: 'combine' },
    fidelity: 'released',
    parameters: { nce_k: dims.number('K'), crd_feat_dim: dims.number('feat'), nce_t: TEMPERATURE, nce_m: MOMENTUM },
    seed: 0,
    step: 0,
    labels: tensors.tensor(`inputs/${step}.labels`) as tf.Tensor1D,
    mask: tf.ones([examples.length, 1]),
    examples,
    rowLabels: tensors.integers('inputs/dataset_labels'),
    contrast: contrastTensor(tensors.integers(`inputs/${step}.contrast_idx`), examples.length),
    trained: variables,
    memory,
  });
  return tf.add(terms['crd_student']!, terms['crd_teacher']!);
}
