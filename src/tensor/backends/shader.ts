/** What the lab's WGSL shaders share; free of tfjs's WebGPU code, so that other backends do not load it. */

/** One compute shader of ours: its source, and how many workgroups run it. */
export interface Shader {
  /** WGSL; bindings 0 … n−1 are the tensors in the order they are given, binding n the uniform. */
  readonly wgsl: string;
  readonly workgroups: readonly [number, number, number];
}

/** One scalar of a shader's uniform struct. */
export interface UniformField {
  readonly type: 'float32' | 'uint32';
  readonly data: number[];
}

export const f32 = (value: number): UniformField => ({ type: 'float32', data: [value] });
export const u32 = (value: number): UniformField => ({ type: 'uint32', data: [value] });

/** Parameters of a shader's main function that `ELEMENT_INDEX` needs. */
export const BUILTINS = '@builtin(workgroup_id) group: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>, @builtin(local_invocation_index) local: u32';

/** Workgroups in x and y for one thread an element, 64 threads a group, within the limit of 65535 a dimension. */
export function gridFor(elements: number): readonly [number, number, number] {
  const groups = Math.ceil(elements / 64);
  const x = Math.min(groups, 32768);
  return [x, Math.ceil(groups / x), 1];
}

/** WGSL of the element index for `gridFor`, as the first line of a shader's main function. */
export const ELEMENT_INDEX = 'let i = (group.y * groups.x + group.x) * 64u + local;';
