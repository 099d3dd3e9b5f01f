/** What a shader binds, in WGSL. */

/** A storage buffer as a shader declares it. */
export interface BufferDeclaration {
  readonly name: string;
  readonly access: 'read' | 'read_write';
  /** Of its elements. */
  readonly type: string;
  /** Functions that read it. */
  readonly functions?: string;
}

const declarations = (access: BufferDeclaration['access']) =>
  (names: readonly string[], type = 'f32'): readonly BufferDeclaration[] => names.map((name) => ({ name, access, type }));

/** Buffers that a shader only reads. */
export const reads = declarations('read');

/** Buffers that it writes; it may read them too. */
export const writes = declarations('read_write');

/** WGSL of buffers, bound from 0 in the order in which `dispatch` is given their tensors, and of the uniform behind them, such as `size: Size`. */
export function bindings(buffers: readonly BufferDeclaration[], uniform: string): string {
  const declared = buffers.map(({ name, access, type }) => `var<storage, ${access}> ${name}: array<${type}>;`);
  const bound = [...declared, `var<uniform> ${uniform};`].map((text, binding) => `@group(0) @binding(${binding}) ${text}`);
  return [...bound, ...buffers.flatMap(({ functions }) => functions ?? [])].join('\n');
}
