import { squareNorm } from '../../tensor/kernels/square_norm.ts';
import * as tf from '../../tensor/tf.ts';
import { clipScale } from '../../train/optimizer.ts';
import { ownsCase, type GoldenCase, type Plan, type Planner, type SkippedCase } from '../group.ts';

/** Group c_clip: cases `fairseq_max<norm>` and `torch_max<norm>`; both libraries clip alike, 0 is off. */
export const clipping: Planner = async (group): Promise<Plan> => {
  const tensors = await group.tensors();
  const names = [...new Set(tensors.names('expected/').map((name) => name.split('/')[1]!))];
  const given = tensors.names('inputs/grad/').map((name) => name.slice('inputs/grad/'.length));
  const rule = { measure: 'relative', tolerance: group.bound('relative') } as const;
  const cases = names.map((name): GoldenCase | SkippedCase => {
    const largest = /^(?:fairseq|torch)_max([\d.]+(?:e-?\d+)?)$/.exec(name)?.[1];
    if (largest === undefined) return { name, why: 'the name does not say a largest norm' };
    return {
      name,
      owns: ownsCase(name),
      run: async (comparison) => {
        const gradients = given.map((one) => tensors.tensor(`inputs/grad/${one}`));
        const norm = Math.sqrt((await squareNorm(gradients).data())[0]!);
        const scale = clipScale(norm, Number(largest));
        await comparison.near(`expected/${name}/total_norm`, [norm], rule);
        for (const [i, one] of given.entries()) await comparison.near(`expected/${name}/grad/${one}`, tf.mul(gradients[i]!, scale), rule);
      },
    };
  });
  return { tensors, cases };
};
