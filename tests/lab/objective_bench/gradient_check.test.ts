import { beforeAll, describe, expect, it } from 'vitest';
import { checkGradient } from '../../../src/lab/objective_bench/gradient_check.ts';
import { cosines, differentiated, norm, sum } from '../../../src/lab/objective_bench/gradients.ts';
import { openObjective } from '../../../src/lab/objective_bench/open_objective.ts';
import { disposeModels, uploadModels } from '../../../src/lab/objective_bench/scene.ts';
import { shares } from '../../../src/lab/objective_bench/shares.ts';
import { median } from '../../../src/lab/objective_bench/step_cost.ts';
import { scratchConfig } from '../../../src/lab/sources.ts';
import { open } from '../../tensor/backends.ts';
import { smallScene } from './small_scene.ts';

beforeAll(() => open('wasm'));

describe('the check of a gradient', () => {
  const changes: readonly (readonly [string, boolean, (gradient: Float32Array) => Float32Array])[] = [
    ['the gradient itself', true, (g) => g],
    ['one that is a tenth too large', false, (g) => g.map((x) => 1.1 * x)],
    ['one of the other sign', false, (g) => g.map((x) => -x)],
    ['one without its first half', false, (g) => g.map((x, i) => (i < g.length / 2 ? 0 : x))],
    ['one with its largest value lost', false, (g) => {
      const largest = Math.max(...g.map(Math.abs));
      return g.map((x) => (Math.abs(x) === largest ? 0 : x));
    }],
    ['none at all', false, (g) => g.map(() => 0)],
  ];

  it.each(changes)('of %s: passes %s', async (_name, passes, change) => {
    const scene = smallScene();
    const models = uploadModels(scene);
    const opened = openObjective(scene, models, 'ce');
    const { student } = await differentiated(opened, [], 'ce');
    const before = await Promise.all([...models.student.values()].map((variable) => variable.data()));
    const check = await checkGradient(() => opened.losses([]).terms['ce']!, [...models.student.values()], change(student), 5, async () => undefined);
    expect(check.passed, String(check.error)).toBe(passes);
    expect(await Promise.all([...models.student.values()].map((variable) => variable.data()))).toEqual(before);
    opened.dispose();
    disposeModels(models);
  });
});

describe('numbers of gradients', () => {
  it('are added, measured and compared', () => {
    const [a, b] = [Float32Array.of(3, 0, -4), Float32Array.of(0, 2, 0)];
    expect(sum([a, b])).toEqual(Float32Array.of(3, 2, -4));
    expect(norm(a)).toBe(5);
    expect(cosines([a, b, Float32Array.of(-6, 0, 8), Float32Array.of(0, 0, 0), undefined])).toEqual([
      [1, 0, -1, null, null], [0, 1, 0, null, null], [-1, 0, 1, null, null], [null, null, null, null, null], [null, null, null, null, null],
    ]);
    expect([median([7, 1, 3]), median([1, 2, 5, 11])]).toEqual([3, 3.5]);
  });

  it('give each head its own rows of query and its own columns of the output', () => {
    const config = { ...scratchConfig(1, 6), num_attention_heads: 3 };
    const query = Float32Array.from({ length: 36 }, (_, i) => (Math.floor(i / 6) === 4 ? 1 : 0));
    const output = Float32Array.from({ length: 36 }, (_, i) => (i % 6 === 1 ? 1 : 0));
    const norms = Float32Array.of(2, 0, 0, 0, 0, 0);
    const parameters = ['attention.self.query.weight', 'attention.output.dense.weight', 'output.LayerNorm.weight'].map((name, i) => ({ name: `encoder.layer.0.${name}`, shape: i < 2 ? [6, 6] : [6] }));
    const [layer] = shares(Float32Array.of(...query, ...output, ...norms), parameters, config);
    expect(layer).toEqual({ name: 'layer 0', share: 1, heads: [6 / 16, 0, 6 / 16] });
    expect(shares(new Float32Array(78), parameters, config)).toEqual([{ name: 'layer 0', share: 0, heads: [0, 0, 0] }]);
  });
});
