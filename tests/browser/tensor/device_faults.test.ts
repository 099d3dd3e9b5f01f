import { beforeEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/fault/fault.ts';
import { openBackend } from '../../../src/tensor/backends/open.ts';
import { f32 } from '../../../src/tensor/backends/shader.ts';
import type { LabWebGPUBackend } from '../../../src/tensor/backends/webgpu.ts';
import { layerNorm } from '../../../src/tensor/kernels/layer_norm.ts';
import { flatLayout, FlatTensors } from '../../../src/tensor/plan/flat.ts';
import { Planner } from '../../../src/tensor/plan/planner.ts';
import * as tf from '../../../src/tensor/tf.ts';

const BROKEN = `
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<uniform> c: f32;
@compute @workgroup_size(1) fn main() { y[0] = x[0] + c + nothing; }`;

describe('a GPU that fails (software adapter)', () => {
  let faults: Fault[] = [];
  let gpu: LabWebGPUBackend;
  beforeEach(async () => {
    const own: Fault[] = (faults = []);
    await openBackend({ choice: 'webgpu', onFault: (fault) => own.push(fault) });
    gpu = tf.backend() as LabWebGPUBackend;
  });

  const told = async () => {
    await gpu.device.queue.onSubmittedWorkDone();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return faults.map(({ code, where, expected, got, remedy }) => ({ code, where, expected, got, remedy }));
  };
  const broken = () => {
    const [x, y] = [tf.tensor1d([1, 2, 3]), tf.zeros([3])];
    gpu.running('LabBroken', () => gpu.dispatch({ wgsl: BROKEN, workgroups: [1, 1, 1] }, [y, x], [f32(1)], [y]));
    return y;
  };

  it('is told as out of memory, with what was asked and what was held, once', async () => {
    const held = gpu.device.createBuffer({ size: 3_000_000, usage: GPUBufferUsage.STORAGE });
    const size = gpu.device.limits.maxBufferSize;
    const buffer = gpu.device.createBuffer({ label: 'arena, chunk 5', size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST });
    gpu.device.queue.writeBuffer(buffer, 0, new Float32Array(4));
    const [fault, ...others] = await told();
    expect(others).toEqual([]);
    expect(fault).toMatchObject({ code: 'out-of-gpu-memory', where: 'GPU memory', expected: `room for ${(size / 1e6).toFixed(1)} MB more (arena, chunk 5), beside 3.0 MB that are held` });
    expect(fault!.got).not.toContain('\n');
    for (const words of ['smaller batch', 'max_seq_length', 'checkpoint']) expect(fault!.remedy).toContain(words);
    held.destroy();
  });

  it('is told as out of memory where no buffer is known', async () => {
    gpu.device.dispatchEvent(new GPUUncapturedErrorEvent('uncapturederror', { error: new GPUOutOfMemoryError('no room\nat some place') }));
    expect(await told()).toMatchObject([{ code: 'out-of-gpu-memory', expected: 'room for every buffer', got: 'an error: no room' }]);
  });

  it('names the kernel of a recorded step that it cannot compile, and what is wrong in it', async () => {
    const planner = new Planner<undefined>(gpu, 'plan');
    const step = planner.submit({ key: 'k', inputs: [], draws: [], run: () => ({ read: [broken()], meaning: undefined }) });
    await expect(step).rejects.toMatchObject({ code: 'gpu-kernel', where: 'GPU kernel LabBroken: y ← x' });
    await expect(step).rejects.toThrow(/line 5, column \d+: unresolved value 'nothing'/);
    expect(await told()).toEqual([]);
    planner.dispose();
  });

  it('names the kernel of a command that it refuses', async () => {
    broken();
    gpu.flush();
    expect(await told()).toMatchObject([{ code: 'gpu-error', got: expect.stringContaining('"LabBroken: y ← x"') as string }]);
  });

  it('knows kernels and flat buffers by their labels', async () => {
    const labels: (string | undefined)[] = [];
    const create = gpu.device.createComputePipeline.bind(gpu.device);
    gpu.device.createComputePipeline = (descriptor) => (labels.push(descriptor.label), create(descriptor));
    const [x, gamma] = [tf.ones([3, 5]), tf.ones([5])];
    await layerNorm(x, gamma, gamma, 1e-5).data();
    expect(labels).toEqual(['LabLayerNorm: y stats ← x gamma beta']);
    expect(new FlatTensors(gpu, flatLayout(new Map([['w', [7]]])), 'moments m').buffer.label).toBe('moments m');
    expect(await told()).toEqual([]);
  });
});
