/** What the lab's WGSL shaders share; free of tfjs's WebGPU code, so that other backends do not load it. */

/** One compute shader of ours: its source, and how many workgroups run it. */
export interface Shader {
  /** WGSL; bindings 0 … n−1 are the tensors in the order they are given, binding n the uniform. */
  readonly wgsl: string;
  readonly workgroups: readonly [number, number, number];
  /** For the label of what no kernel runs. */
  readonly name?: string;
}

/** What a shader is called in messages of the device: its kernel, the buffers that it writes, and those that it reads. */
export function labelOf(kernel: string, wgsl: string): string {
  const names = (access: string) => [...wgsl.matchAll(new RegExp(`var<storage, ${access}> (\\w+)`, 'g'))].map(([, name]) => name).join(' ');
  return `${kernel}: ${names('read_write')} ← ${names('read')}`;
}

/** One scalar of a shader's uniform struct. */
export interface UniformField {
  readonly type: 'float32' | 'uint32';
  readonly data: number[];
  /** Set for a dropout key, which a replayed step must draw anew. */
  readonly draw?: true;
}

export const f32 = (value: number): UniformField => ({ type: 'float32', data: [value] });
export const u32 = (value: number): UniformField => ({ type: 'uint32', data: [value] });
/** The key of a dropout mask, of type u32; every other uniform must be the same in all steps of equal shapes. */
export const drawKey = (key: number): UniformField => ({ type: 'uint32', data: [key], draw: true });

/** Parameters of a shader's main function that `ELEMENT_INDEX` needs. */
export const BUILTINS = '@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32';

const MOST_GROUPS = 32768;

/** Workgroups in x and y for `count` in all, within the limit of 65535 a dimension. */
export function groupGrid(count: number): readonly [number, number, number] {
  const x = Math.min(Math.max(count, 1), MOST_GROUPS);
  return [x, Math.ceil(count / x), 1];
}

/** The same for one thread an element, 64 threads a group. */
export const gridFor = (elements: number): readonly [number, number, number] => groupGrid(Math.ceil(elements / 64));

/** WGSL of the element index for `gridFor`, as the first line of a shader's main function. */
export const ELEMENT_INDEX = 'let i = (group.y * groups.x + group.x) * 64u + local;';

/** Where a dispatch's uniforms, scalars of four bytes each, hold dropout keys. */
export function drawsIn(uniform: readonly UniformField[]): { offset: number; key: number }[] {
  return uniform.flatMap(({ data, draw }, index) => (draw ? [{ offset: 4 * index, key: data[0]! }] : []));
}
